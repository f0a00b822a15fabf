// Images in a directory: memory or storage of the controller, a mounted USB stick or CF card, a mounted network share.
// An image lies there with its signature beside it, `NAME` and `NAME.minisig`. Calls are asynchronous: a share whose server
// is gone keeps nobody waiting but this source.
import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { candidateOf, FOUND_LIMIT, SIGNATURE_ENDING, SIGNATURE_LIMIT, untilAborted } from './found-image.ts';
import type { Candidate, RecoveryNeed, Source, TakeBytes } from './source.ts';
import { RECOVERY_BLOCK } from './source.ts';
import type { DirectoryConfig } from './source-config.ts';

export class DirectorySource implements Source {
  readonly name: string;
  readonly kind = 'directory';
  readonly #path: string;

  constructor({ name, path }: Pick<DirectoryConfig, 'name' | 'path'>) {
    this.name = name;
    this.#path = path;
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    const names = (await untilAborted(readdir(this.#path), signal)).filter((name) => name.endsWith(SIGNATURE_ENDING)).sort().slice(0, FOUND_LIMIT);
    const found: Candidate[] = [];
    for (const name of names) {
      const candidate = await untilAborted(this.#look(name.slice(0, -SIGNATURE_ENDING.length), need), signal);
      if (candidate !== undefined) found.push(candidate);
    }
    return found;
  }

  async fetch({ id, size }: Candidate, from: number, into: TakeBytes, signal: AbortSignal): Promise<void> {
    const file = await untilAborted(openFile(join(this.#path, id)), signal);
    try {
      for (let offset = from; offset < size;) {
        const piece = Buffer.alloc(Math.min(RECOVERY_BLOCK, size - offset));
        const { bytesRead } = await untilAborted(file.read(piece, 0, piece.length, offset), signal);
        if (bytesRead === 0) throw new Error(`${id}: expected ${size} bytes, the file ends after ${offset}`);
        into(offset, piece.subarray(0, bytesRead));
        offset += bytesRead;
      }
    } finally {
      // A file on a share that does not answer is closed when it does.
      void file.close().catch(() => undefined);
    }
  }

  /** A file of any other kind, or one that has gone, is no image. */
  async #look(name: string, need: RecoveryNeed): Promise<Candidate | undefined> {
    let size: number;
    let signature: Buffer;
    try {
      signature = await withFile(join(this.#path, `${name}${SIGNATURE_ENDING}`), async (file) => {
        const bytes = Buffer.alloc(SIGNATURE_LIMIT);
        return bytes.subarray(0, (await file.read(bytes, 0, bytes.length, 0)).bytesRead);
      });
      size = await withFile(join(this.#path, name), async (file) => (await file.stat()).size);
    } catch {
      return undefined;
    }
    return candidateOf({ id: name, source: this.name, kind: this.kind, signature, size, terms: {} }, need);
  }
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Opens a regular file, without waiting at a pipe for its other end. */
async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(`${path}: expected a file, got something else`);
}
