// Images in the host's own storage, while a program of the host serves it over the bus: its EFI system partition, for
// example. An image lies there with its signature beside it.
import type { HostFiles } from '../bmc/host-files.ts';
import { candidateOf, SIGNATURE_ENDING, SIGNATURE_LIMIT } from './found-image.ts';
import { filledIn } from './place-name.ts';
import { type Candidate, RECOVERY_BLOCK, type RecoveryNeed, type Source, type TakeBytes } from './source.ts';
import type { HostConfig } from './source-config.ts';

/** Bytes of a path over the bus. */
const PATH_LIMIT = 127;

export class HostSource implements Source {
  readonly name: string;
  readonly kind = 'host';
  readonly #file: string;
  readonly #files: HostFiles;

  constructor({ name, file }: Pick<HostConfig, 'name' | 'file'>, files: HostFiles) {
    this.name = name;
    this.#file = file;
    this.#files = files;
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    const id = filledIn(this.#file, need, asName);
    const signature = await this.#files.read(expectPath(id + SIGNATURE_ENDING), 0, SIGNATURE_LIMIT, signal);
    const image = signature === undefined ? undefined : await this.#files.read(id, 0, 0, signal);
    if (signature === undefined || image === undefined) return [];
    const candidate = candidateOf({ id, source: this.name, kind: this.kind, signature: signature.bytes, size: image.fileSize, terms: {} }, need);
    return candidate === undefined ? [] : [candidate];
  }

  async fetch({ id, size }: Candidate, from: number, into: TakeBytes, signal: AbortSignal): Promise<void> {
    for (let offset = from; offset < size;) {
      const part = await this.#files.read(id, offset, Math.min(RECOVERY_BLOCK, size - offset), signal);
      if (part === undefined) throw new Error(`${id}: expected the image that was found there, it has gone`);
      if (part.bytes.length === 0) throw new Error(`${id}: expected ${size} bytes, the file ends after ${offset}`);
      into(offset, part.bytes);
      offset += part.bytes.length;
    }
  }
}

/** A version may hold what would lead into another directory. */
function asName(value: string): string {
  if (/^\.+$|[\\/:]/.test(value)) throw new Error(`"${value}" can be no part of a file's name`);
  return value;
}

function expectPath(path: string): string {
  if (path.length <= PATH_LIMIT && /^[\x20-\x7e]+$/.test(path)) return path;
  throw new Error(`${path}: expected at most ${PATH_LIMIT} printable ASCII characters with the signature's ending`);
}
