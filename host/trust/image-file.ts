// Images and signature files on disk. An image is read in pieces: it never lies in memory as a whole.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FerryError } from '../error.ts';
import { type ImageDigest, ImageHash } from './image-digest.ts';
import { readSmallFile } from './key-files.ts';
import { replaceFile } from './replace-file.ts';
import { parseSignature, type Signature } from './signature.ts';

const PIECE_SIZE = 1024 * 1024;
/** The protocol carries sizes in 32 bits. */
const MAXIMUM_IMAGE = 0xffffffff;

function failed(path: string, what: string, hint: string, exitCode: number, cause?: unknown): FerryError {
  return new FerryError('signature-failed', `${path}: ${what}`, { hint, exitCode, cause });
}

/** Size and digests of an image file. */
export function digestImageFile(path: string): ImageDigest {
  const name = path;
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw failed(path, `expected an image, it can not be opened: ${(error as Error).message}; nothing was signed or verified`, 'give the path of the image', 64, error);
  }
  try {
    if (!fstatSync(file).isFile()) throw failed(path, 'expected an image file, got something else; nothing was signed or verified', 'give the path of the image', 64);
    const hash = new ImageHash();
    const piece = Buffer.alloc(PIECE_SIZE);
    let size = 0;
    for (;;) {
      const count = readSync(file, piece, 0, PIECE_SIZE, null);
      if (count === 0) break;
      size += count;
      if (size > MAXIMUM_IMAGE) throw failed(path, `expected an image of at most ${MAXIMUM_IMAGE} bytes, got more; nothing was signed or verified`, 'give the path of the image', 64);
      hash.update(piece.subarray(0, count));
    }
    return hash.digest(name);
  } catch (error) {
    if (error instanceof FerryError) throw error;
    throw failed(path, `the image can not be read: ${(error as Error).message}; nothing was signed or verified`, 'check the disk that it lies on', 1, error);
  } finally {
    closeSync(file);
  }
}

/** Reads a signature file. One that is not there is a failure of the image, not of the command line. */
export function readSignature(path: string): Signature {
  let bytes: Uint8Array;
  try {
    bytes = readSmallFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'got none' : `it can not be read: ${(error as Error).message}`;
    throw failed(path, `expected a signature file, ${reason}; the image is not trusted`, 'put the signature file beside the image, or name it with --signature', 1, error);
  }
  return parseSignature(bytes, path);
}

/**
 * Only a signature file may be replaced by a signature file: a slip of the hand must not cost an image or a key. To be
 * asked before the work of signing, too.
 */
export function refuseOtherFile(path: string): void {
  try {
    parseSignature(readSmallFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw failed(path, 'expected no file or a signature file to replace, got something else; it was left as it is and nothing was signed', 'name another file with --signature, or remove this one', 64, error);
  }
}

/** Writes a signature file. A reader finds the old one or the new one, never a part. */
export function writeSignature(path: string, text: string): void {
  refuseOtherFile(path);
  try {
    replaceFile(path, text);
  } catch (error) {
    throw failed(path, `the signature can not be written: ${(error as Error).message}; what was there before is still there`, 'check that the directory exists and can be written', 1, error);
  }
}
