import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { AllowName, CompletionName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface StartFileRequest {
  readonly upgrade: number;
  readonly index: number;
  readonly allow: AllowName;
  readonly size: number;
  readonly component: string;
  readonly version: string;
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** The signature file; version 1 has no place for it. */
  readonly signature?: Uint8Array;
  /** What comes in place of the image; only version 3 has a place for it. */
  readonly patch?: StartFilePatch;
}

/** A patch that is sent in place of its image. */
export interface StartFilePatch {
  /** Bytes, not 0. */
  readonly size: number;
  /** SHA-256 of the patch, and of the image that it was made for. */
  readonly digest: Uint8Array;
  readonly base: Uint8Array;
}

export interface StartFileResponse {
  readonly completion: CompletionName;
  /** The slot that will be written. */
  readonly slot: number;
  readonly window: number;
  readonly transfer: number;
  readonly chunkSize: number;
  /** Where to go on: the size when everything is there already. */
  readonly next: number;
}

export interface StartFileExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'startFileUpgrade' | 'startFileIndex' | 'startFileAllow' | 'startFileSize' | 'startFileComponent' | 'startFileVersion'
      | 'startFileDigest' | 'startFileCompletion' | 'startFileSlot' | 'startFileWindow' | 'startFileTransfer' | 'startFileChunkSize'
      | 'startFileNext' | 'startFileSignature' | 'startFileSignatureSize' | 'SIGNATURE_LIMIT' | 'frameSpoken' | 'startFilePatchSize'
      | 'startFilePatchDigest' | 'startFileBaseDigest'
    > {
  readonly Allow: CoreEnum;
  startFileRequestEncode(
    body: number, upgrade: number, index: number, allow: number, size: number, component: number, version: number, digest: number,
  ): number;
  startFileSignatureEncode(body: number, signature: number, size: number): number;
  startFilePatchEncode(body: number, size: number, patchSize: number, patchDigest: number, baseDigest: number): number;
  startFileRequestDecode(body: number, size: number): number;
  startFileResponseEncode(
    body: number, completion: number, slot: number, window: number, transfer: number, chunkSize: number, next: number,
  ): number;
  startFileResponseDecode(body: number, size: number): number;
}

const NO_SIGNATURE = new Uint8Array(0);

export function startFileRequest(core: StartFileExports, memory: WireMemory): BodyCodec<StartFileRequest> {
  const allows = namesOf(core.Allow);
  return {
    encode: ({ upgrade, index, allow, size, component, version, digest, signature = NO_SIGNATURE, patch }) => {
      const bodySize = core.startFileRequestEncode(
        memory.bodyAt, fits(upgrade, 32, 'upgrade'), fits(index, 16, 'index'), numberOf(core.Allow, allow), fits(size, 32, 'size'),
        memory.name(component), memory.version(version), memory.digest(digest));
      if (unsigned(core.frameSpoken) < 2) return bodySize;
      const limit = readNumber(core.SIGNATURE_LIMIT);
      if (signature.length > limit) throw new RangeError(`a signature: expected at most ${limit} bytes, got ${signature.length}; no message was made`);
      const signedSize = core.startFileSignatureEncode(memory.bodyAt, memory.signature(signature), signature.length);
      if (unsigned(core.frameSpoken) < 3) return signedSize;
      if (patch === undefined) return core.startFilePatchEncode(memory.bodyAt, signedSize, 0, 0, 0);
      return core.startFilePatchEncode(
        memory.bodyAt, signedSize, fits(patch.size, 32, 'patch size'), memory.digest(patch.digest, 1), memory.digest(patch.base, 2));
    },
    decode: (size) => core.startFileRequestDecode(memory.bodyAt, size),
    read: () => ({
      upgrade: unsigned(core.startFileUpgrade),
      index: unsigned(core.startFileIndex),
      allow: nameOf(allows, unsigned(core.startFileAllow)),
      size: unsigned(core.startFileSize),
      component: memory.readName(unsigned(core.startFileComponent)),
      version: memory.readVersion(unsigned(core.startFileVersion)),
      digest: memory.readDigest(unsigned(core.startFileDigest)),
      ...(unsigned(core.startFileSignatureSize) === 0 ? {} : { signature: memory.bytes(unsigned(core.startFileSignature), unsigned(core.startFileSignatureSize)).slice() }),
      ...(unsigned(core.startFilePatchSize) === 0 ? {} : {
        patch: {
          size: unsigned(core.startFilePatchSize),
          digest: memory.readDigest(unsigned(core.startFilePatchDigest)),
          base: memory.readDigest(unsigned(core.startFileBaseDigest)),
        },
      }),
    }),
  };
}

export function startFileResponse(core: StartFileExports, memory: WireMemory): BodyCodec<StartFileResponse> {
  const completions = namesOf(core.Completion);
  return {
    encode: ({ completion, slot, window, transfer, chunkSize, next }) =>
      core.startFileResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), fits(slot, 8, 'slot'), fits(window, 16, 'window'),
        fits(transfer, 32, 'transfer'), fits(chunkSize, 32, 'chunkSize'), fits(next, 32, 'next')),
    decode: (size) => core.startFileResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf(completions, unsigned(core.startFileCompletion)),
      slot: unsigned(core.startFileSlot),
      window: unsigned(core.startFileWindow),
      transfer: unsigned(core.startFileTransfer),
      chunkSize: unsigned(core.startFileChunkSize),
      next: unsigned(core.startFileNext),
    }),
  };
}
