// The board's chips as a remote user sees them: how worn they are.
import type { FlashChipReport } from './management.ts';
import type { Slots } from './slots.ts';
import { WEAR_SECTOR } from './flash-wear.ts';

export function flashChips(slots: Slots): FlashChipReport[] {
  return slots.chips().map(({ name, chip }) => ({
    name, part: chip.part.name, size: chip.size, sectorSize: WEAR_SECTOR, wear: chip.account().wear, endurance: chip.part.endurance,
  }));
}
