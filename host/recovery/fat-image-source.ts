// Images on a FAT file system in a disk image: a stick or card as it was read, or the partition of another processor that
// this machine can reach. It is only read.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type BlockDevice, expectInside } from '../fat/block-device.ts';
import { FatError } from '../fat/fat-error.ts';
import { FatFileSystem } from '../fat/file-system.ts';
import type { FatNode } from '../fat/node.ts';
import { findFatParts } from '../fat/partition-table.ts';
import { candidateOf, FOUND_LIMIT, SIGNATURE_ENDING, SIGNATURE_LIMIT } from './found-image.ts';
import { type Candidate, RECOVERY_BLOCK, type RecoveryNeed, type Source, type TakeBytes } from './source.ts';
import type { FatImageConfig } from './source-config.ts';

export class FatImageSource implements Source {
  readonly name: string;
  readonly kind = 'fat-image';
  readonly #path: string;
  readonly #directory: readonly string[];

  constructor({ name, path, directory }: Pick<FatImageConfig, 'name' | 'path' | 'directory'>) {
    this.name = name;
    this.#path = path;
    this.#directory = directory;
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    return this.#mounted(async (parts) => {
      const found: Candidate[] = [];
      for (const [part, fat] of parts.entries()) {
        await turn(signal);
        found.push(...this.#findIn(fat, part, need));
      }
      return found;
    });
  }

  async fetch({ id, size }: Candidate, from: number, into: TakeBytes, signal: AbortSignal): Promise<void> {
    const [, part = '', name = ''] = /^(\d+):(.*)$/.exec(id) ?? [];
    await this.#mounted(async (parts) => {
      const fat = parts[Number(part)];
      const node = fat?.open([...this.#directory, name]);
      if (fat === undefined || node === undefined) throw new Error(`${id}: expected the image that was found there, it has gone`);
      for (let offset = from; offset < size;) {
        await turn(signal);
        const piece = new Uint8Array(Math.min(RECOVERY_BLOCK, size - offset));
        const count = node.read(offset, piece);
        if (count === 0) throw new Error(`${id}: expected ${size} bytes, the file ends after ${offset}`);
        into(offset, piece.subarray(0, count));
        offset += count;
      }
    });
  }

  #findIn(fat: FatFileSystem, part: number, need: RecoveryNeed): Candidate[] {
    const directory = fat.open(this.#directory);
    if (directory === undefined || !directory.isDirectory) return [];
    const entries = directory.directory.read().entries.filter(({ name }) => name.toLowerCase().endsWith(SIGNATURE_ENDING)).slice(0, FOUND_LIMIT);
    return entries.flatMap(({ name }) => {
      const image = name.slice(0, -SIGNATURE_ENDING.length);
      const [signature, node] = [this.#read(fat, name), this.#open(fat, image)];
      if (signature === undefined || node === undefined) return [];
      return candidateOf({ id: `${part}:${image}`, source: this.name, kind: this.kind, signature, size: node.size, terms: {} }, need) ?? [];
    });
  }

  #read(fat: FatFileSystem, name: string): Uint8Array | undefined {
    const node = this.#open(fat, name);
    if (node === undefined || node.size > SIGNATURE_LIMIT) return undefined;
    const bytes = new Uint8Array(node.size);
    return bytes.subarray(0, node.read(0, bytes));
  }

  /** A file; what is damaged is none. */
  #open(fat: FatFileSystem, name: string): FatNode | undefined {
    try {
      const node = fat.open([...this.#directory, name]);
      return node?.isDirectory === true ? undefined : node;
    } catch (error) {
      if (error instanceof FatError) return undefined;
      throw error;
    }
  }

  async #mounted<T>(work: (parts: readonly FatFileSystem[]) => Promise<T>): Promise<T> {
    const device = openReadOnly(this.#path);
    try {
      return await work(findFatParts(device).parts.map((part) => new FatFileSystem(part.device, { now: () => 0 })));
    } finally {
      device.close();
    }
  }
}

/** Lets others have their turn. */
async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

function openReadOnly(path: string): BlockDevice & { close(): void } {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(file);
  if (!stats.isFile()) {
    closeSync(file);
    throw new Error(`${path}: expected the image of a disk in a file, got something else`);
  }
  const { size } = stats;
  return {
    size, isReadOnly: true,
    read(at, into) {
      expectInside({ size }, at, into.length);
      for (let done = 0; done < into.length;) {
        const count = readSync(file, into, done, into.length - done, at + done);
        if (count === 0) throw new FatError('device', `${path}: expected ${size} bytes as when it was opened, it was cut meanwhile`);
        done += count;
      }
    },
    write: () => { throw new FatError('read-only', `${path} is only read`); },
    flush: () => undefined,
    close: () => closeSync(file),
  };
}
