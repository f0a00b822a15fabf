// An image that carries its signature, for ways on which only one file goes (fwupd's multipart has no second part):
//
//   image bytes | the .minisig file | size of the .minisig file, u32 LE | "FERRYSIG", 8 bytes
//
// The signature is over the image bytes alone. Nothing here is believed: who reads it verifies.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { FerryError } from '../error.ts';
import { type ImageDigest, ImageHash } from './image-digest.ts';
import { parseSignature, type Signature } from './signature.ts';
import { complainer, MAXIMUM_FILE_SIZE } from './text-lines.ts';

const MAGIC = Buffer.from('FERRYSIG', 'latin1');
const SIZE_FIELD = 4;
const TRAILER_SIZE = SIZE_FIELD + MAGIC.length;
const PIECE_SIZE = 1024 * 1024;

/** The most that an attached signature makes a file longer. */
export const ATTACHMENT_LIMIT = MAXIMUM_FILE_SIZE + TRAILER_SIZE;

/** Fills the whole buffer from this place of a file. */
export type ReadAt = (offset: number, into: Uint8Array) => void;

export interface SignedImage {
  /** The image is the first bytes of the file, so many. */
  readonly imageSize: number;
  /** The .minisig file. */
  readonly signature: Uint8Array;
}

/** What is written behind the image. */
export function attachment(signature: Uint8Array): Buffer {
  if (signature.length > MAXIMUM_FILE_SIZE) throw new RangeError(`expected a signature file of at most ${MAXIMUM_FILE_SIZE} bytes, got ${signature.length}`);
  const trailer = Buffer.alloc(TRAILER_SIZE);
  trailer.writeUInt32LE(signature.length);
  MAGIC.copy(trailer, SIZE_FIELD);
  return Buffer.concat([signature, trailer]);
}

/**
 * Finds the signature that is attached to a file of `size` bytes. Undefined when the file does not end in the magic;
 * `signature-invalid` when it does and what lies before it can not be image and signature.
 */
export function readAttachment(read: ReadAt, size: number, name: string): SignedImage | undefined {
  if (size < TRAILER_SIZE) return undefined;
  const trailer = Buffer.alloc(TRAILER_SIZE);
  read(size - TRAILER_SIZE, trailer);
  if (!trailer.subarray(SIZE_FIELD).equals(MAGIC)) return undefined;
  const complain = complainer('signature-invalid', name, 'the image is not trusted', 'get the file again, or make it with `ferry sign --attach`', 1);
  const before = size - TRAILER_SIZE;
  const signatureSize = trailer.readUInt32LE();
  if (signatureSize > MAXIMUM_FILE_SIZE) return complain(`attached signature: expected at most ${MAXIMUM_FILE_SIZE} bytes, got ${signatureSize}`);
  if (signatureSize >= before) return complain(`attached signature: expected an image and a signature in the first ${before} bytes, got a signature of ${signatureSize}`);
  const signature = Buffer.alloc(signatureSize);
  read(before - signatureSize, signature);
  return { imageSize: before - signatureSize, signature };
}

/** Reads from an open file. A file that has become shorter is an error. */
export function readFrom(file: number): ReadAt {
  return (offset, into) => {
    let done = 0;
    while (done < into.length) {
      const count = readSync(file, into, done, into.length - done, offset + done);
      if (count === 0) throw new Error(`expected ${into.length} bytes at ${offset}, the file ends after ${done}`);
      done += count;
    }
  };
}

function failed(path: string, what: string, hint: string, exitCode: number, cause?: unknown): FerryError {
  return new FerryError('signature-failed', `${path}: ${what}`, { hint, exitCode, cause });
}

/** An image file with its signature attached: both, of which nothing is verified. Undefined when it is another file, or can not be read. */
export function readAttached(path: string): { readonly image: ImageDigest; readonly signature: Signature } | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    const found = stats.isFile() ? readAttachment(readFrom(file), stats.size, path) : undefined;
    if (found === undefined) return undefined;
    const hash = new ImageHash();
    eachPiece(readFrom(file), found.imageSize, (piece) => hash.update(piece));
    return { image: hash.digest(path), signature: parseSignature(found.signature, `${path}, attached signature`) };
  } finally {
    closeSync(file);
  }
}

/** Only a file of the same kind may be replaced: a slip of the hand must not cost an image or a key. */
export function refuseOtherAttached(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw failed(path, `it can not be opened: ${(error as Error).message}; nothing was signed`, 'name another file with --attach', 64, error);
  }
  try {
    const stats = fstatSync(file);
    const found = stats.isFile() ? readAttachment(readFrom(file), stats.size, path) : undefined;
    if (found !== undefined) return void parseSignature(found.signature, path);
  } catch {
    // Not what `ferry sign --attach` writes.
  } finally {
    closeSync(file);
  }
  throw failed(path, 'expected no file or an image with an attached signature to replace, got something else; it was left as it is and nothing was signed', 'name another file with --attach, or remove this one', 64);
}

/** Writes a copy of an image with its signature attached. A reader finds the old file or the new one, never a part. */
export function writeAttached(imagePath: string, imageSize: number, signature: string, path: string): void {
  refuseOtherAttached(path);
  const beside = `${path}.${process.pid}.new`;
  try {
    const image = openSync(imagePath, 'r');
    const file = openSync(beside, 'wx', 0o666);
    try {
      eachPiece(readFrom(image), imageSize, (piece) => writeWhole(file, piece));
      writeWhole(file, attachment(Buffer.from(signature)));
      fsyncSync(file);
    } finally {
      closeSync(file);
      closeSync(image);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw failed(path, `the image with its signature can not be written: ${(error as Error).message}; what was there before is still there`, 'check that the directory exists and has room', 1, error);
  }
}

function eachPiece(read: ReadAt, size: number, take: (piece: Uint8Array) => void): void {
  const piece = Buffer.alloc(Math.min(PIECE_SIZE, size));
  for (let offset = 0; offset < size; offset += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, size - offset));
    read(offset, part);
    take(part);
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}
