// CRC-32 of core.wasm against Node's own zlib.crc32, with the bytes where each wants them.
import { crc32 } from 'node:zlib';
import { openScratch } from '../../host/core/scratch.ts';
import { compare, type Comparison, timed } from './measure.ts';

/** How often one measurement repeats the job, so that a clock's tick is nothing to it. */
const BYTES = 64 * 1024 * 1024;

export async function benchCrc(): Promise<Comparison[]> {
  const scratch = openScratch();
  const results: Comparison[] = [];
  for (const size of [4096, 65536]) {
    const bytes = new Uint8Array(size).map((_, index) => (index * 2654435761) >>> 24);
    scratch.bytes.set(bytes);
    const turns = BYTES / size;
    results.push(await compare({
      job: `CRC-32 of ${size / 1024} KiB`, peer: `zlib.crc32 of Node ${process.version}`, bytes: BYTES, rounds: 9,
      ours: () => timed(() => { for (let turn = 0; turn < turns; turn++) scratch.crc32(size); }),
      theirs: () => timed(() => { for (let turn = 0; turn < turns; turn++) crc32(bytes); }),
    }));
  }
  return results;
}
