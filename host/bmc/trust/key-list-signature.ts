// The signature of a key list: minisign's, prehashed, with a trusted comment that no image has and that binds the list:
//
//   keys sequence=4 platform=ferry-q35 sha256=<64 hexadecimal digits, of the list's bytes>
import { createHash, sign, verify } from 'node:crypto';
import type { PublicKey } from '../../trust/public-key.ts';
import type { SigningKey } from '../../trust/secret-key.ts';
import { commentMessage, formatSignature, parseSignature, type SignedMatter } from '../../trust/signature.ts';
import { complainer, shown, type Complain } from '../../trust/text-lines.ts';
import { parseKeyList, type KeyList } from './key-list.ts';

const MATTER: SignedMatter = { now: 'the trusted keys stay as they were', hint: 'get the signature file again, or sign the list with `ferry trust sign`' };

/** Keys that may sign a list. */
export interface ListSigners {
  readonly keys: readonly PublicKey[];
  /** Key ids. */
  readonly revoked: readonly string[];
}

/** A list that one of the signers has signed. */
export interface SignedKeyList {
  readonly list: KeyList;
  /** Key id. */
  readonly signer: string;
}

/** What is wrong with a key list that may not be believed. */
export const keyListRefuser = (name: string, hint = 'get the list and its signature again from who keeps the keys'): Complain =>
  complainer('key-list-refused', name, 'the trusted keys stay as they were', hint, 1);

export const digestOfKeyList = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const blake2bOf = (bytes: Uint8Array): Buffer => createHash('blake2b512').update(bytes).digest();

function commentOf(list: KeyList, bytes: Uint8Array): string {
  return `keys sequence=${list.sequence} platform=${list.platform} sha256=${digestOfKeyList(bytes)}`;
}

/** Signs a list: the text of its signature file, verified before it is given out. */
export function signKeyList(bytes: Uint8Array, name: string, key: SigningKey): string {
  const comment = commentOf(parseKeyList(bytes, name), bytes);
  const imageSignature = sign(null, blake2bOf(bytes), key.privateKey);
  const commentSignature = sign(null, commentMessage(imageSignature, comment), key.privateKey);
  const file = formatSignature({ keyIdBytes: key.publicKey.keyIdBytes, imageSignature, comment, commentSignature });
  verifyKeyList(bytes, Buffer.from(file), name, { keys: [key.publicKey], revoked: [] });
  return file;
}

/**
 * The list, proved to be signed by one of the signers; otherwise `signature-invalid`, `key-list-refused` or
 * `key-list-invalid`. The list is not read before its signature is good.
 */
export function verifyKeyList(bytes: Uint8Array, signatureFile: Uint8Array, name: string, signers: ListSigners): SignedKeyList {
  const signature = parseSignature(signatureFile, `signature of ${name}`, MATTER);
  const complain = keyListRefuser(signature.name);
  const { keyId } = signature;
  if (signers.revoked.includes(keyId)) return complain(`key: expected a trusted one, got ${keyId}, which has been revoked`);
  const key = signers.keys.find((one) => one.keyId === keyId);
  if (key === undefined) return complain(`key: expected ${signers.keys.map((one) => one.keyId).join(' or ') || 'no key at all'}, got ${keyId}`);
  if (!verify(null, commentMessage(signature.imageSignature, signature.comment), key.key, signature.commentSignature)) {
    return complain(`lines 2 to 4: expected what key ${keyId} has signed, got a signature or a trusted comment that was changed`);
  }
  if (!verify(null, blake2bOf(bytes), key.key, signature.imageSignature)) return keyListRefuser(name)(`expected the bytes that key ${keyId} has signed, got others`);
  const list = parseKeyList(bytes, name);
  const expected = commentOf(list, bytes);
  if (signature.comment !== expected) return complain(`trusted comment: expected ${shownWhole(expected)}, got ${shown(signature.comment)}`);
  return { list, signer: keyId };
}

/** The expected comment is made of a list that was read strictly: it is ASCII, and short. */
const shownWhole = (text: string): string => JSON.stringify(text);
