// Secure Boot (UEFI 2.10, chapter 32) in its shape: with a platform key enrolled, an image starts only when db vouches for
// it and dbx does not revoke it. Keys are enrolled by whoever owns the machine, before it is switched on; what runs on it
// can not change them then.
import { createHash, verify } from 'node:crypto';
import { FerryError } from '../error.ts';
import { keyIdText, parsePublicKey, publicKeyOf, type PublicKey } from '../trust/public-key.ts';
import { commentMessage, parseSignature, type Signature as ImageSignature } from '../trust/signature.ts';
import { GLOBAL_VARIABLE, IMAGE_SECURITY_DATABASE } from './guid.ts';
import type { ImageFile } from './image-file.ts';
import { decodeSignatures, encodeSignature, type Signature } from './signature-list.ts';
import { EfiError } from './status.ts';
import { VariableAttribute, type VariableStore } from './variable-store.ts';

/** The ending of the file beside an image that holds its signature. */
const SIGNATURE_ENDING = '.minisig';

const { nonVolatile, bootServiceAccess, runtimeAccess } = VariableAttribute;
const KEPT = nonVolatile | bootServiceAccess | runtimeAccess;
const VOLATILE = bootServiceAccess | runtimeAccess;

/** The variables that decide, and where they are. */
const NAMESPACES: Readonly<Record<string, string>> = {
  PK: GLOBAL_VARIABLE, SetupMode: GLOBAL_VARIABLE, SecureBoot: GLOBAL_VARIABLE, db: IMAGE_SECURITY_DATABASE, dbx: IMAGE_SECURITY_DATABASE,
};

/** Whether images are verified: a platform key is enrolled. */
export const isEnrolled = (store: VariableStore): boolean => store.get(GLOBAL_VARIABLE, 'PK') !== undefined;

/** Makes a key one that images may be signed with, and switches verification on. Twice is once. */
export function enrolKey(store: VariableStore, { keyIdBytes, bytes }: PublicKey): void {
  const signature: Signature = { kind: 'key', keyId: keyIdBytes, key: bytes };
  addTo(store, 'db', signature);
  if (!isEnrolled(store)) store.set(GLOBAL_VARIABLE, 'PK', KEPT, encodeSignature(signature));
}

/** Revokes a key or the digest of an image. */
export function revoke(store: VariableStore, signature: Signature): void {
  addTo(store, 'dbx', signature);
}

/** What a file revokes: a key if its name says that it is one, else the image that it is. */
export function revocationOf(name: string, content: Uint8Array): Signature {
  if (!name.endsWith('.pub')) return { kind: 'digest', digest: createHash('sha256').update(content).digest() };
  const { keyIdBytes, bytes } = parsePublicKey(content, name);
  return { kind: 'key', keyId: keyIdBytes, key: bytes };
}

/** The variables that tell images about it, made at every power-on: SetupMode and SecureBoot. */
export function announceSecureBoot(store: VariableStore): void {
  const enrolled = isEnrolled(store) ? 1 : 0;
  store.set(GLOBAL_VARIABLE, 'SetupMode', VOLATILE, Uint8Array.of(1 - enrolled));
  store.set(GLOBAL_VARIABLE, 'SecureBoot', VOLATILE, Uint8Array.of(enrolled));
}

/**
 * What SetVariable asks first. SetupMode and SecureBoot are the firmware's. The others take signature lists only, and
 * none any more once a platform key is there: nobody on the machine could prove to own it.
 */
export function checkSecureVariable(store: VariableStore, name: string, guid: string, data: Uint8Array): void {
  if (NAMESPACES[name] !== guid) return;
  if (name === 'SetupMode' || name === 'SecureBoot') throw new EfiError('WRITE_PROTECTED', `${name} is what the firmware says`);
  if (isEnrolled(store)) throw new EfiError('SECURITY_VIOLATION', `${name} can not be changed from here while a platform key is enrolled`);
  decodeSignatures(data);
}

/** Whether an image may start: EFI_ACCESS_DENIED when it is revoked, EFI_SECURITY_VIOLATION when nobody vouches for it. */
export function verifyImage(store: VariableStore, file: ImageFile): void {
  if (!isEnrolled(store)) return;
  const name = file.filePath.text;
  const digest = createHash('sha256').update(file.bytes).digest();
  const [allowed, revoked] = [signaturesIn(store, 'db'), signaturesIn(store, 'dbx')];
  if (hasDigest(revoked, digest)) throw new EfiError('ACCESS_DENIED', `Access Denied: ${name} is revoked: dbx holds its SHA-256`);
  if (hasDigest(allowed, digest)) return;
  const signature = signatureOf(file);
  const { keyId } = signature;
  if (keysNamed(revoked, keyId).length > 0) throw new EfiError('ACCESS_DENIED', `Access Denied: ${name} is signed with key ${keyId}, which dbx revokes`);
  const keys = keysNamed(allowed, keyId);
  if (keys.length === 0) throw violation(`${name} is signed with key ${keyId}, which is not enrolled`);
  if (!keys.some((key) => isSignedBy(file.bytes, signature, key))) throw violation(`${name} is not what key ${keyId} has signed`);
}

function signatureOf(file: ImageFile): ImageSignature {
  const name = `${file.filePath.text}${SIGNATURE_ENDING}`;
  const bytes = file.beside(SIGNATURE_ENDING);
  if (!bytes) throw violation(`${file.filePath.text} is not signed: there is no ${name}`);
  try {
    return parseSignature(bytes, name);
  } catch (error) {
    if (error instanceof FerryError) throw violation(error.message);
    throw error;
  }
}

/** Whether the key made both signatures of the file: over the image's digest, and over the trusted comment, whatever it says. */
function isSignedBy(bytes: Uint8Array, { imageSignature, commentSignature, comment }: ImageSignature, { key }: PublicKey): boolean {
  const digest = createHash('blake2b512').update(bytes).digest();
  return verify(null, digest, key, imageSignature) && verify(null, commentMessage(imageSignature, comment), key, commentSignature);
}

const violation = (reason: string): EfiError => new EfiError('SECURITY_VIOLATION', `Security Violation: ${reason}`);

const signaturesIn = (store: VariableStore, name: string): Signature[] => decodeSignatures(store.get(IMAGE_SECURITY_DATABASE, name)?.data ?? new Uint8Array(0));
const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

function hasDigest(signatures: readonly Signature[], digest: Uint8Array): boolean {
  return signatures.some((signature) => signature.kind === 'digest' && isSame(signature.digest, digest));
}

function keysNamed(signatures: readonly Signature[], keyId: string): PublicKey[] {
  const keys = signatures.flatMap((signature) => (signature.kind === 'key' ? [signature] : []));
  return keys.filter((signature) => keyIdText(signature.keyId) === keyId).map((signature) => publicKeyOf(keyId, signature.keyId, signature.key));
}

function addTo(store: VariableStore, name: 'db' | 'dbx', signature: Signature): void {
  const bytes = encodeSignature(signature);
  const known = signaturesIn(store, name).some((present) => isSame(encodeSignature(present), bytes));
  if (!known) store.set(IMAGE_SECURITY_DATABASE, name, KEPT | VariableAttribute.appendWrite, bytes);
}
