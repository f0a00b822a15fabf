// Keys, an image and its signature for tests: the same in every run.
import { FerryError } from '../../host/error.ts';
import { digestImage, type ImageDigest } from '../../host/trust/image-digest.ts';
import { makeSecretKey, type SigningKey } from '../../host/trust/secret-key.ts';
import { signImage, type Statement } from '../../host/trust/sign.ts';
import { parseSignature } from '../../host/trust/signature.ts';
import type { TrustedComment } from '../../host/trust/trusted-comment.ts';
import { verifyImage } from '../../host/trust/verify.ts';
import type { PublicKey } from '../../host/trust/public-key.ts';

export const STATEMENT: Statement = { component: 'bmc', platform: 'ferry-q35', version: '2.4.1', security: 3 };

/** A key pair whose id and seed are made of one byte. */
export const testKey = (byte: number): { key: SigningKey; file: string } => makeSecretKey(`key-${byte}`, Buffer.alloc(8, byte), Buffer.alloc(32, byte), undefined);

/** Bytes that differ everywhere. */
export function testImage(size: number): Buffer {
  const image = Buffer.alloc(size);
  for (let index = 0; index < size; index++) image[index] = (index * 31 + (index >>> 8) * 7) & 0xff;
  return image;
}

export const image = testImage(5000);
export const digest: ImageDigest = digestImage(image, 'bmc.bin');
export const key: SigningKey = testKey(0x42).key;
export const signed = signImage(digest, STATEMENT, key, 'bmc.bin.minisig');

/** Reads a signature file and judges the image by it, as `ferry verify` does. */
export function judge(file: Uint8Array, of: ImageDigest = digest, keys: readonly PublicKey[] = [key.publicKey]): TrustedComment {
  return verifyImage(of, parseSignature(file, 'bmc.bin.minisig'), keys);
}

/** What work throws, which must be a refusal in words and nothing else. */
export function refusalOf(work: () => unknown): FerryError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}
