// The window against stop-and-wait, and against all that the link can carry: links of one and ten milliseconds, with and
// without losses, on a virtual clock. The figures are the same on every machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { linePlot } from '../plot/line-plot.ts';
import { type LossyLink, runLossy } from '../transfer/lossy-link.ts';
import type { Comparison } from './measure.ts';

/** 400 Mbit/s, in chunks that take a millisecond and a third. */
export const LINK: Omit<LossyLink, 'latencyMs' | 'loss' | 'window' | 'seed'> = { size: 16 * 1024 * 1024, chunkSize: 65_536, bytesPerMs: 50_000 };
export const LATENCIES = [1, 10] as const;
export const LOSSES = [0, 0.01, 0.05] as const;
const SEEDS = [1, 2, 3, 4, 5];
const WINDOW = 32;

const rateOf = (link: LossyLink): number => link.size / runLossy(link).elapsedMs / 1000;

function compared(job: string, peer: string, ours: readonly number[], theirs: readonly number[]): Comparison {
  const ratios = ours.map((rate, index) => rate / theirs[index]!).sort((a, b) => a - b);
  const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
  return { job, peer, unit: 'MB/s', ours: middle(ours), theirs: middle(theirs), ratio: middle(ratios), lowest: ratios[0]!, highest: ratios.at(-1)! };
}

export async function benchWindow(): Promise<Comparison[]> {
  const results: Comparison[] = [];
  const lines = LATENCIES.flatMap((latencyMs) => {
    const points: [number, number][] = [], single: [number, number][] = [];
    for (const loss of LOSSES) {
      const links = SEEDS.map((seed) => ({ ...LINK, latencyMs, loss, seed }));
      const ours = links.map((link) => rateOf({ ...link, window: WINDOW }));
      const alone = links.map((link) => rateOf({ ...link, window: 1 }));
      const bound = (LINK.bytesPerMs * (1 - loss)) / 1000;
      const job = `window, ${latencyMs} ms each way, ${loss * 100} % lost`;
      results.push(compared(job, 'what the link can carry', ours, ours.map(() => bound)), compared(job, 'stop and wait', ours, alone));
      points.push([loss * 100, results.at(-2)!.ours]);
      single.push([loss * 100, results.at(-1)!.theirs]);
    }
    const color = latencyMs === 1 ? '#06c' : '#c40';
    return [{ name: `window of ${WINDOW}, ${latencyMs} ms`, color, points }, { name: `stop and wait, ${latencyMs} ms`, color, points: single, isDashed: true }];
  });
  mkdirSync('dist/plots', { recursive: true });
  writeFileSync('dist/plots/window.svg', linePlot({ title: 'An image of 16 MiB over a link of 50 MB/s', x: 'per cent of the messages lost, each way', y: 'MB/s', lines }));
  return results;
}
