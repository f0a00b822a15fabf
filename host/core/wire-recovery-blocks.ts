// Bodies of the recovery messages by which only what differs is sent: asks, digests and blocks.
import { readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { fits, nameOf, numberOf, unsigned, type BodyCodec, type WireMemory, type WireMemoryExports } from './wire-memory.ts';
import type { RecoveryAskName, RecoveryMessages } from './wire-recovery-messages.ts';
import { namesOf } from './words.ts';

export type BlockCodecExports = WireMemoryExports
  & CoreGlobals<
    | `recoveryAsk${'What' | 'BlockSize' | 'RangeCount' | 'Ranges'}` | `recoveryDigests${'First' | 'Count' | 'Bytes'}`
    | `recoveryBlocks${'First' | 'Count' | 'Encoding' | 'Bytes' | 'Sent'}`
    | 'RANGE_LIMIT' | 'RANGE_SIZE' | 'DIGEST_LIMIT' | 'BLOCK_DIGEST_SIZE' | 'MAXIMUM_CHUNK' | 'RECOVERY_ASK_SIZE' | 'RECOVERY_DIGESTS_SIZE' | 'RECOVERY_BLOCKS_SIZE'>
  & { readonly RecoveryAsk: CoreEnum }
  & {
    recoveryAskEncode(body: number, what: number, blockSize: number, rangeCount: number): number;
    recoveryAskDecode(body: number, size: number): number;
    recoveryDigestsEncode(body: number, first: number, count: number): number;
    recoveryDigestsDecode(body: number, size: number): number;
    recoveryBlocksEncode(body: number, first: number, count: number, encoding: number, sent: number): number;
    recoveryBlocksDecode(body: number, size: number): number;
  };

export function blockCodecs(core: BlockCodecExports, memory: WireMemory): { readonly [Name in 'ask' | 'digests' | 'blocks']: BodyCodec<RecoveryMessages[Name]> } {
  const body = memory.bodyAt;
  const names = namesOf(core.RecoveryAsk);
  const behind = (fields: WebAssembly.Global, size: number): Uint8Array => memory.bytes(body + readNumber(fields), size);
  const within = (count: number, limit: number, what: string): void => {
    if (count === 0 || count > limit) throw new RangeError(`${what}: expected 1 to ${limit}, got ${count}; no message was made`);
  };
  return {
    ask: {
      encode: ({ what, blockSize, ranges }) => {
        within(ranges.length, readNumber(core.RANGE_LIMIT), 'the ranges of an ask');
        const at = behind(core.RECOVERY_ASK_SIZE, ranges.length * readNumber(core.RANGE_SIZE));
        const view = new DataView(at.buffer, at.byteOffset, at.length);
        ranges.forEach(({ first, blocks }, index) => {
          view.setUint32(index * 8, fits(first, 32, 'first'), true);
          view.setUint32(index * 8 + 4, fits(blocks, 32, 'blocks'), true);
        });
        return core.recoveryAskEncode(body, numberOf(core.RecoveryAsk, what), fits(blockSize, 32, 'blockSize'), ranges.length);
      },
      decode: (size) => core.recoveryAskDecode(body, size),
      read: () => {
        const at = memory.bytes(unsigned(core.recoveryAskRanges), unsigned(core.recoveryAskRangeCount) * readNumber(core.RANGE_SIZE));
        const view = new DataView(at.buffer, at.byteOffset, at.length);
        return {
          what: nameOf<RecoveryAskName>(names, unsigned(core.recoveryAskWhat)), blockSize: unsigned(core.recoveryAskBlockSize),
          ranges: Array.from({ length: unsigned(core.recoveryAskRangeCount) }, (_, index) => ({ first: view.getUint32(index * 8, true), blocks: view.getUint32(index * 8 + 4, true) })),
        };
      },
    },
    digests: {
      encode: ({ first, digests }) => {
        const count = digests.length / readNumber(core.BLOCK_DIGEST_SIZE);
        within(count, readNumber(core.DIGEST_LIMIT), 'the digests of a message');
        behind(core.RECOVERY_DIGESTS_SIZE, digests.length).set(digests);
        return core.recoveryDigestsEncode(body, fits(first, 32, 'first'), fits(count, 32, 'count'));
      },
      decode: (size) => core.recoveryDigestsDecode(body, size),
      read: () => ({
        first: unsigned(core.recoveryDigestsFirst),
        digests: memory.bytes(unsigned(core.recoveryDigestsBytes), unsigned(core.recoveryDigestsCount) * readNumber(core.BLOCK_DIGEST_SIZE)).slice(),
      }),
    },
    blocks: {
      encode: ({ first, size, encoding, bytes }) => {
        within(bytes.length, readNumber(core.MAXIMUM_CHUNK), 'the bytes of blocks');
        behind(core.RECOVERY_BLOCKS_SIZE, bytes.length).set(bytes);
        return core.recoveryBlocksEncode(body, fits(first, 32, 'first'), fits(size, 32, 'size'), fits(encoding, 8, 'encoding'), bytes.length);
      },
      decode: (size) => core.recoveryBlocksDecode(body, size),
      read: () => ({
        first: unsigned(core.recoveryBlocksFirst), size: unsigned(core.recoveryBlocksCount), encoding: unsigned(core.recoveryBlocksEncoding),
        bytes: memory.bytes(unsigned(core.recoveryBlocksBytes), unsigned(core.recoveryBlocksSent)).slice(),
      }),
    },
  };
}
