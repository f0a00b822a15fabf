// The flash planner: what its plans cost by the part's datasheet, against the operations that flashrom carries out on the
// same images (on its dummy programmer, counted in its log), and how fast it plans.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { planBlock, setGeometry, type PlanExports } from '../../host/core/flash-plan.ts';
import { loadCore } from '../../host/core/instance.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { imagePairs } from './image-pairs.ts';
import { DATA, kernelCore } from './kernel-core.ts';
import { compare, type Comparison, timed } from './measure.ts';

const PART = FLASH_PARTS.W25Q128JV;
const BLOCK = 65_536;
const ROUNDS = 15;

/** An image in a chip that is blank behind it. */
function inChip(image: Uint8Array): Buffer {
  const chip = Buffer.alloc(PART.size, 0xff);
  chip.set(image);
  return chip;
}

/** Milliseconds of all blocks' plans, and whether they end in the wanted bytes. */
function planned(old: Uint8Array, wanted: Uint8Array): number {
  const core = loadCore<PlanExports>();
  setGeometry(core, PART);
  let microseconds = 0;
  for (let at = 0; at < PART.size; at += BLOCK) microseconds += planBlock(core, old.subarray(at, at + BLOCK), wanted.subarray(at, at + BLOCK)).microseconds;
  return microseconds / 1000;
}

function flashromVersion(): string | undefined {
  try {
    return /flashrom[/ ]v?([\d.]+)/.exec(execFileSync('dpkg-query', ['-W', '-f', '${Package} ${Version}', 'flashrom'], { encoding: 'utf8', stdio: 'pipe' }))?.[1];
  } catch {
    return undefined;
  }
}

/** Milliseconds of the erases and page programs that flashrom sends, by the same datasheet. */
function flashromTime(directory: string, old: Uint8Array, wanted: Uint8Array): number {
  const [chip, image] = [join(directory, 'chip'), join(directory, 'image')] as const;
  writeFileSync(chip, old);
  writeFileSync(image, wanted);
  // Every command with its first bytes; of what is read and written, some hundred megabytes, nothing else is kept.
  const log = execFileSync('/bin/sh', ['-c', 'flashrom -p dummy:emulate=W25Q128FV,image="$0" -w "$1" -VVV 2>&1 | cut -c1-60 | grep -o "writing [0-9]* bytes: 0x.."', chip, image], {
    encoding: 'utf8', maxBuffer: 64 * 1024 * 1024,
  });
  if (Buffer.compare(readFileSync(chip), wanted) !== 0) throw new Error('flashrom did not write the image');
  const typical: Readonly<Record<string, number>> = {
    '02': PART.programTypicalMicroseconds, 20: PART.erasers[0].typicalMicroseconds, 52: PART.erasers[1].typicalMicroseconds, d8: PART.erasers[2].typicalMicroseconds,
  };
  return log.split('\n').reduce((sum, line) => sum + (typical[line.slice(-2)] ?? 0), 0) / 1000;
}

function compareTimes(): Comparison[] {
  const version = flashromVersion();
  if (version === undefined) return [];
  const directory = scratchDirectory();
  try {
    return imagePairs().map(({ name, old, wanted }) => {
      const [before, after] = [inChip(old), inChip(wanted)];
      const [ours, theirs] = [planned(before, after), flashromTime(directory.path, before, after)];
      const ratio = theirs / ours;
      return { job: `flash time, ${name}`, peer: `flashrom ${version}, W25Q128FV (must 1.0; rebuilt 2.5)`, ours, theirs, unit: 'ms', ratio, lowest: ratio, highest: ratio };
    });
  } finally {
    directory.remove();
  }
}

/** Both chips lie in the core's memory, as blocks of a transfer do. */
async function comparePlanning(): Promise<Comparison[]> {
  const core = kernelCore('simd');
  const { old, wanted } = imagePairs()[0]!;
  const [before, after] = [inChip(old), inChip(wanted)];
  new Uint8Array(core.memory.buffer, DATA, PART.size).set(before);
  new Uint8Array(core.memory.buffer, DATA + PART.size, PART.size).set(after);
  const copy = Buffer.from(before);
  const [sector, half, block] = PART.erasers;
  core.geometrySet(PART.pageSize, PART.programTypicalMicroseconds, sector.size, sector.typicalMicroseconds, half.size, half.typicalMicroseconds, block.size, block.typicalMicroseconds);
  return [await compare({
    job: 'plan 16 MiB (must 3355: 5 ms)', peer: 'Buffer.compare of as many equal bytes', bytes: PART.size, rounds: ROUNDS,
    ours: () => timed(() => { for (let at = DATA; at < DATA + PART.size; at += BLOCK) core.planBlock(at, at + PART.size, BLOCK, 0); }),
    theirs: () => timed(() => { for (let at = 0; at < PART.size; at += BLOCK) Buffer.compare(before.subarray(at, at + BLOCK), copy.subarray(at, at + BLOCK)); }),
  })];
}

export async function benchFlash(): Promise<Comparison[]> {
  return [...await comparePlanning(), ...compareTimes()];
}
