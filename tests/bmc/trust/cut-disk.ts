// A disk for the trust store whose power fails, or which fails, at the N-th operation. It keeps apart what was written
// and what was made to last: after a cut, what was not made to last is there, or not, or in part.
import type { StoreFiles } from '../../../host/bmc/replaced-file.ts';

interface Content {
  bytes: Buffer;
  lasting: Buffer;
}

export interface Cut {
  /** Which operation, from 0. */
  readonly at: number;
  /** Before it, after half of it (where a half is possible), or when all of it was done. */
  readonly when: 'before' | 'within' | 'after';
  /** What is there afterwards of what was not made to last. */
  readonly keeps: 'nothing' | 'everything' | 'names' | 'bytes' | 'half the bytes';
}

export const WHENS = ['before', 'within', 'after'] as const;
export const KEEPS = ['nothing', 'everything', 'names', 'bytes', 'half the bytes'] as const;

export class PowerCut extends Error {}

const folder = (path: string): string => path.slice(0, path.lastIndexOf('/'));

export class CutDisk implements StoreFiles {
  operations = 0;
  cut: Cut | undefined;
  /** The operation that fails once, while power stays on. */
  fails: number | undefined;
  #isOff = false;
  #names = new Map<string, Content>();
  #lastingNames = new Map<string, Content>();
  #folders = new Set(['state']);
  #lastingFolders = new Set(['state']);

  /** Power comes back, after the cut, or after a switch-off when the cut was never reached: the disk as the next start finds it. */
  powerOn(): void {
    const keeps = this.cut?.keeps;
    if (keeps !== undefined) {
      const keepsNames = keeps !== 'nothing' && keeps !== 'bytes';
      const [names, folders] = keepsNames ? [this.#names, this.#folders] : [this.#lastingNames, this.#lastingFolders];
      this.#names = new Map([...names].filter(([path]) => folders.has(folder(path))));
      this.#folders = new Set(folders);
      for (const content of this.#names.values()) content.bytes = Buffer.from(remaining(content, keeps));
    }
    for (const content of this.#names.values()) content.lasting = Buffer.from(content.bytes);
    this.#lastingNames = new Map(this.#names);
    this.#lastingFolders = new Set(this.#folders);
    this.#isOff = false;
    this.operations = 0;
    this.cut = undefined;
    this.fails = undefined;
  }

  copy(): CutDisk {
    const other = new CutDisk();
    for (const [path, { bytes }] of this.#names) other.#names.set(path, { bytes: Buffer.from(bytes), lasting: Buffer.from(bytes) });
    other.#lastingNames = new Map(other.#names);
    other.#folders = new Set(this.#folders);
    other.#lastingFolders = new Set(this.#folders);
    return other;
  }

  /** What is on it, as one text: disks that are equal go on equally. */
  content(): string {
    return JSON.stringify([[...this.#folders], [...this.#names].map(([path, { bytes }]) => [path, bytes.toString('latin1')]).sort()]);
  }

  open = (path: string): ReturnType<StoreFiles['open']> => {
    let content = this.#names.get(path);
    this.#operation(() => {
      if (!this.#folders.has(folder(path))) throw new Error(`ENOENT: ${path}`);
      content ??= { bytes: Buffer.alloc(0), lasting: Buffer.alloc(0) };
      this.#names.set(path, content);
    });
    const file = content ?? { bytes: Buffer.alloc(0), lasting: Buffer.alloc(0) };
    const put = (offset: number, from: Uint8Array): void => {
      const bytes = Buffer.alloc(Math.max(file.bytes.length, offset + from.length));
      file.bytes.copy(bytes);
      bytes.set(from, offset);
      file.bytes = bytes;
    };
    return {
      read: () => { throw new Error('the store reads whole files'); },
      write: (offset, from) => this.#operation(() => put(offset, from), () => put(offset, from.subarray(0, from.length >> 1))),
      truncate: (size) => this.#operation(() => { file.bytes = Buffer.from(file.bytes.subarray(0, size)); }),
      sync: () => this.#operation(() => { file.lasting = Buffer.from(file.bytes); }),
      close: () => undefined,
    };
  };

  makeDirectory(path: string): void {
    this.#operation(() => this.#folders.add(path));
  }

  remove(path: string): void {
    this.#operation(() => this.#names.delete(path));
  }

  rename(from: string, to: string): void {
    this.#operation(() => {
      const content = this.#names.get(from);
      if (content === undefined) throw new Error(`ENOENT: ${from}`);
      this.#names.set(to, content);
      this.#names.delete(from);
    });
  }

  syncDirectory(path: string): void {
    this.#operation(() => {
      for (const one of this.#folders) if (folder(one) === path) this.#lastingFolders.add(one);
      for (const one of [...this.#lastingNames.keys()]) if (folder(one) === path && !this.#names.has(one)) this.#lastingNames.delete(one);
      for (const [one, content] of this.#names) if (folder(one) === path) this.#lastingNames.set(one, content);
    });
  }

  read(path: string): Uint8Array | undefined {
    return this.#names.get(path)?.bytes;
  }

  #operation(whole: () => void, half: () => void = () => undefined): void {
    if (this.#isOff) throw new PowerCut('power is off');
    const number = this.operations++;
    if (number === this.fails) throw Object.assign(new Error('EIO: made to fail'), { code: 'EIO' });
    if (number !== this.cut?.at) return whole();
    this.#isOff = true;
    if (this.cut.when === 'after') whole();
    if (this.cut.when === 'within') half();
    throw new PowerCut('power failed');
  }
}

function remaining({ bytes, lasting }: Content, keeps: Cut['keeps']): Buffer {
  if (keeps === 'everything' || keeps === 'bytes') return bytes;
  if (keeps !== 'half the bytes' || bytes.equals(lasting)) return lasting;
  return Buffer.concat([bytes.subarray(0, bytes.length >> 1), lasting.subarray(bytes.length >> 1)]);
}
