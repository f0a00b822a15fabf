// Patches by the core: making one of segments, and applying one as a receiver does. Which bytes are copies is not known here.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { loadCore } from './instance.ts';
import { nameOf, unsigned } from './wire-memory.ts';
import { namesOf } from './words.ts';

interface PatchExports
  extends CoreGlobals<
    | 'SCRATCH' | 'DIGEST_SIZE' | 'PATCH_HEADER_SIZE' | 'PATCH_MAGIC' | 'PATCH_FORMAT' | 'PATCH_AROUND' | 'PATCH_LEAST_COPY' | 'PATCH_MAKE_LIMIT'
    | 'PATCH_IMAGE' | 'PATCH_BASE' | 'PATCH_CODED' | 'patchCodedSize' | 'patchOffset' | 'patchSize' | 'patchPointer' | 'patchBaseSize'
    | 'patchImageSize' | 'patchBaseDigest' | 'patchImageDigest'
  > {
  readonly memory: WebAssembly.Memory;
  readonly Status: CoreEnum;
  readonly PatchAction: CoreEnum;
  patchHeaderDecode(header: number, size: number): number;
  patchMakeBegin(): void;
  patchMakeSegment(inserted: number, copied: number, from: number, left: number, baseSize: number): number;
  patchMakeInserted(size: number): void;
  patchMakeCopied(size: number, from: number): void;
  patchMakeEnd(): void;
  patchCodedTaken(): void;
  patchBegin(size: number, imageSize: number, imageDigest: number, baseDigest: number, baseLimit: number): void;
  patchNext(): number;
}

/** New bytes, then bytes that are copied from an offset of the base, all of them or mostly. */
export interface Segment {
  readonly inserted: number;
  readonly copied: number;
  readonly from: number;
}

/** What a patch says of itself. Digests are SHA-256, 32 bytes. */
export interface PatchHeader {
  readonly baseSize: number;
  readonly imageSize: number;
  readonly baseDigest: Uint8Array;
  readonly imageDigest: Uint8Array;
}

/** Bytes and their SHA-256. */
export interface Digested {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/** One instance of the core, for one patch after the other. */
export class PatchCore {
  readonly #core = loadCore<PatchExports>();
  readonly #actions = namesOf(this.#core.PatchAction);

  /** The fewest bytes that a segment copies, when it copies any. */
  get leastCopy(): number {
    return unsigned(this.#core.PATCH_LEAST_COPY);
  }

  /** The patch that makes `image` from `base` by these segments. */
  make(base: Digested, image: Digested, segments: Iterable<Segment>): Uint8Array {
    const core = this.#core;
    const parts = [this.#header(base, image)];
    const take = (): void => {
      parts.push(this.#bytes(unsigned(core.PATCH_CODED), unsigned(core.patchCodedSize)).slice());
      core.patchCodedTaken();
    };
    let at = 0;
    core.patchMakeBegin();
    for (const { inserted, copied, from } of segments) {
      if (core.patchMakeSegment(inserted, copied, from, image.bytes.length - at, base.bytes.length) === 0) {
        throw new RangeError(`making a patch failed: expected a segment of the image, got ${inserted} new bytes at ${at} and ${copied} from ${from}; no patch was made`);
      }
      for (const end = at + inserted; at < end; take()) {
        const size = this.#put(image.bytes, at, end);
        core.patchMakeInserted(size);
        at += size;
      }
      for (const end = at + copied; at < end; take()) {
        const size = this.#put(image.bytes, at, end);
        const original = from + copied - (end - at);
        this.#putBase(base.bytes, original, size);
        core.patchMakeCopied(size, original);
        at += size;
      }
    }
    if (at !== image.bytes.length) throw new RangeError(`making a patch failed: expected segments of ${image.bytes.length} bytes, got ${at}; no patch was made`);
    core.patchMakeEnd();
    take();
    return Buffer.concat(parts);
  }

  /** The header of a patch; undefined when it is none. */
  header(patch: Uint8Array): PatchHeader | undefined {
    const core = this.#core;
    const at = unsigned(core.SCRATCH);
    const size = Math.min(patch.length, readNumber(core.PATCH_HEADER_SIZE));
    this.#bytes(at, size).set(patch.subarray(0, size));
    if (core.patchHeaderDecode(at, size) !== 0) return undefined;
    return {
      baseSize: unsigned(core.patchBaseSize),
      imageSize: unsigned(core.patchImageSize),
      baseDigest: this.#bytes(unsigned(core.patchBaseDigest), readNumber(core.DIGEST_SIZE)).slice(),
      imageDigest: this.#bytes(unsigned(core.patchImageDigest), readNumber(core.DIGEST_SIZE)).slice(),
    };
  }

  /** What the patch makes of the base; undefined when it is no patch from these digests to an image of this size. */
  apply(base: Digested, patch: Uint8Array, imageSize: number, imageDigest: Uint8Array): Uint8Array | undefined {
    const core = this.#core;
    const scratch = unsigned(core.SCRATCH);
    this.#bytes(scratch, imageDigest.length).set(imageDigest);
    this.#bytes(scratch + 64, base.digest.length).set(base.digest);
    core.patchBegin(patch.length, imageSize, scratch, scratch + 64, base.bytes.length);
    const image = new Uint8Array(imageSize);
    for (;;) {
      const action = nameOf(this.#actions, core.patchNext());
      const [offset, size] = [unsigned(core.patchOffset), unsigned(core.patchSize)];
      const bytes = (): Uint8Array => this.#bytes(unsigned(core.patchPointer), size);
      if (action === 'Done') return image;
      if (action === 'Failed') return undefined;
      if (action === 'ReadPatch') bytes().set(patch.subarray(offset, offset + size));
      else if (action === 'ReadBase') bytes().set(base.bytes.subarray(offset, offset + size));
      else image.set(bytes(), offset);
    }
  }

  /** Puts the next bytes of the image where the core takes them. Answers how many. */
  #put(image: Uint8Array, at: number, end: number): number {
    const size = Math.min(end - at, readNumber(this.#core.PATCH_MAKE_LIMIT));
    this.#bytes(unsigned(this.#core.PATCH_IMAGE), size).set(image.subarray(at, at + size));
    return size;
  }

  #putBase(base: Uint8Array, from: number, size: number): void {
    const around = readNumber(this.#core.PATCH_AROUND);
    const into = this.#bytes(unsigned(this.#core.PATCH_BASE), size + 2 * around).fill(0);
    const first = Math.max(0, from - around);
    into.set(base.subarray(first, from + size + around), around - (from - first));
  }

  #header(base: Digested, image: Digested): Uint8Array {
    const header = Buffer.alloc(readNumber(this.#core.PATCH_HEADER_SIZE));
    header.writeUInt32LE(unsigned(this.#core.PATCH_MAGIC), 0);
    header.writeUInt32LE(readNumber(this.#core.PATCH_FORMAT), 4);
    header.writeUInt32LE(base.bytes.length, 8);
    header.writeUInt32LE(image.bytes.length, 12);
    header.set(base.digest, 16);
    header.set(image.digest, 48);
    return header;
  }

  #bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }
}
