// The board that a controller sits on: its platform, the components with their flash, and the chip of the slot records.
import { FLASH_PARTS, type FlashPart } from './flash-part.ts';
import type { ProtectedRegion } from './protected-regions.ts';

/** A component and the chips that hold its slots, one chip a slot. */
export interface BoardComponent {
  /** One to fifteen of a-z, 0-9 and `-`. */
  readonly name: string;
  readonly part: FlashPart;
  /** One: written in place. Two: the one that does not run is written. */
  readonly slotCount: 1 | 2;
  /** Bytes of each slot, at most the part's. */
  readonly slotSize: number;
  /** Of a component with one slot: what no image changes, settings and serial numbers. In order. */
  readonly protectedRegions?: readonly ProtectedRegion[] | undefined;
}

/** What `ferry bmc` is the controller of. */
export interface Board {
  readonly platform: string;
  readonly components: readonly BoardComponent[];
  /** The chip with the slot records, of which the first sectors are used. */
  readonly recordsPart: FlashPart;
}

/** Bytes of the chip with the slot records: two sectors that are used in turn. */
export const RECORDS_SIZE = 8192;
/** The most components of one board, as the core's. */
export const COMPONENT_LIMIT = 16;
/** Slots are a whole number of the smallest erase blocks. */
export const SLOT_UNIT = 4096;

/** The board of the emulated machine: a controller with two chips of its own, and the host's firmware hub. */
export const DEFAULT_BOARD: Board = {
  platform: 'ferry-q35',
  components: [
    { name: 'bmc', part: FLASH_PARTS.W25Q256JV, slotCount: 2, slotSize: FLASH_PARTS.W25Q256JV.size },
    { name: 'bios', part: FLASH_PARTS.W25Q128JV, slotCount: 1, slotSize: FLASH_PARTS.W25Q128JV.size },
  ],
  recordsPart: FLASH_PARTS.W25Q128JV,
};
