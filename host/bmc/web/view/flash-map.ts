// How worn the flash is, chip by chip, in columns from its first address to its last.
import { counted, groupedText, sizeText } from './amounts.ts';
import type { ChipJson } from './snapshot.ts';

/** Heights of a column, 0 for parts that were never erased. */
export const LEVELS = 8;

export interface ChipView {
  readonly name: string;
  readonly part: string;
  readonly summary: string;
  /** 0 to `LEVELS`, relative to the most worn part of this chip. */
  readonly columns: readonly number[];
  readonly scale: string;
  /** Whether a sector is near the end of what the maker promises. */
  readonly isWorn: boolean;
}

const WORN_SHARE = 0.8;

export function chipView({ name, part, size, sectorSize, endurance, mostErases, meanErases, bins }: ChipJson): ChipView {
  const share = endurance === 0 ? 0 : mostErases / endurance;
  return {
    name,
    part: `${part}, ${sizeText(size)}`,
    summary: mostErases === 0 ? 'never erased'
      : `at most ${counted(mostErases, 'erase')} a sector, ${shareText(share)} of ${groupedText(endurance)}; mean ${meanErases.toFixed(1)}`,
    columns: bins.map((erases) => (mostErases === 0 ? 0 : Math.ceil((erases * LEVELS) / mostErases))),
    scale: `a column is ${sizeText(size / Math.max(1, bins.length))}, ${counted(Math.max(1, Math.round(size / sectorSize / Math.max(1, bins.length))), 'sector')}`,
    isWorn: share >= WORN_SHARE,
  };
}

function shareText(share: number): string {
  return share < 0.001 ? 'less than 0.1 %' : `${(share * 100).toFixed(1)} %`;
}
