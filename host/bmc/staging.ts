// Where images collect on disk until they are whole, keyed by their digest: `<sha256>.image` and `<sha256>.journal`, and
// `<sha256>.image.minisig` where a signature was put beside it. What was collected outlives both ends; a few images are
// kept, the oldest make room.
import { join } from 'node:path';
import { systemFiles, type FileStore, type OpenFile } from './durable-file.ts';
import { StagedImage } from './staged-image.ts';

export interface StagingOptions {
  readonly directory: string;
  /** Images that are kept, the open one included. */
  readonly limit?: number;
  readonly openFile?: OpenFile;
  /** Where the directory is: the operating system's files, unless said otherwise. */
  readonly files?: FileStore;
}

const KEPT_IMAGES = 4;
const DIGEST = /^[0-9a-f]{64}$/;
const ENTRY = /^([0-9a-f]{64})\.(?:image|journal|image\.minisig)$/;

interface OpenImage {
  readonly digest: string;
  readonly image: StagedImage;
}

/** The collecting place. One image is open at a time, and the patch that it is made from beside it. */
export class Staging {
  readonly #directory: string;
  readonly #limit: number;
  readonly #openFile: OpenFile;
  readonly #files: FileStore;
  #open: OpenImage | undefined;
  #patch: OpenImage | undefined;

  constructor({ directory, limit = KEPT_IMAGES, files = systemFiles, openFile = files.open }: StagingOptions) {
    this.#directory = directory;
    this.#limit = limit;
    this.#openFile = openFile;
    this.#files = files;
    files.makeDirectory(directory);
  }

  /** Opens or makes the staging of an image. Answers how many bytes from the start are there and were checked. */
  open(digest: string, size: number): number {
    this.#letGo();
    return this.#openBeside(digest, size);
  }

  /** Keeps what is open as the patch, and opens the image that is made from it. Answers as `open`. */
  openPatched(digest: string, size: number): number {
    this.#patch = this.#opened();
    this.#open = undefined;
    return this.#openBeside(digest, size);
  }

  readPatch(offset: number, into: Uint8Array): void {
    if (this.#patch === undefined) throw new Error('staging: no patch is open');
    this.#patch.image.read(offset, into);
  }

  #openBeside(digest: string, size: number): number {
    const [imagePath, journalPath] = this.#paths(digest);
    this.#makeRoom(digest, this.#limit - 1);
    const image = this.#withRoom(digest, () => new StagedImage(imagePath, journalPath, size, this.#openFile));
    this.#open = { digest, image };
    this.#files.syncDirectory(this.#directory);
    return image.resumable;
  }

  write(offset: number, data: Uint8Array): void {
    const { digest, image } = this.#opened();
    this.#withRoom(digest, () => image.write(offset, data));
  }

  read(offset: number, into: Uint8Array): void {
    this.#opened().image.read(offset, into);
  }

  /** Makes what has arrived outlive a power failure, for a link so slow that 4 MiB take minutes. */
  syncIfDirty(): void {
    if (this.#open?.image.isDirty) this.#open.image.sync();
  }

  /** Puts the signature beside the open image. */
  sign(signature: Uint8Array): void {
    const file = this.#openFile(this.#paths(this.#opened().digest)[2]);
    try {
      file.truncate(0);
      file.write(0, signature);
      file.sync();
    } finally {
      file.close();
    }
    this.#files.syncDirectory(this.#directory);
  }

  /** Closes the open image and the patch, and keeps them. */
  close(): void {
    const [open, patch] = [this.#open, this.#patch];
    this.#open = undefined;
    this.#patch = undefined;
    try {
      patch?.image.close();
    } finally {
      open?.image.close();
    }
  }

  /** Deletes the staging of an image; it may be open, or may not exist. */
  discard(digest: string): void {
    const paths = this.#paths(digest);
    if (this.#open?.digest === digest) this.#letGo();
    if (this.#patch?.digest === digest) this.#letGoOfPatch();
    for (const path of paths) this.#files.remove(path);
  }

  /** The files. The digest is the only thing of the wire that gets into a path. */
  #paths(digest: string): [image: string, journal: string, signature: string] {
    if (!DIGEST.test(digest)) throw new RangeError(`staging: expected a SHA-256 as 64 hex digits, got "${digest}"`);
    return ['image', 'journal', 'image.minisig'].map((ending) => join(this.#directory, `${digest}.${ending}`)) as [string, string, string];
  }

  /** Closes the open image. That it could not be flushed is found when it is opened again, and no trouble of another one. */
  #letGo(): void {
    try {
      this.close();
    } catch {
      // Every record is checked before it is believed.
    }
  }

  #letGoOfPatch(): void {
    const patch = this.#patch;
    this.#patch = undefined;
    try {
      patch?.image.close();
    } catch {
      // It is deleted.
    }
  }

  /** When the disk is full, images other than this one make room, once. */
  #withRoom<T>(digest: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC' || this.#makeRoom(digest, 0) === 0) throw error;
      return run();
    }
  }

  /** Deletes the oldest images but this one until so many are left. Answers how many went. */
  #makeRoom(except: string, left: number): number {
    const others = this.kept().filter((digest) => digest !== except && digest !== this.#patch?.digest);
    const surplus = others.slice(0, Math.max(0, others.length - left));
    for (const digest of surplus) this.discard(digest);
    return surplus.length;
  }

  /** Digests of what is kept, the oldest first. */
  kept(): string[] {
    const newest = new Map<string, number>();
    for (const { name, changedMs } of this.#files.list(this.#directory)) {
      const digest = ENTRY.exec(name)?.[1];
      if (digest !== undefined) newest.set(digest, Math.max(changedMs, newest.get(digest) ?? 0));
    }
    return [...newest].sort(([, a], [, b]) => a - b).map(([digest]) => digest);
  }

  #opened(): { readonly digest: string; readonly image: StagedImage } {
    if (this.#open === undefined) throw new Error('staging: no image is open');
    return this.#open;
  }
}
