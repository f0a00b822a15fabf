import { readNumber, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { CompletionName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface TransmitDataRequest {
  readonly transfer: number;
  readonly offset: number;
  /** The chunk, up to 64 KiB of the image, or what stands for it. */
  readonly bytes: Uint8Array;
  /** With an LZ4 block, which version 1 does not have: bytes of the chunk that it makes. */
  readonly unpackedSize?: number | undefined;
  /** Since version 3: the bytes are digests of the blocks of a chunk of this size, eight bytes each. */
  readonly digestsOf?: number | undefined;
  /** Since version 3: the bytes, or the LZ4 block, are those of the blocks of a chunk that are in neither mask. */
  readonly blocksOf?: { readonly size: number; readonly held: number; readonly erased: number } | undefined;
}

export interface TransmitDataResponse {
  readonly completion: CompletionName;
  readonly transfer: number;
  /** Everything before this offset has arrived. */
  readonly next: number;
  /** Bit i: the chunk i + 1 chunks behind the next offset has arrived, too. */
  readonly mask: number;
  /** Since version 3: the chunk at this offset could not be made of what the slot holds, which is the blocks in the mask. */
  readonly refused?: { readonly offset: number; readonly held: number } | undefined;
}

export interface TransmitDataExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'TRANSMIT_DATA_REQUEST_SIZE' | 'MAXIMUM_CHUNK' | 'transmitDataTransfer' | 'transmitDataOffset' | 'transmitDataSize'
      | 'ENCODING_LZ4' | 'transmitDataEncoding' | 'transmitDataByteCount' | 'transmitDataBytes' | 'transmitDataCompletion' | 'transmitDataNext' | 'transmitDataMask'
      | 'ENCODING_DIGESTS' | 'ENCODING_BLOCKS' | 'HELD_MASKS' | 'transmitDataHeld' | 'transmitDataErased' | 'transmitDataIsRefused' | 'transmitDataRefused'
    > {
  transmitDataDigestsEncode(body: number, transfer: number, offset: number, size: number, digestBytes: number): number;
  transmitDataBlocksEncode(body: number, transfer: number, offset: number, size: number, held: number, erased: number, byteCount: number): number;
  transmitDataRefusedEncode(body: number, offset: number, held: number): number;
  transmitDataRequestEncode(body: number, transfer: number, offset: number, size: number): number;
  transmitDataBlockEncode(body: number, transfer: number, offset: number, size: number, blockSize: number): number;
  transmitDataRequestDecode(body: number, size: number): number;
  transmitDataResponseEncode(body: number, completion: number, transfer: number, next: number, mask: number): number;
  transmitDataResponseDecode(body: number, size: number): number;
}

export function transmitDataRequest(core: TransmitDataExports, memory: WireMemory): BodyCodec<TransmitDataRequest> {
  return {
    encode: ({ transfer, offset, bytes, unpackedSize, digestsOf, blocksOf }) => {
      const limit = readNumber(core.MAXIMUM_CHUNK);
      if (bytes.length > limit) throw new RangeError(`a chunk: expected at most ${limit} bytes, got ${bytes.length}; no message was made`);
      memory.bytes(memory.bodyAt + readNumber(core.TRANSMIT_DATA_REQUEST_SIZE) + (blocksOf === undefined ? 0 : readNumber(core.HELD_MASKS)), bytes.length).set(bytes);
      const [body, to, at] = [memory.bodyAt, fits(transfer, 32, 'transfer'), fits(offset, 32, 'offset')];
      if (digestsOf !== undefined) return core.transmitDataDigestsEncode(body, to, at, fits(digestsOf, 32, 'digestsOf'), bytes.length);
      if (blocksOf !== undefined) {
        const { size, held, erased } = blocksOf;
        return core.transmitDataBlocksEncode(body, to, at, fits(size, 32, 'size'), fits(held, 16, 'held'), fits(erased, 16, 'erased'), bytes.length);
      }
      if (unpackedSize === undefined) return core.transmitDataRequestEncode(body, to, at, bytes.length);
      return core.transmitDataBlockEncode(body, to, at, fits(unpackedSize, 32, 'unpacked size'), bytes.length);
    },
    decode: (size) => core.transmitDataRequestDecode(memory.bodyAt, size),
    read: () => ({
      transfer: unsigned(core.transmitDataTransfer),
      offset: unsigned(core.transmitDataOffset),
      bytes: memory.bytes(unsigned(core.transmitDataBytes), unsigned(core.transmitDataByteCount)).slice(),
      ...formOf(core),
    }),
  };
}

/** What the bytes are when they are not the chunk. */
function formOf(core: TransmitDataExports): Partial<TransmitDataRequest> {
  const size = unsigned(core.transmitDataSize);
  switch (unsigned(core.transmitDataEncoding)) {
    case readNumber(core.ENCODING_LZ4): return { unpackedSize: size };
    case readNumber(core.ENCODING_DIGESTS): return { digestsOf: size };
    case readNumber(core.ENCODING_BLOCKS): return { blocksOf: { size, held: unsigned(core.transmitDataHeld), erased: unsigned(core.transmitDataErased) } };
    default: return {};
  }
}

export function transmitDataResponse(core: TransmitDataExports, memory: WireMemory): BodyCodec<TransmitDataResponse> {
  const completions = namesOf(core.Completion);
  return {
    encode: ({ completion, transfer, next, mask, refused }) => {
      const size = core.transmitDataResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), fits(transfer, 32, 'transfer'), fits(next, 32, 'next'),
        fits(mask, 32, 'mask'));
      return refused === undefined ? size : core.transmitDataRefusedEncode(memory.bodyAt, fits(refused.offset, 32, 'refused offset'), fits(refused.held, 16, 'held'));
    },
    decode: (size) => core.transmitDataResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf<CompletionName>(completions, unsigned(core.transmitDataCompletion)),
      transfer: unsigned(core.transmitDataTransfer),
      next: unsigned(core.transmitDataNext),
      mask: unsigned(core.transmitDataMask),
      ...(unsigned(core.transmitDataIsRefused) !== 0 && { refused: { offset: unsigned(core.transmitDataRefused), held: unsigned(core.transmitDataHeld) } }),
    }),
  };
}
