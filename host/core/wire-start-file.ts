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
  /** The signature file; only version 2 has a place for it. */
  readonly signature?: Uint8Array;
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
      | 'startFileNext' | 'startFileSignature' | 'startFileSignatureSize' | 'SIGNATURE_LIMIT' | 'frameSpoken'
    > {
  readonly Allow: CoreEnum;
  startFileRequestEncode(
    body: number, upgrade: number, index: number, allow: number, size: number, component: number, version: number, digest: number,
  ): number;
  startFileSignatureEncode(body: number, signature: number, size: number): number;
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
    encode: ({ upgrade, index, allow, size, component, version, digest, signature = NO_SIGNATURE }) => {
      const bodySize = core.startFileRequestEncode(
        memory.bodyAt, fits(upgrade, 32, 'upgrade'), fits(index, 16, 'index'), numberOf(core.Allow, allow), fits(size, 32, 'size'),
        memory.name(component), memory.version(version), memory.digest(digest));
      if (unsigned(core.frameSpoken) < 2) return bodySize;
      const limit = readNumber(core.SIGNATURE_LIMIT);
      if (signature.length > limit) throw new RangeError(`a signature: expected at most ${limit} bytes, got ${signature.length}; no message was made`);
      return core.startFileSignatureEncode(memory.bodyAt, memory.signature(signature), signature.length);
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
