// EFI_SIGNATURE_LIST (UEFI 2.10, section 32.4.1): what PK, db and dbx hold. Lists of SHA-256 digests and of Ed25519 keys;
// the specification has no type for the latter, so theirs is Ferry's own, with the minisign key ID before the key.
import { guidBytes, guidText } from './guid.ts';
import { EfiError } from './status.ts';

const SHA256 = 'C1C41626-504C-4092-ACA9-41F936934328';
const ED25519 = '3F1C8E52-9B47-4D06-8A2E-6D65722F7931';
/** Who put the signatures in: the emulator's owner. */
const OWNER = '6D5B3C1E-70A8-4E2B-B9D4-466572727901';

const GUID_SIZE = 16;
const HEADER_SIZE = 28;
const SIZES: Readonly<Record<string, number>> = { [SHA256]: 32, [ED25519]: 40 };
const KEY_ID_SIZE = 8;

/** What can be trusted or revoked. */
export type Signature =
  | { readonly kind: 'digest'; readonly digest: Uint8Array }
  | { readonly kind: 'key'; readonly keyId: Uint8Array; readonly key: Uint8Array };

/** One list with one signature. */
export function encodeSignature(signature: Signature): Uint8Array {
  const data = signature.kind === 'digest' ? signature.digest : Buffer.concat([signature.keyId, signature.key]);
  const header = Buffer.alloc(HEADER_SIZE);
  header.set(guidBytes(signature.kind === 'digest' ? SHA256 : ED25519));
  header.writeUInt32LE(HEADER_SIZE + GUID_SIZE + data.length, 16);
  header.writeUInt32LE(GUID_SIZE + data.length, 24);
  return Buffer.concat([header, guidBytes(OWNER), data]);
}

/** All signatures of a variable's lists. EFI_INVALID_PARAMETER for bytes that are no such lists. */
export function decodeSignatures(bytes: Uint8Array): Signature[] {
  const data = Buffer.from(bytes);
  const found: Signature[] = [];
  for (let at = 0; at < data.length;) {
    const size = at + HEADER_SIZE <= data.length ? data.readUInt32LE(at + 16) : 0;
    if (size < HEADER_SIZE || size > data.length - at) throw malformed(at, 'its size is wrong');
    found.push(...decodeList(data.subarray(at, at + size), at));
    at += size;
  }
  return found;
}

function decodeList(list: Buffer, at: number): Signature[] {
  const type = guidText(list.subarray(0, GUID_SIZE));
  const expected = SIZES[type];
  if (expected === undefined) throw malformed(at, `its type ${type} is not known here`);
  const [headerSize, size] = [list.readUInt32LE(20), list.readUInt32LE(24)];
  const body = list.subarray(HEADER_SIZE);
  if (headerSize !== 0 || size !== GUID_SIZE + expected || body.length === 0 || body.length % size !== 0) throw malformed(at, 'its signatures have a wrong size');
  return Array.from({ length: body.length / size }, (_, index) => decodeSignature(type, body.subarray(index * size + GUID_SIZE, (index + 1) * size)));
}

function decodeSignature(type: string, data: Buffer): Signature {
  if (type === SHA256) return { kind: 'digest', digest: data };
  return { kind: 'key', keyId: data.subarray(0, KEY_ID_SIZE), key: data.subarray(KEY_ID_SIZE) };
}

const malformed = (at: number, reason: string): EfiError => new EfiError('INVALID_PARAMETER', `the signature list at byte ${at} can not be read: ${reason}`);
