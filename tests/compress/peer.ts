// The LZ4 blocks of lz4-napi, which is lz4_flex: an implementation that shares nothing with ours but the format. It puts
// the size in front of a block.
import { compressSync, uncompressSync } from 'lz4-napi';

const SIZE = 4;

export function peerEncode(bytes: Uint8Array): Uint8Array {
  return compressSync(Buffer.from(bytes)).subarray(SIZE);
}

/** What a block makes; throws when it is none, or makes other than so many bytes. */
export function peerDecode(block: Uint8Array, size: number): Uint8Array {
  const framed = Buffer.alloc(SIZE + block.length);
  framed.writeUInt32LE(size);
  framed.set(block, SIZE);
  const bytes = uncompressSync(framed);
  if (bytes.length !== size) throw new Error(`lz4-napi made ${bytes.length} bytes of a block of ${size}`);
  return bytes;
}
