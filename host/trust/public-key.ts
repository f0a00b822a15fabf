// A public key as minisign writes it:
//
//   untrusted comment: minisign public key 96F6A94A74033C13
//   base64( "Ed" | key id 8 | Ed25519 public key 32 )
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSmallOrder } from './small-order.ts';
import { base64Of, commentOf, type Complain, complainer, linesOf, UNTRUSTED_COMMENT } from './text-lines.ts';

/** "Ed": an Ed25519 key. In a signature the same word stands for a legacy one. */
export const KEY_ALGORITHM = Buffer.from('Ed');
export const KEY_ID_SIZE = 8;
export const ED25519_SIZE = 32;
/** 42 bytes: the word, the key id and the key. */
const PUBLIC_KEY_SIZE = 2 + KEY_ID_SIZE + ED25519_SIZE;
const SECRET_KEY_LINE = 212;
export const COMMENT_LIMIT = 1024;
/** The DER in front of an Ed25519 key as SubjectPublicKeyInfo, RFC 8410 section 4. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

export interface PublicKey {
  /** Where it is from, for messages. */
  readonly name: string;
  /** Sixteen hexadecimal digits, as minisign prints it. */
  readonly keyId: string;
  /** The same as it lies in files. */
  readonly keyIdBytes: Uint8Array;
  /** The 32 bytes of Ed25519. */
  readonly bytes: Uint8Array;
  readonly key: KeyObject;
}

/** A key id for people: minisign reads its eight bytes as a little-endian number. */
export function keyIdText(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex').toUpperCase();
}

/** A public key of its parts. */
export function publicKeyOf(name: string, keyId: Uint8Array, bytes: Uint8Array): PublicKey {
  return {
    name, keyId: keyIdText(keyId), keyIdBytes: Buffer.from(keyId), bytes: Buffer.from(bytes),
    key: createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' }),
  };
}

/** Reads a public key file. `key-invalid` says which line is wrong; nothing of the file's content is shown. */
export function parsePublicKey(file: Uint8Array, name: string): PublicKey {
  const complain = complainer('key-invalid', name, 'nothing is verified with it', 'give the public key file that `ferry keygen` or `minisign -G` has made', 64);
  const [comment = '', line = ''] = linesOf(file, 2, complain);
  commentOf(comment, UNTRUSTED_COMMENT, COMMENT_LIMIT, 'line 1', complain);
  if (line.length === SECRET_KEY_LINE) return complain('line 2: expected a public key, got a secret key');
  return parsePublicKeyLine(line, name, 'line 2', complain);
}

/** Reads the second line of a public key file, wherever it stands. */
export function parsePublicKeyLine(line: string, name: string, where: string, complain: Complain): PublicKey {
  const bytes = base64Of(line, PUBLIC_KEY_SIZE, where, complain);
  if (!bytes.subarray(0, 2).equals(KEY_ALGORITHM)) return complain(`${where}: expected the algorithm "Ed" (Ed25519), got another one`);
  const keyId = bytes.subarray(2, 2 + KEY_ID_SIZE);
  const key = bytes.subarray(2 + KEY_ID_SIZE);
  if (isSmallOrder(key)) return complain(`${where}: expected a key that someone can own, got a point of small order, for which anyone can sign`);
  return publicKeyOf(name, keyId, key);
}

/** The second line of its file: the key id and the key, 56 characters. */
export function publicKeyLine(key: PublicKey): string {
  return Buffer.concat([KEY_ALGORITHM, key.keyIdBytes, key.bytes]).toString('base64');
}

/** The public key file. */
export function formatPublicKey(key: PublicKey): string {
  return `${UNTRUSTED_COMMENT}minisign public key ${key.keyId}\n${publicKeyLine(key)}\n`;
}
