// STATE/signatures/<sha256>.minisig: the signature of every image that a slot or the staging holds, so that the controller
// can prove to others what it runs. Only signatures by a trusted key are kept; losing one costs nothing but that.
import { join } from 'node:path';
import { systemFiles, type FileStore } from './durable-file.ts';
import { replaceFile, systemStoreFiles, type StoreFiles } from './replaced-file.ts';

/** More than a signature file can have. */
const LIMIT = 10 * 1024;
const ENTRY = /^([0-9a-f]{64})\.minisig$/;

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

  /** Removes the signatures of images that nobody holds any more. */
  prune(held: ReadonlySet<string>): void {
    for (const { name } of this.#files.list(this.#directory)) {
      const sha256 = ENTRY.exec(name)?.[1];
      if (sha256 === undefined || !held.has(sha256)) this.#files.remove(join(this.#directory, name));
    }
  }

  #path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`signatures: expected a SHA-256 as 64 hex digits, got "${sha256}"`);
    return join(this.#directory, `${sha256}.minisig`);
  }
}
