// A board, an offer and its signature for tests; keys and image come from tests/trust/signed-image.ts.
import { sign } from 'node:crypto';
import type { Board, Offer, Trust } from '../../../host/bmc/trust/judge.ts';
import type { SigningKey } from '../../../host/trust/secret-key.ts';
import { commentMessage, formatSignature } from '../../../host/trust/signature.ts';
import { formatTrustedComment, type TrustedComment } from '../../../host/trust/trusted-comment.ts';
import { digest, key, signed, STATEMENT } from '../../trust/signed-image.ts';

export const board: Board = { platform: STATEMENT.platform, floor: 3 };
export const offer: Offer = { component: 'bmc', version: '2.4.1', size: digest.size, sha256: digest.sha256 };
export const trust: Trust = { keys: [key.publicKey], revoked: [], labMode: false };
export const lab: Trust = { keys: [], revoked: [], labMode: true };
export const file = Buffer.from(signed.file);

/** A signature by this key whose trusted comment is any text. */
export function signatureSaying(comment: string, by: SigningKey = key): Buffer {
  const imageSignature = sign(null, digest.blake2b, by.privateKey);
  const commentSignature = sign(null, commentMessage(imageSignature, comment), by.privateKey);
  return Buffer.from(formatSignature({ keyIdBytes: by.publicKey.keyIdBytes, imageSignature, comment, commentSignature }));
}

/** The trusted comment of the offer, with changes. */
export const says = (changes: Partial<TrustedComment>): string => formatTrustedComment({ ...signed.comment, ...changes });
