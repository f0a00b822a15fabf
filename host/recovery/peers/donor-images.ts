// The images that a donor has: those of a directory whose signature and digest it has verified itself since it was
// started. It never tells what it has; it finds what fits a request.
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digestImageFile, readSignature } from '../../trust/image-file.ts';
import { readSmallFile } from '../../trust/key-files.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import type { TrustedComment } from '../../trust/trusted-comment.ts';
import { verifyImage } from '../../trust/verify.ts';
import { compareVersions } from '../version-order.ts';
import { compatibleId, type GroupKey } from './group-key.ts';

/** One verified image. */
export interface DonorImage {
  readonly name: string;
  readonly statement: TrustedComment;
  readonly digest: Uint8Array;
  /** The signature file. */
  readonly signature: Uint8Array;
  /** Its bytes; throws when it can not be read, or has changed since it was verified. */
  read(offset: number, size: number): Uint8Array;
  close(): void;
}

/** The largest signature file that a message carries. */
export const SIGNATURE_LIMIT = 2048;

/** An image file, verified. Throws in words when it is not what a trusted key has signed. */
export function openDonorImage(path: string, keys: readonly PublicKey[]): DonorImage {
  const file = openSync(path, 'r');
  try {
    const verified = fstatSync(file);
    const signature = readSmallFile(`${path}.minisig`);
    if (signature.length > SIGNATURE_LIMIT) throw new Error(`${path}.minisig: expected at most ${SIGNATURE_LIMIT} bytes, got more; the image is not offered`);
    const statement = verifyImage(digestImageFile(path), readSignature(`${path}.minisig`), keys);
    const isSame = (): boolean => {
      const now = fstatSync(file);
      return now.size === verified.size && now.mtimeMs === verified.mtimeMs && now.ino === verified.ino;
    };
    if (!isSame() || statSync(path).ino !== verified.ino) throw new Error(`${path}: it has changed while it was verified; the image is not offered`);
    return {
      name: path, statement, digest: Buffer.from(statement.sha256, 'hex'), signature,
      read(offset, size) {
        if (!isSame()) throw new Error(`${path}: it has changed since it was verified`);
        const bytes = Buffer.alloc(size);
        for (let done = 0; done < size;) {
          const count = readSync(file, bytes, done, size - done, offset + done);
          if (count === 0) throw new Error(`${path}: it has become shorter`);
          done += count;
        }
        return bytes;
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Every image of a directory that has a signature beside it; `refused` is told of each that is not taken, and why. */
export function openDonorDirectory(directory: string, keys: readonly PublicKey[], refused: (reason: string) => void): readonly DonorImage[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.minisig')).map((name) => name.slice(0, -'.minisig'.length)).sort();
  return names.flatMap((name) => {
    try {
      return [openDonorImage(join(directory, name), keys)];
    } catch (error) {
      refused((error as Error).message);
      return [];
    }
  });
}

/** What a request asks for. */
export interface ImageWish {
  readonly compatible: Uint8Array;
  readonly wanted: Uint8Array;
  readonly floor: number;
  readonly slotSize: number;
}

/** Whether the digest begins with what is wanted; nothing wanted is in no digest. Asked for each offer that is heard. */
export function isWanted(digest: Uint8Array, wanted: Uint8Array): boolean {
  let isAsked = false;
  for (let index = 0; index < wanted.length; index++) {
    if (digest[index] !== wanted[index]) return false;
    isAsked ||= wanted[index] !== 0;
  }
  return isAsked;
}

const ids = new WeakMap<TrustedComment, { readonly key: GroupKey | undefined; readonly id: Uint8Array }>();

/** What stands for its platform and component, made once: a statement never changes. */
function idOf(statement: TrustedComment, key: GroupKey | undefined): Uint8Array {
  const known = ids.get(statement);
  if (known !== undefined && known.key === key) return known.id;
  const id = compatibleId(key, statement.platform, statement.component);
  ids.set(statement, { key, id });
  return id;
}

/** The one image that fits best: the wanted one, else the one with the highest security number, else the newest. */
export function bestImage(images: readonly DonorImage[], wish: ImageWish, key: GroupKey | undefined): DonorImage | undefined {
  return images
    .filter(({ statement }) => Buffer.compare(idOf(statement, key), wish.compatible) === 0)
    .filter(({ statement }) => statement.security >= wish.floor && statement.size <= wish.slotSize)
    .sort((one, other) => Number(isWanted(other.digest, wish.wanted)) - Number(isWanted(one.digest, wish.wanted))
      || other.statement.security - one.statement.security || compareVersions(other.statement.version, one.statement.version))[0];
}
