// `npm run bench`: every figure is a ratio to a peer, taken in one run. With --json, one object a line.
import { cpus } from 'node:os';
import { benchCrc } from './crc.ts';
import { benchDelta } from './delta.ts';
import { benchDigests } from './digests.ts';
import { benchFlash } from './flash.ts';
import { benchLz4 } from './lz4.ts';
import { benchMemory } from './memory.ts';
import type { Comparison } from './measure.ts';
import { benchReaders } from './readers.ts';
import { benchSha256 } from './sha256.ts';
import { benchStart } from './start.ts';
import { benchTransfer } from './transfer.ts';
import { benchWindow } from './window.ts';

const SUITES: Readonly<Record<string, () => Promise<Comparison[]>>> = { crc: benchCrc, lz4: benchLz4, sha256: benchSha256, digests: benchDigests, flash: benchFlash, delta: benchDelta, transfer: benchTransfer, window: benchWindow, readers: benchReaders, start: benchStart, memory: benchMemory };

function show(result: Comparison, json: boolean): void {
  if (json) return void process.stdout.write(`${JSON.stringify(result)}\n`);
  const rates = `${result.ours.toFixed(0).padStart(6)} ${result.unit}  ${result.theirs.toFixed(0).padStart(6)} ${result.unit}`;
  const spread = `(${result.lowest.toFixed(2)} to ${result.highest.toFixed(2)})`;
  process.stdout.write(`${result.job.padEnd(40)} ${rates}  ${result.ratio.toFixed(2).padStart(6)} x ${spread.padEnd(16)} ${result.peer}\n`);
  for (const note of result.notes ?? []) process.stdout.write(`    ${note}\n`);
}

const args = process.argv.slice(2);
const json = args.includes('--json');
const wanted = args.filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`bench: expected ${Object.keys(SUITES).join(' or ')}, got ${unknown.join(' ')}\n`);
  process.exit(64);
}
if (!json) {
  process.stdout.write(`${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; medians of interleaved pairs\n`);
  process.stdout.write(`${'job'.padEnd(40)} ${'Ferry'.padStart(11)}  ${'peer'.padStart(11)}   ratio (lowest to highest) and the peer\n`);
}
for (const [name, suite] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const result of await suite()) show(result, json);
}
