// The wear of a chip in a bounded number of columns: a 64 MiB part has 16,384 sectors, a screen has not.
import type { FlashChipReport } from '../management.ts';
import type { ChipJson } from './view/snapshot.ts';

const COLUMNS = 128;

/** Each column tells its most worn sector: that is the one that fails first. */
export function flashSummary({ name, part, size, sectorSize, wear, endurance }: FlashChipReport, columns = COLUMNS): ChipJson {
  const count = Math.max(1, Math.min(columns, wear.length));
  const bins = new Array<number>(count).fill(0);
  let sum = 0;
  let mostErases = 0;
  wear.forEach((erases, sector) => {
    const bin = Math.floor((sector * count) / wear.length);
    bins[bin] = Math.max(bins[bin] ?? 0, erases);
    mostErases = Math.max(mostErases, erases);
    sum += erases;
  });
  return { name, part, size, sectorSize, endurance, mostErases, meanErases: wear.length === 0 ? 0 : sum / wear.length, bins };
}
