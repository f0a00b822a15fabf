// A board with small slots, and images for it of real machine code.
import type { Board } from '../../host/bmc/board.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { firmware, seeded } from '../flash/content.ts';
import { imageOf, type Image } from '../core/wire.ts';

export const SLOT_SIZE = 256 * 1024;

export const SMALL_BOARD: Board = {
  platform: 'small-board',
  components: [
    { name: 'bmc', part: FLASH_PARTS.W25Q256JV, slotCount: 2, slotSize: SLOT_SIZE },
    { name: 'bios', part: FLASH_PARTS.W25Q128JV, slotCount: 1, slotSize: SLOT_SIZE },
  ],
  recordsPart: FLASH_PARTS.W25Q128JV,
};

/** An image of this component. The same seed gives the same bytes. */
export function smallImage(component: string, version: string, seed: number, size = SLOT_SIZE - 5000): Image {
  return imageOf(component, version, firmware(seeded(seed), size));
}
