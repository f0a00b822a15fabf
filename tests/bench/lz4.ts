// LZ4 blocks of 64 KiB: core.wasm, with the bytes in its memory as a transfer has them, against lz4-napi (Rust), which
// brings its own buffers, and against the C program's own benchmark where it is installed.
import { execFileSync } from 'node:child_process';
import { compressSync, uncompressSync } from 'lz4-napi';
import { readNumber } from '../../host/core/flash-globals.ts';
import { loadCore } from '../../host/core/instance.ts';
import type { BlockExports } from '../compress/lz4-blocks.ts';
import { firmwareImages, type FirmwareImage } from './firmware.ts';
import { compare, type Comparison, median, timed } from './measure.ts';

const CHUNK = 65_536;
const ROUNDS = 9;
/** Bytes that one measurement packs or unpacks at least, so that a clock's tick is nothing to it. */
const BYTES = 8 * 1024 * 1024;

const core = loadCore<BlockExports>();
const [source, target] = [core.SENDER_CHUNK, core.INBOX].map(readNumber) as [number, number];
const memory = new Uint8Array(core.memory.buffer);

interface Chunks {
  readonly plain: readonly Buffer[];
  readonly packed: readonly Buffer[];
}

function chunksOf({ bytes }: FirmwareImage): Chunks {
  const plain = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, index) => Buffer.from(bytes.subarray(index * CHUNK, (index + 1) * CHUNK)));
  return { plain, packed: plain.map((chunk) => compressSync(chunk)) };
}

/** Milliseconds that a job takes for all chunks, so many times, without those of putting each chunk in place. */
function spent(chunks: readonly Uint8Array[], turns: number, job: (size: number, index: number) => void): number {
  let nanoseconds = 0n;
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, chunk] of chunks.entries()) {
      memory.set(chunk, source);
      const since = process.hrtime.bigint();
      job(chunk.length, index);
      nanoseconds += process.hrtime.bigint() - since;
    }
  }
  return Number(nanoseconds) / 1e6;
}

/** The rates of `lz4 -b1` in MB/s, or undefined without the program. */
function rateOfC(path: string | undefined): { readonly pack: number; readonly unpack: number; readonly version: string } | undefined {
  if (path === undefined) return undefined;
  try {
    const version = /v(\d+\.\d+\.\d+)/.exec(execFileSync('lz4', ['-V'], { encoding: 'utf8', stdio: 'pipe' }))?.[1] ?? '';
    const output = execFileSync('/bin/sh', ['-c', 'exec lz4 -b1 -i1 -B4 "$0" 2>&1', path], { encoding: 'utf8' });
    const rates = [...output.matchAll(/\), *([\d.]+) MB\/s *, *([\d.]+) MB\/s/g)].at(-1);
    return rates === null || rates === undefined ? undefined : { pack: Number(rates[1]), unpack: Number(rates[2]), version };
  } catch {
    return undefined;
  }
}

/** The C program tells the fastest of the passes that it makes in a second: so do we. */
function fastest(run: () => number): number {
  const until = performance.now() + 300;
  let best = run();
  while (performance.now() < until) best = Math.min(best, run());
  return best;
}

async function compareOne(image: FirmwareImage): Promise<Comparison[]> {
  const { plain, packed } = chunksOf(image);
  // A chunk whose block is not smaller counts as it is, on both sides: so a transfer sends it.
  const ours = plain.map((chunk) => {
    memory.set(chunk, source);
    return core.lz4Encode(source, chunk.length, target, chunk.length) >>> 0 || chunk.length;
  });
  const turns = Math.max(1, Math.round(BYTES / image.bytes.length));
  const bytes = turns * image.bytes.length;
  const pack = (): number => spent(plain, turns, (size) => core.lz4Encode(source, size, target, CHUNK));
  const blocks = packed.map((block) => block.subarray(4));
  const unpack = (): number => spent(blocks, turns, (size, index) => core.lz4Decode(source, size, target, plain[index]!.length));
  const repeated = (run: () => void): Promise<number> => timed(() => { for (let turn = 0; turn < turns; turn++) run(); });
  const theirs = blocks.map(({ length }, index) => Math.min(length, plain[index]!.length));
  const [ourSize, theirSize] = [ours, theirs].map((sizes) => sizes.reduce((sum, size) => sum + size, 0) / 1024) as [number, number];
  const ratio = theirSize / ourSize;
  const results: Comparison[] = [
    { job: `LZ4 size, ${image.name}`, peer: 'lz4-napi', ours: ourSize, theirs: theirSize, unit: 'KiB', ratio, lowest: ratio, highest: ratio },
    await compare({
      job: `LZ4 pack, ${image.name}`, peer: 'lz4-napi', bytes, rounds: ROUNDS,
      ours: pack, theirs: () => repeated(() => plain.forEach((chunk) => compressSync(chunk))),
    }),
    await compare({
      job: `LZ4 unpack, ${image.name}`, peer: 'lz4-napi', bytes, rounds: ROUNDS,
      ours: unpack, theirs: () => repeated(() => packed.forEach((block) => uncompressSync(block))),
    }),
  ];
  return [...results, ...compareWithC(image, bytes, pack, unpack)];
}

/** One run of the C program tells both of its rates. Nothing without the program, or for an image that is no file. */
function compareWithC({ name, path }: FirmwareImage, bytes: number, pack: () => number, unpack: () => number): Comparison[] {
  const rounds = Array.from({ length: 3 }, () => {
    const c = rateOfC(path);
    return c === undefined ? [] : [{ c, pack: bytes / 1e3 / fastest(pack), unpack: bytes / 1e3 / fastest(unpack) }];
  }).flat();
  if (rounds.length === 0) return [];
  return (['pack', 'unpack'] as const).map((job) => {
    const ratios = rounds.map((round) => round[job] / round.c[job]);
    return {
      job: `LZ4 ${job}, ${name}`, peer: `lz4 ${rounds[0]!.c.version} -b1 -B4 (C), the fastest passes of both`, unit: 'MB/s',
      ours: median(rounds.map((round) => round[job])), theirs: median(rounds.map(({ c }) => c[job])),
      ratio: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios),
    };
  });
}

export async function benchLz4(): Promise<Comparison[]> {
  const results: Comparison[] = [];
  for (const image of firmwareImages()) results.push(...await compareOne(image));
  return results;
}
