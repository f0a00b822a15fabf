// Whether the chip of the slot records holds what it should: a controller that has lost its records must not look like a new one.
import { RECORDS_SIZE } from './board.ts';
import type { ControllerEvent } from './event-log.ts';
import type { UpgradeHistory } from './history/upgrade-history.ts';
import type { SlotLog } from './slot-log.ts';
import type { Slots } from './slots.ts';

export function recordFindings(slots: Slots, slotLog: SlotLog, history: UpgradeHistory): ControllerEvent[] {
  if (slotLog.list().length > 0) return [];
  const bytes = new Uint8Array(RECORDS_SIZE);
  slots.records.read(0, bytes);
  const isBlank = bytes.every((byte) => byte === 0xff);
  const hadImages = history.list(1000).some(({ images }) => images.some(({ state }) => state === 'stored'));
  if (isBlank && !hadImages) return [];
  return [{
    event: 'records-lost',
    text: `the slot records can not be read: expected the record of what each slot holds, got ${isBlank ? 'a blank chip' : 'a chip with nothing of ours'}; ` +
      'no slot is believed to hold an image until it is sent again; do not reset the host before that',
  }];
}
