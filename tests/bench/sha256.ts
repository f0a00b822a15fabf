// SHA-256 of one stream, both builds of the core, against what people would use instead.
import { createSHA256 } from 'hash-wasm';
import { createHash } from 'node:crypto';
import { DATA, kernelCore, noise, packageName, RESULTS } from './kernel-core.ts';
import type { Comparison } from './measure.ts';
import { compareSlices } from './slices.ts';

const SIZE = 1 << 20;

export async function benchSha256(): Promise<Comparison[]> {
  const core = kernelCore('simd');
  const bytes = noise(SIZE);
  const memory = new Uint8Array(core.memory.buffer);
  memory.set(bytes, DATA);
  const ours = (): string => {
    core.sha256Begin();
    core.sha256Update(DATA, SIZE);
    core.sha256End(RESULTS);
    return Buffer.from(memory.buffer, RESULTS, 32).toString('hex');
  };
  const hashWasm = await createSHA256();
  return [
    await compareSlices({
      job: 'SHA-256, one stream, 1 MiB', peer: packageName('hash-wasm'), bytes: SIZE, must: 1,
      ours, theirs: () => hashWasm.init().update(bytes).digest(),
    }),
    await compareSlices({
      job: 'SHA-256, one stream, 1 MiB', peer: `node:crypto, OpenSSL ${process.versions.openssl}`, bytes: SIZE, must: 0,
      ours, theirs: () => createHash('sha256').update(bytes).digest('hex'),
    }),
  ];
}
