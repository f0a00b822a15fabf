// How worn a chip is, and how the part names itself.
import type { FlashPart } from './flash-part.ts';

/** Erases of the sectors of one chip. */
export interface ChipWear {
  readonly least: number;
  readonly median: number;
  readonly most: number;
  /** The most worn sector's share of the part's endurance, 0 to 1 and beyond; undefined when the part is not known. */
  readonly used: number | undefined;
}

export function wearOf(counts: Uint32Array, part: FlashPart | undefined): ChipWear {
  const sorted = counts.slice().sort();
  const [least, median, most] = [sorted[0] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  return { least, median, most, used: part === undefined ? undefined : most / part.endurance };
}

// Manufacturer, memory type and capacity as the command 9Fh answers them; each part's datasheet, "Read JEDEC ID".
const JEDEC_IDS: Readonly<Record<string, string>> = {
  W25Q128JV: 'EF 40 18', W25Q256JV: 'EF 40 19', MX25L25645G: 'C2 20 19', MT25QL512: '20 BA 20',
};

/** The part's JEDEC id, when it is known. */
export function jedecId(part: FlashPart): string | undefined {
  return JEDEC_IDS[part.name];
}
