// A secret key as minisign writes it:
//
//   untrusted comment: <free text>
//   base64( "Ed" | "Sc" or 0 0 | "B2" | salt 32 | operations u64 | memory u64 | hidden 104 )
//   hidden: key id 8 | seed 32 | public key 32 | BLAKE2b-256 of "Ed" and the three before, 32
//
// With "Sc" the hidden bytes are combined with scrypt's by exclusive or; with 0 0 they lie there as they are. No
// message of this file shows anything of a key's content.
import { createPrivateKey, createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { blake2bOfBlock } from './blake2b.ts';
import { areGoodLimits, deriveBytes, type DerivationLimits } from './key-derivation.ts';
import { COMMENT_LIMIT, ED25519_SIZE, KEY_ALGORITHM, KEY_ID_SIZE, type PublicKey, publicKeyOf } from './public-key.ts';
import { base64Of, commentOf, type Complain, complainer, linesOf, UNTRUSTED_COMMENT } from './text-lines.ts';

const SCRYPT = Buffer.from('Sc');
const NO_DERIVATION = Buffer.alloc(2);
const CHECKSUM = Buffer.from('B2');
const CHECKSUM_SIZE = 32;
const SALT = 6;
const SALT_SIZE = 32;
const OPERATIONS = SALT + SALT_SIZE;
const MEMORY = OPERATIONS + 8;
const HIDDEN = MEMORY + 8;
/** Offsets inside the hidden part. */
const SEED = KEY_ID_SIZE;
const PUBLIC = SEED + ED25519_SIZE;
const CHECK = PUBLIC + ED25519_SIZE;
const HIDDEN_SIZE = CHECK + CHECKSUM_SIZE;
const SECRET_KEY_SIZE = HIDDEN + HIDDEN_SIZE;
const PUBLIC_KEY_LINE = 56;
/** minisign reads this much of a line. */
export const PASSWORD_LIMIT = 1023;
/** The DER in front of an Ed25519 seed as PKCS #8, RFC 8410 section 7. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key that can sign. Node does not show what a `KeyObject` holds. */
export interface SigningKey {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

/** A secret key file that has been read; its key may still be hidden by a password. */
export interface SecretKey {
  readonly name: string;
  readonly limits: DerivationLimits | undefined;
  readonly salt: Uint8Array;
  readonly hidden: Uint8Array;
}

/** How a new secret key is hidden; `salt` is 32 random bytes. */
export interface Protection {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly limits: DerivationLimits;
}

const complaint = (name: string): Complain =>
  complainer('key-invalid', name, 'nothing was signed', 'give the secret key file that `ferry keygen` or `minisign -G` has made, and its password', 64);

function privateKeyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([PKCS8, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}

const publicBytesOf = (key: KeyObject): Buffer => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-ED25519_SIZE);

const checksumOf = (hidden: Uint8Array): Buffer => {
  const message = Buffer.concat([KEY_ALGORITHM, hidden.subarray(0, CHECK)]);
  const checksum = blake2bOfBlock(message, CHECKSUM_SIZE);
  message.fill(0);
  return checksum;
};

/** Hides or shows: the same operation. */
function combine(hidden: Uint8Array, password: Uint8Array, salt: Uint8Array, limits: DerivationLimits): Buffer {
  const mask = deriveBytes(password, salt, limits, HIDDEN_SIZE);
  for (let index = 0; index < HIDDEN_SIZE; index++) mask[index] = (mask[index] ?? 0) ^ (hidden[index] ?? 0);
  return mask;
}

/** Makes a key pair of 8 random bytes for its id and 32 for its seed, and the text of its secret key file. */
export function makeSecretKey(name: string, keyId: Uint8Array, seed: Uint8Array, protection: Protection | undefined): { key: SigningKey; file: string } {
  const privateKey = privateKeyOf(seed);
  const key = { privateKey, publicKey: publicKeyOf(name, keyId, publicBytesOf(privateKey)) };
  const plain = Buffer.concat([keyId, seed, key.publicKey.bytes, Buffer.alloc(CHECKSUM_SIZE)]);
  plain.set(checksumOf(plain), CHECK);
  const head = Buffer.alloc(HIDDEN);
  head.set([...KEY_ALGORITHM, ...(protection === undefined ? NO_DERIVATION : SCRYPT), ...CHECKSUM]);
  if (protection !== undefined) {
    head.set(protection.salt, SALT);
    head.writeBigUInt64LE(BigInt(protection.limits.operations), OPERATIONS);
    head.writeBigUInt64LE(BigInt(protection.limits.memory), MEMORY);
  }
  const hidden = protection === undefined ? plain : combine(plain, protection.password, protection.salt, protection.limits);
  const kind = protection === undefined ? 'ferry secret key, not encrypted' : 'ferry encrypted secret key';
  const file = `${UNTRUSTED_COMMENT}${kind}\n${Buffer.concat([head, hidden]).toString('base64')}\n`;
  plain.fill(0);
  return { key, file };
}

/** Reads a secret key file. `key-invalid` says which line is wrong. */
export function parseSecretKey(file: Uint8Array, name: string): SecretKey {
  const complain = complaint(name);
  const [comment = '', line = ''] = linesOf(file, 2, complain);
  commentOf(comment, UNTRUSTED_COMMENT, COMMENT_LIMIT, 'line 1', complain);
  if (line.length === PUBLIC_KEY_LINE) return complain('line 2: expected a secret key, got a public key');
  const bytes = base64Of(line, SECRET_KEY_SIZE, 'line 2', complain);
  if (!bytes.subarray(0, 2).equals(KEY_ALGORITHM)) return complain('line 2: expected the algorithm "Ed" (Ed25519), got another one');
  if (!bytes.subarray(4, SALT).equals(CHECKSUM)) return complain('line 2: expected the checksum "B2" (BLAKE2b), got another one');
  const derivation = bytes.subarray(2, 4);
  const isPlain = derivation.equals(NO_DERIVATION);
  if (!isPlain && !derivation.equals(SCRYPT)) return complain('line 2: expected a key hidden by "Sc" (scrypt) or not hidden, got another way');
  const limits = { operations: Number(bytes.readBigUInt64LE(OPERATIONS)), memory: Number(bytes.readBigUInt64LE(MEMORY)) };
  if (!isPlain && !areGoodLimits(limits)) return complain('line 2: expected limits of scrypt that minisign makes (up to 1 GiB of memory), got others');
  return { name, limits: isPlain ? undefined : limits, salt: bytes.subarray(SALT, OPERATIONS), hidden: bytes.subarray(HIDDEN) };
}

/** The key that can sign. A password is needed when, and only when, the file has `limits`. */
export function unlockSecretKey(secret: SecretKey, password: Uint8Array | undefined): SigningKey {
  const complain = complaint(secret.name);
  if (secret.limits !== undefined && password === undefined) return complain('expected a password for this encrypted key, got none');
  const plain = secret.limits === undefined || password === undefined
    ? Buffer.from(secret.hidden) : combine(secret.hidden, password, secret.salt, secret.limits);
  try {
    const checksum = plain.subarray(CHECK);
    // `minisign -G -W` leaves the checksum of a key without a password zero.
    const isChecked = secret.limits !== undefined || checksum.some((byte) => byte !== 0);
    if (isChecked && !timingSafeEqual(checksum, checksumOf(plain))) {
      return complain(secret.limits === undefined ? 'line 2: expected a key with its checksum, got one that was changed' : 'password: expected the one of this key, got another one, or the file was changed');
    }
    const privateKey = privateKeyOf(plain.subarray(SEED, PUBLIC));
    const publicBytes = publicBytesOf(privateKey);
    if (!timingSafeEqual(publicBytes, plain.subarray(PUBLIC, CHECK))) return complain('line 2: expected two halves of one key, got halves of two');
    return { privateKey, publicKey: publicKeyOf(secret.name, plain.subarray(0, KEY_ID_SIZE), publicBytes) };
  } finally {
    plain.fill(0);
  }
}
