import { readNumber, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { CompletionName } from './wire-names.ts';
import { namesOf } from './words.ts';

export interface TransmitDataRequest {
  readonly transfer: number;
  readonly offset: number;
  /** The chunk, up to 64 KiB of the image, or the LZ4 block that makes it. */
  readonly bytes: Uint8Array;
  /** With an LZ4 block, which version 1 does not have: bytes of the chunk that it makes. */
  readonly unpackedSize?: number | undefined;
}

export interface TransmitDataResponse {
  readonly completion: CompletionName;
  readonly transfer: number;
  /** Everything before this offset has arrived. */
  readonly next: number;
  /** Bit i: the chunk i + 1 chunks behind the next offset has arrived, too. */
  readonly mask: number;
}

export interface TransmitDataExports
  extends WireMemoryExports,
    CoreGlobals<
      | 'TRANSMIT_DATA_REQUEST_SIZE' | 'MAXIMUM_CHUNK' | 'transmitDataTransfer' | 'transmitDataOffset' | 'transmitDataSize'
      | 'ENCODING_LZ4' | 'transmitDataEncoding' | 'transmitDataByteCount' | 'transmitDataBytes' | 'transmitDataCompletion' | 'transmitDataNext' | 'transmitDataMask'
    > {
  transmitDataRequestEncode(body: number, transfer: number, offset: number, size: number): number;
  transmitDataBlockEncode(body: number, transfer: number, offset: number, size: number, blockSize: number): number;
  transmitDataRequestDecode(body: number, size: number): number;
  transmitDataResponseEncode(body: number, completion: number, transfer: number, next: number, mask: number): number;
  transmitDataResponseDecode(body: number, size: number): number;
}

export function transmitDataRequest(core: TransmitDataExports, memory: WireMemory): BodyCodec<TransmitDataRequest> {
  return {
    encode: ({ transfer, offset, bytes, unpackedSize }) => {
      const limit = readNumber(core.MAXIMUM_CHUNK);
      if (bytes.length > limit) throw new RangeError(`a chunk: expected at most ${limit} bytes, got ${bytes.length}; no message was made`);
      memory.bytes(memory.bodyAt + readNumber(core.TRANSMIT_DATA_REQUEST_SIZE), bytes.length).set(bytes);
      const [body, to, at] = [memory.bodyAt, fits(transfer, 32, 'transfer'), fits(offset, 32, 'offset')];
      if (unpackedSize === undefined) return core.transmitDataRequestEncode(body, to, at, bytes.length);
      return core.transmitDataBlockEncode(body, to, at, fits(unpackedSize, 32, 'unpacked size'), bytes.length);
    },
    decode: (size) => core.transmitDataRequestDecode(memory.bodyAt, size),
    read: () => ({
      transfer: unsigned(core.transmitDataTransfer),
      offset: unsigned(core.transmitDataOffset),
      bytes: memory.bytes(unsigned(core.transmitDataBytes), unsigned(core.transmitDataByteCount)).slice(),
      ...(unsigned(core.transmitDataEncoding) === readNumber(core.ENCODING_LZ4) && { unpackedSize: unsigned(core.transmitDataSize) }),
    }),
  };
}

export function transmitDataResponse(core: TransmitDataExports, memory: WireMemory): BodyCodec<TransmitDataResponse> {
  const completions = namesOf(core.Completion);
  return {
    encode: ({ completion, transfer, next, mask }) =>
      core.transmitDataResponseEncode(
        memory.bodyAt, numberOf(core.Completion, completion), fits(transfer, 32, 'transfer'), fits(next, 32, 'next'),
        fits(mask, 32, 'mask')),
    decode: (size) => core.transmitDataResponseDecode(memory.bodyAt, size),
    read: () => ({
      completion: nameOf<CompletionName>(completions, unsigned(core.transmitDataCompletion)),
      transfer: unsigned(core.transmitDataTransfer),
      next: unsigned(core.transmitDataNext),
      mask: unsigned(core.transmitDataMask),
    }),
  };
}
