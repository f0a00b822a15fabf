// Makes signatures. Every one is verified before it is given out: a fault of the machine must not reach a fleet, and a
// wrong Ed25519 signature can tell the key.
import { sign } from 'node:crypto';
import type { ImageDigest } from './image-digest.ts';
import type { SigningKey } from './secret-key.ts';
import { commentMessage, formatSignature, parseSignature } from './signature.ts';
import { formatTrustedComment, type TrustedComment } from './trusted-comment.ts';
import { verifyImage } from './verify.ts';

/** What the signer says of an image; size and digest come from the image itself. */
export type Statement = Omit<TrustedComment, 'size' | 'sha256'>;

/** Signs an image: the text of its signature file, and what it says. `name` is where the file will lie. */
export function signImage(image: ImageDigest, statement: Statement, key: SigningKey, name: string): { file: string; comment: TrustedComment } {
  const comment = formatTrustedComment({ ...statement, size: image.size, sha256: image.sha256 });
  const imageSignature = sign(null, image.blake2b, key.privateKey);
  const commentSignature = sign(null, commentMessage(imageSignature, comment), key.privateKey);
  const file = formatSignature({ keyIdBytes: key.publicKey.keyIdBytes, imageSignature, comment, commentSignature });
  return { file, comment: verifyImage(image, parseSignature(Buffer.from(file), name), [key.publicKey]) };
}
