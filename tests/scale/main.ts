// `npm run simulate [-- --nodes N --seed S --image MiB]`: one donor, N machines without an image. Prints the figures, and
// writes them with a plot into simulation/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { linePlot } from '../plot/line-plot.ts';
import { describeFigures, figuresOf } from './figures.ts';
import { simulate, USUAL, type WorldResult } from './world.ts';

const DIRECTORY = 'simulation';
const MIB = 1024 * 1024;

function option(name: string, fallback: number, most: number): number {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return fallback;
  const value = Number(process.argv[at + 1]);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  process.stderr.write(`simulate: --${name}: expected a whole number from 1 to ${most}, got ${process.argv[at + 1] ?? 'none'}; nothing was simulated\n`);
  process.exit(64);
}

/** How many have the image at which time, and how many can have it at best. */
function plotOf({ machines, settings, endMs }: WorldResult): string {
  const staged = machines.map(({ stagedMs }) => stagedMs ?? Infinity).filter((ms) => ms < Infinity).sort((a, b) => a - b);
  const healthy = machines.map(({ healthyMs }) => healthyMs ?? Infinity).filter((ms) => ms < Infinity).sort((a, b) => a - b);
  const stride = Math.max(1, Math.floor(staged.length / 400));
  const counted = (times: readonly number[]): [number, number][] => [[0, 0], ...times.flatMap((ms, index): [number, number][] => (index % stride === 0 || index === times.length - 1 ? [[ms / 1000, index + 1]] : []))];
  const transfer = settings.imageSize / settings.uplink;
  const bound: [number, number][] = [];
  for (let round = 0; round * transfer <= endMs / 1000; round++) {
    const has = (count: number): number => Math.min(settings.nodes, 2 ** count - 1);
    bound.push([round * transfer, has(round)], [Math.min((round + 1) * transfer, endMs / 1000), has(round)]);
  }
  return linePlot({
    title: `${settings.nodes} machines, one donor, ${settings.imageSize / MIB} MiB over ports of ${(settings.uplink * 8) / 1e6} Mbit/s (seed ${settings.seed})`,
    x: 'seconds', y: 'machines', lines: [
      { name: 'at best: every holder serves one at a time', color: '#888', points: bound, isDashed: true },
      { name: 'has the proved image, and serves it', color: '#0a6', points: counted(staged) },
      { name: 'healthy: written and read back', color: '#06c', points: counted(healthy) },
    ],
  });
}

const [nodes, seed, image] = [option('nodes', 1000, 20_000), option('seed', 1, 2 ** 32 - 1), option('image', USUAL.imageSize / MIB, 64)];
const result = await simulate(nodes, seed, { imageSize: image * MIB });
const figures = figuresOf(result);
process.stdout.write(describeFigures(figures));
mkdirSync(DIRECTORY, { recursive: true });
const name = `${DIRECTORY}/${nodes}-machines-seed-${seed}`;
writeFileSync(`${name}.json`, `${JSON.stringify(figures, undefined, 2)}\n`);
writeFileSync(`${name}.svg`, plotOf(result));
process.stdout.write(`written: ${name}.svg and ${name}.json\n`);
