// The key that the machines of one group share. With it, every message carries the beginning of an HMAC-SHA-256 behind
// it, and whatever has no right one is passed over in silence. It keeps strangers out of the conversation; what an image
// is worth is decided by its signature alone, so a member that lies gains nothing but time.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { FerryError } from '../../error.ts';

/** As assembly/wire/recovery-message.ts has them. */
const TAG_SIZE = 16;
const COMPATIBLE_SIZE = 16;
const NO_CONTEXT = new Uint8Array(0);

export class GroupKey {
  readonly #tags: Buffer;
  readonly #names: Buffer;

  /** `secret` is 32 bytes. */
  constructor(secret: Uint8Array) {
    if (secret.length !== 32) throw new RangeError(`a group key: expected 32 bytes, got ${secret.length}`);
    // Two uses, two keys.
    this.#tags = Buffer.from(hkdfSync('sha256', secret, '', 'ferry recovery tags 2', 32));
    this.#names = Buffer.from(hkdfSync('sha256', secret, '', 'ferry recovery names 2', 32));
  }

  /** What stands behind a message. `context` is what the message belongs to. */
  tag(message: Uint8Array, context: Uint8Array = NO_CONTEXT): Uint8Array {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(context.length);
    return createHmac('sha256', this.#tags).update(length).update(context).update(message).digest().subarray(0, TAG_SIZE);
  }

  /** Stands for a text, for members only. */
  name(text: string): Uint8Array {
    return createHmac('sha256', this.#names).update(text).digest().subarray(0, COMPATIBLE_SIZE);
  }
}

/** Bytes behind each message. */
export const tagSize = (key: GroupKey | undefined): number => (key === undefined ? 0 : TAG_SIZE);

/** The message as it goes over a link. */
export function seal(key: GroupKey | undefined, message: Uint8Array, context?: Uint8Array): Uint8Array {
  return key === undefined ? message : Buffer.concat([message, key.tag(message, context)]);
}

/** The message, when its tag is right; without a key, whatever came. */
export function unseal(key: GroupKey | undefined, sealed: Uint8Array, context?: Uint8Array): Uint8Array | undefined {
  if (key === undefined) return sealed;
  if (sealed.length < TAG_SIZE) return undefined;
  const message = sealed.subarray(0, sealed.length - TAG_SIZE);
  return timingSafeEqual(sealed.subarray(message.length), key.tag(message, context)) ? message : undefined;
}

/** What stands for platform and component in a request: a bystander does not read the model, and with a key can not guess it. */
export function compatibleId(key: GroupKey | undefined, platform: string, component: string): Uint8Array {
  const text = `${platform}\0${component}`;
  return key?.name(text) ?? createHash('sha256').update(`ferry recovery\0${text}`).digest().subarray(0, COMPATIBLE_SIZE);
}

function refused(path: string, what: string, cause?: unknown): FerryError {
  return new FerryError('key-invalid', `${path}: ${what}; nothing was started`, { hint: `make one: (umask 077; openssl rand -hex 32 > ${path}), and give the same file to every machine of the group`, exitCode: 64, cause });
}

/** Reads a group key file: 64 hexadecimal digits that only its owner can read. */
export function readGroupKey(path: string): GroupKey {
  let text: string;
  try {
    const found = lstatSync(path);
    if (!found.isFile()) throw refused(path, 'expected a group key file, got something else');
    if ((found.mode & 0o077) !== 0) throw refused(path, `expected a file that only its owner can read (mode 600), got mode ${(found.mode & 0o777).toString(8)}`);
    if (found.size > 256) throw refused(path, `expected 64 hexadecimal digits, got ${found.size} bytes`);
    text = readFileSync(path, 'latin1').trim();
  } catch (error) {
    if (error instanceof FerryError) throw error;
    throw refused(path, `expected a group key file, it can not be read: ${(error as Error).message}`, error);
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) throw refused(path, 'expected 64 hexadecimal digits, got something else');
  return new GroupKey(Buffer.from(text, 'hex'));
}
