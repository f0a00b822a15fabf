// Signature files for tests of the program: right ones, and ones that say anything.
import { sign } from 'node:crypto';
import { digestImage } from '../../host/trust/image-digest.ts';
import { commentMessage, formatSignature } from '../../host/trust/signature.ts';
import { formatTrustedComment, type TrustedComment } from '../../host/trust/trusted-comment.ts';
import { testKey } from '../trust/signed-image.ts';

export const KEY = testKey(0x42).key;
/** As minisign prints it. */
export const KEY_ID = KEY.publicKey.keyId;

/** What is signed for an image of the tests' configs, with some of it changed. */
export function statementOf(image: Uint8Array | string, changes: Partial<TrustedComment> = {}): TrustedComment {
  const { size, sha256 } = digestImage(Buffer.from(image), 'image');
  return { component: 'bmc', platform: 'rig', version: '2.4.1', security: 0, size, sha256, ...changes };
}

/** A signature over an image whose trusted comment is any text, by this key. */
export function signatureSaying(image: Uint8Array | string, comment: string, by = KEY): string {
  const imageSignature = sign(null, digestImage(Buffer.from(image), 'image').blake2b, by.privateKey);
  const commentSignature = sign(null, commentMessage(imageSignature, comment), by.privateKey);
  return formatSignature({ keyIdBytes: by.publicKey.keyIdBytes, imageSignature, comment, commentSignature });
}

/** The signature of an image. What is changed in the statement is signed as it is, right or wrong. */
export function signatureOf(image: Uint8Array | string, changes: Partial<TrustedComment> = {}, by = KEY): Uint8Array {
  return Buffer.from(signatureSaying(image, formatTrustedComment(statementOf(image, changes)), by));
}
