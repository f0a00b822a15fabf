// An image of this machine that may be donated: proved once to be what a trusted key has signed, and looked at again,
// block by block, each time a part of it goes out. What has changed since is not sent.
import { crc32 } from 'node:zlib';
import { ImageHash } from '../../trust/image-digest.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import { parseSignature } from '../../trust/signature.ts';
import { verifyComment, verifyImage } from '../../trust/verify.ts';
import { type DonorImage, SIGNATURE_LIMIT } from './donor-images.ts';

const BLOCK = 64 * 1024;
/** Blocks that are read before others have their turn. */
const TURN = 16;

/** Where the bytes lie. */
export interface ImageBytes {
  readonly name: string;
  /** Fills `into` from `offset`; throws when it can not. */
  read(offset: number, into: Uint8Array): void;
  close?(): void;
}

/** Throws in words when they are not what one of the keys has signed. */
export async function proveDonorImage(bytes: ImageBytes, signature: Uint8Array, keys: readonly PublicKey[], signal: AbortSignal): Promise<DonorImage> {
  const { name } = bytes;
  if (signature.length > SIGNATURE_LIMIT) throw new Error(`${name}: expected a signature of at most ${SIGNATURE_LIMIT} bytes, got ${signature.length}; the image is not offered`);
  const parsed = parseSignature(signature, `${name}.minisig`);
  const { size } = verifyComment(parsed, keys);
  const hash = new ImageHash();
  const checksums: number[] = [];
  const block = (index: number): Uint8Array => {
    const into = new Uint8Array(Math.min(BLOCK, size - index * BLOCK));
    bytes.read(index * BLOCK, into);
    return into;
  };
  for (let index = 0; index * BLOCK < size; index++) {
    const piece = block(index);
    hash.update(piece);
    checksums.push(crc32(piece));
    if (index % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  const statement = verifyImage(hash.digest(name), parsed, keys);
  let isClosed = false;
  return {
    name, statement, digest: Buffer.from(statement.sha256, 'hex'), signature,
    read(offset, count) {
      if (isClosed) throw new Error(`${name}: it is not offered any more`);
      const first = Math.floor(offset / BLOCK);
      const blocks = Array.from({ length: Math.ceil((offset + count) / BLOCK) - first }, (_, index) => block(first + index));
      if (blocks.some((piece, index) => crc32(piece) !== checksums[first + index])) throw new Error(`${name}: it has changed since it was verified`);
      const all = blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
      return all.subarray(offset - first * BLOCK, offset - first * BLOCK + count);
    },
    close() {
      isClosed = true;
      bytes.close?.();
    },
  };
}
