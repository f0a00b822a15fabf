// Ratios that can be trusted on a noisy machine: two ways of one job in turn, A B A B …, and the median of the pairs.

export interface Comparison {
  readonly job: string;
  readonly peer: string;
  /** Work units a second of ours and of the peer, medians. */
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  /** The median of the pairs' ratios, and the lowest and highest. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  /** Lines that explain the figure. */
  readonly notes?: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds of one call. */
export async function timed(run: () => unknown): Promise<number> {
  const since = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - since) / 1e6;
}

interface Side {
  readonly job: string;
  readonly peer: string;
  /** Bytes of one run, for the rates. */
  readonly bytes: number;
  readonly rounds: number;
  /** Milliseconds of one run; may measure a part of what it does. */
  ours(): Promise<number> | number;
  theirs(): Promise<number> | number;
}

/** Runs both sides in turn, after one round that does not count. Rates are in MB/s. */
export async function compare(side: Side): Promise<Comparison> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -1; round < side.rounds; round++) {
    const a = await side.ours();
    const b = await side.theirs();
    if (round < 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const ratios = ours.map((time, index) => theirs[index]! / time);
  const rate = (times: number[]): number => side.bytes / 1e3 / median(times);
  return {
    job: side.job, peer: side.peer, unit: 'MB/s', ours: rate(ours), theirs: rate(theirs),
    ratio: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios),
  };
}
