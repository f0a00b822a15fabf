// STATE/signatures: what a controller needs beside its flash to give what it runs to others, for every image that a slot or
// the staging holds: <sha256>.minisig, its signature by a trusted key, and <sha256>.regions, those of its bytes that lie in
// protected regions and so are not in flash, one region behind the other. Losing one costs nothing but that.
import { join } from 'node:path';
import { systemFiles, type FileStore } from './durable-file.ts';
import { replaceFile, systemStoreFiles, type StoreFiles } from './replaced-file.ts';

/** More than a signature file can have. */
const LIMIT = 10 * 1024;
/** An image is no larger. */
const REGIONS_LIMIT = 64 * 1024 * 1024;
const ENTRY = /^([0-9a-f]{64})\.(?:minisig|regions)$/;

export class SignatureStore {
  readonly #directory: string;
  readonly #files: StoreFiles & Pick<FileStore, 'list'>;

  constructor(stateDirectory: string, files: StoreFiles & Pick<FileStore, 'list'> = { ...systemFiles, ...systemStoreFiles }) {
    this.#directory = join(stateDirectory, 'signatures');
    this.#files = files;
    files.makeDirectory(this.#directory);
  }

  /** Keeps a signature file, safe from a power failure. Throws what the file system throws. */
  keep(sha256: string, signature: Uint8Array): void {
    const known = this.read(sha256);
    if (known !== undefined && Buffer.compare(known, signature) === 0) return;
    replaceFile(this.#files, this.#path(sha256), signature);
  }

  /** The signature file; undefined when there is none that can be read. */
  read(sha256: string): Uint8Array | undefined {
    try {
      return this.#files.read(this.#path(sha256), LIMIT);
    } catch {
      return undefined;
    }
  }

  /** Keeps an image's bytes in the protected regions. */
  keepRegions(sha256: string, bytes: Uint8Array): void {
    replaceFile(this.#files, this.#path(sha256, 'regions'), bytes);
  }

  /** Those bytes; undefined when there are none that can be read. */
  readRegions(sha256: string): Uint8Array | undefined {
    try {
      return this.#files.read(this.#path(sha256, 'regions'), REGIONS_LIMIT);
    } catch {
      return undefined;
    }
  }

  /** Removes the signatures of images that nobody holds any more. */
  prune(held: ReadonlySet<string>): void {
    for (const { name } of this.#files.list(this.#directory)) {
      const sha256 = ENTRY.exec(name)?.[1];
      if (sha256 === undefined || !held.has(sha256)) this.#files.remove(join(this.#directory, name));
    }
  }

  #path(sha256: string, ending: 'minisig' | 'regions' = 'minisig'): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`signatures: expected a SHA-256 as 64 hex digits, got "${sha256}"`);
    return join(this.#directory, `${sha256}.${ending}`);
  }
}
