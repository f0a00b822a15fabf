// Judges a signature: first who has made it, then what it says, then whether the image is the one it speaks of. Pure:
// the management controller calls `verifyComment` on an offer and `verifyImage` when all bytes are there.
import { verify } from 'node:crypto';
import type { ImageDigest } from './image-digest.ts';
import type { PublicKey } from './public-key.ts';
import { commentMessage, type Signature } from './signature.ts';
import { complainer, type Complain } from './text-lines.ts';
import { parseTrustedComment, type TrustedComment } from './trusted-comment.ts';

const refusal = (name: string): Complain =>
  complainer('signature-refused', name, 'the image is not trusted', 'get the image and its signature again from who has made them; do not install this one', 1);

/** The trusted key that a signature names. Comes before any cryptography. */
function keyOf(signature: Signature, keys: readonly PublicKey[]): PublicKey {
  const found = keys.find((key) => key.keyId === signature.keyId);
  if (found !== undefined) return found;
  const trusted = keys.map((key) => key.keyId).join(' or ') || 'no key at all';
  return complainer('signature-refused', signature.name, 'the image is not trusted', 'give the public key of who has signed the image, if you trust them', 1)(
    `key id: expected ${trusted}, got ${signature.keyId}`,
  );
}

const isCommentGood = (signature: Signature, key: PublicKey): boolean =>
  verify(null, commentMessage(signature.imageSignature, signature.comment), key.key, signature.commentSignature);

/**
 * What the signature says, proved to be said by one of `keys`. The image has not been seen: what it says of it is true
 * only of an image for which `verifyImage` returns.
 */
export function verifyComment(signature: Signature, keys: readonly PublicKey[]): TrustedComment {
  const key = keyOf(signature, keys);
  if (!isCommentGood(signature, key)) {
    return refusal(signature.name)(`lines 2 to 4: expected what key ${key.keyId} has signed, got a signature or a trusted comment that was changed`);
  }
  return parseTrustedComment(signature.comment, signature.name);
}

/** What the signature says of this image, when one of `keys` has signed exactly this image; otherwise an error that says what differs. */
export function verifyImage(image: ImageDigest, signature: Signature, keys: readonly PublicKey[]): TrustedComment {
  const key = keyOf(signature, keys);
  const isImageGood = verify(null, image.blake2b, key.key, signature.imageSignature);
  const complain = refusal(signature.name);
  if (!isCommentGood(signature, key)) {
    return complain(isImageGood
      ? `trusted comment (lines 3 and 4): expected what key ${key.keyId} has signed, got one that was changed; the image itself is the signed one`
      : `signature (line 2): expected one that key ${key.keyId} has made, got one that fits neither the image nor the trusted comment`);
  }
  const comment = parseTrustedComment(signature.comment, signature.name);
  if (image.size !== comment.size) return refusal(image.name)(`size: expected the ${comment.size} bytes that were signed, got ${image.size}`);
  if (image.sha256 !== comment.sha256) return refusal(image.name)(`sha256: expected ${comment.sha256}, which was signed, got ${image.sha256}`);
  // Left for a signer whose comment speaks of another image than the one it has signed.
  if (!isImageGood) return complain(`signature (line 2): expected one over ${image.name}, got one over another image`);
  return comment;
}
