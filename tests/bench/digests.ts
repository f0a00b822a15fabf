// XXH3-64 of blocks, by which equal blocks are found without being sent, against what people would use instead.
import { createXXHash3 } from 'hash-wasm';
import { DATA, kernelCore, noise, packageName, RESULTS } from './kernel-core.ts';
import type { Comparison } from './measure.ts';
import { compareSlices } from './slices.ts';

const SIZE = 1 << 20;
const BLOCK = 4096;

export async function benchDigests(): Promise<Comparison[]> {
  const bytes = noise(SIZE);
  const blocks = Array.from({ length: SIZE / BLOCK }, (_, index) => bytes.subarray(index * BLOCK, (index + 1) * BLOCK));
  const peer = await createXXHash3();
  const results: Comparison[] = [];
  for (const build of ['simd', 'scalar'] as const) {
    const core = kernelCore(build);
    const memory = new Uint8Array(core.memory.buffer);
    memory.set(bytes, DATA);
    results.push(await compareSlices({
      job: `XXH3-64 of 4 KiB blocks, ${build}, 1 MiB`, peer: packageName('hash-wasm'), bytes: SIZE, must: build === 'simd' ? 2.8 : 0,
      // The digests as the hexadecimal text that the peer makes too: one of them, so that the text costs neither side anything.
      ours: () => {
        core.xxh3Each(DATA, SIZE, BLOCK, RESULTS);
        return new DataView(memory.buffer, RESULTS + (blocks.length - 1) * 8).getBigUint64(0, true).toString(16).padStart(16, '0');
      },
      theirs: () => {
        let last: string | Uint8Array = '';
        blocks.forEach((block, index) => (last = index === blocks.length - 1 ? peer.init().update(block).digest() : peer.init().update(block).digest('binary')));
        return last as string;
      },
    }));
  }
  return results;
}
