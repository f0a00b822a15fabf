// Applies a patch with the core and looks at every step: what is read lies inside of base and patch, what is written follows
// what was written before, and no step asks for more than it may.
import { readNumber, type CoreEnum } from '../../host/core/flash-globals.ts';
import { loadCore } from '../../host/core/instance.ts';
import { unsigned } from '../../host/core/wire-memory.ts';
import { namesOf } from '../../host/core/words.ts';
import { sha256 } from '../../host/patch/make-patch.ts';

type Numbers = Readonly<Record<'SCRATCH' | 'patchOffset' | 'patchSize' | 'patchPointer' | 'patchWritten' | 'PATCH_LEAST_COPY', WebAssembly.Global>>;
interface Exports extends Numbers {
  readonly memory: WebAssembly.Memory;
  readonly PatchAction: CoreEnum;
  patchBegin(size: number, imageSize: number, imageDigest: number, baseDigest: number, baseLimit: number): void;
  patchNext(): number;
}

const core = loadCore<Exports>();
const actions = namesOf(core.PatchAction);
const LARGEST_STEP = 32768;

export interface Applied {
  readonly image: Uint8Array | undefined;
  readonly actions: number;
  /** Bytes of the base that were read. */
  readonly read: number;
}

/** Throws when a step breaks a rule. `digests` are those that the patch is announced with. */
export function applyStrictly(base: Uint8Array, patch: Uint8Array, imageSize: number, imageDigest: Uint8Array): Applied {
  const scratch = unsigned(core.SCRATCH);
  const bytes = (at: number, size: number): Uint8Array => new Uint8Array(core.memory.buffer, at, size);
  bytes(scratch, 32).set(imageDigest);
  bytes(scratch + 64, 32).set(sha256(base));
  core.patchBegin(patch.length, imageSize, scratch, scratch + 64, base.length);
  const image = new Uint8Array(imageSize);
  let [written, read, fetched] = [0, 0, 0];
  for (let count = 1; ; count++) {
    const action = actions[core.patchNext()];
    if (action === 'Done') {
      if (written !== imageSize) throw new Error(`done after ${written} of ${imageSize} bytes`);
      return { image, actions: count, read };
    }
    if (action === 'Failed') return { image: undefined, actions: count, read };
    const [offset, size, at] = [unsigned(core.patchOffset), unsigned(core.patchSize), unsigned(core.patchPointer)];
    if (size === 0 || size > LARGEST_STEP) throw new Error(`${action} of ${size} bytes`);
    if (action === 'Write') {
      if (offset !== written || offset + size > imageSize) throw new Error(`writing ${size} at ${offset} after ${written}`);
      image.set(bytes(at, size), offset);
      written += size;
    } else if (action === 'ReadBase') {
      if (offset + size > base.length) throw new Error(`reading ${size} at ${offset} of a base of ${base.length}`);
      bytes(at, size).set(base.subarray(offset, offset + size));
      read += size;
    } else {
      if (offset + size > patch.length) throw new Error(`reading ${size} at ${offset} of a patch of ${patch.length}`);
      bytes(at, size).set(patch.subarray(offset, offset + size));
      fetched += size;
    }
    // Each segment makes at least a dozen bytes or ends the image, and is read around by sixteen bytes.
    if (count > 16 + imageSize / readNumber(core.PATCH_LEAST_COPY) + (imageSize + patch.length) / 4096) throw new Error(`${count} steps for ${imageSize} bytes`);
    if (read > imageSize * 3 || fetched > patch.length + 80) throw new Error(`${read} and ${fetched} bytes read for ${imageSize}`);
  }
}
