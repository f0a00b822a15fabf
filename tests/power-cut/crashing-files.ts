// A file system in memory that loses power as a real one does: what was not flushed may be there afterwards, or not, in
// parts, and in another order than it was written.
import { basename, dirname } from 'node:path';
import type { DurableFile, FileStore } from '../../host/bmc/durable-file.ts';
import { rolls } from '../../host/bmc/flash-fault.ts';

/** What a crash leaves of everything that was not flushed. */
export type CrashKind = 'none of it' | 'its first part' | 'any part' | 'all of it';

/** One call that changes a file, as the hook sees it before it happens. */
export interface FileOperation {
  readonly kind: 'write' | 'truncate' | 'sync' | 'create' | 'remove' | 'sync-directory';
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** Does as much of it as the fraction (0 to 1) says, to other files like these. */
  readonly perform: (files: CrashingFiles, fraction: number) => void;
}

type Change = { readonly offset: number; readonly bytes: Uint8Array } | { readonly length: number };

/** Bytes are never changed in place, so that copies share them. */
interface File {
  bytes: Uint8Array;
  flushed: Uint8Array;
  changes: Change[];
  isNamed: boolean;
  isRemoved: boolean;
  changedMs: number;
}

const SECTOR = 512;

export class CrashingFiles implements FileStore {
  /** Called before each change. May throw: then it does not happen. */
  onOperation: ((operation: FileOperation) => void) | undefined;
  /** Called before each read and open. */
  onRead: ((kind: 'read' | 'open', path: string) => void) | undefined;
  readonly #files = new Map<string, File>();
  #clock = 0;

  copy(): CrashingFiles {
    const copy = new CrashingFiles();
    copy.#clock = this.#clock;
    for (const [path, file] of this.#files) copy.#files.set(path, { ...file, changes: [...file.changes] });
    return copy;
  }

  /** Power fails. What is there afterwards is flushed. */
  crash(kind: CrashKind, seed: number): void {
    const roll = rolls(seed);
    const survives = (): boolean => kind === 'all of it' || (kind !== 'none of it' && roll() % 2 === 0);
    for (const [path, file] of this.#files) {
      if ((!file.isNamed && !survives()) || (file.isRemoved && survives())) {
        this.#files.delete(path);
        continue;
      }
      file.bytes = file.changes.length === 0 ? file.flushed : partly(file, kind, roll);
      Object.assign(file, { flushed: file.bytes, changes: [], isNamed: true, isRemoved: false });
    }
  }

  /** What is in the files, for a hash of the run. */
  *contents(): Iterable<readonly [path: string, bytes: Uint8Array]> {
    for (const [path, file] of this.#files) if (!file.isRemoved) yield [path, file.bytes];
  }

  /** Puts garbage into every file, on the medium. */
  spoil(change: (path: string, bytes: Uint8Array) => Uint8Array): void {
    for (const [path, file] of this.#files) file.bytes = file.flushed = change(path, file.bytes.slice());
  }

  readonly open = (path: string): DurableFile => {
    this.onRead?.('open', path);
    const found = this.#files.get(path);
    if (found === undefined || found.isRemoved) this.#does({ kind: 'create', path, offset: 0, size: 0, perform: (files, fraction) => files.#create(path, fraction) });
    let isOpen = true;
    const file = (): File => {
      const here = this.#files.get(path);
      if (!isOpen || here === undefined) throw Object.assign(new Error('EBADF: the file is not open'), { code: 'EBADF' });
      return here;
    };
    return {
      read: (offset, into) => {
        this.onRead?.('read', path);
        const part = file().bytes.subarray(offset, offset + into.length);
        into.set(part);
        return part.length;
      },
      write: (offset, from) => {
        file();
        const bytes = from.slice();
        this.#does({
          kind: 'write', path, offset, size: bytes.length,
          perform: (files, fraction) => files.#change(path, { offset, bytes: bytes.subarray(0, Math.floor(bytes.length * fraction)) }),
        });
      },
      truncate: (size) => {
        file();
        this.#does({ kind: 'truncate', path, offset: 0, size, perform: (files, fraction) => fraction < 1 || files.#change(path, { length: size }) });
      },
      sync: () => {
        file();
        this.#does({ kind: 'sync', path, offset: 0, size: 0, perform: (files, fraction) => fraction < 1 || files.#flush(path) });
      },
      close: () => {
        isOpen = false;
      },
    };
  };

  makeDirectory(): void {}

  remove(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined || file.isRemoved) return;
    this.#does({ kind: 'remove', path, offset: 0, size: 0, perform: (files, fraction) => fraction < 1 || files.#remove(path) });
  }

  list(directory: string): { name: string; changedMs: number }[] {
    return [...this.#files].filter(([path, file]) => dirname(path) === directory && !file.isRemoved).map(([path, { changedMs }]) => ({ name: basename(path), changedMs }));
  }

  syncDirectory(path: string): void {
    this.#does({ kind: 'sync-directory', path, offset: 0, size: 0, perform: (files, fraction) => fraction < 1 || files.#flushNames(path) });
  }

  #does(operation: FileOperation): void {
    this.onOperation?.(operation);
    operation.perform(this, 1);
  }

  #create(path: string, fraction: number): void {
    const nothing = new Uint8Array(0);
    if (fraction === 1) this.#files.set(path, { bytes: nothing, flushed: nothing, changes: [], isNamed: false, isRemoved: false, changedMs: ++this.#clock });
  }

  #change(path: string, change: Change): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    file.bytes = applied(file.bytes, change);
    file.changes.push(change);
    file.changedMs = ++this.#clock;
  }

  #flush(path: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) Object.assign(file, { flushed: file.bytes, changes: [] });
  }

  #remove(path: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) file.isRemoved = true;
  }

  #flushNames(directory: string): void {
    for (const [path, file] of this.#files) {
      if (dirname(path) !== directory) continue;
      file.isNamed = true;
      if (file.isRemoved) this.#files.delete(path);
    }
  }
}

function applied(bytes: Uint8Array, change: Change): Uint8Array {
  if ('length' in change) {
    const cut = new Uint8Array(change.length);
    cut.set(bytes.subarray(0, change.length));
    return cut;
  }
  const grown = new Uint8Array(Math.max(bytes.length, change.offset + change.bytes.length));
  grown.set(bytes);
  grown.set(change.bytes, change.offset);
  return grown;
}

/** What is on the medium of a file whose changes were not flushed. */
function partly({ flushed, changes }: File, kind: CrashKind, roll: () => number): Uint8Array {
  if (kind === 'all of it') return changes.reduce(applied, flushed);
  if (kind === 'none of it') return flushed;
  const count = roll() % (changes.length + 1);
  const kept = kind === 'its first part' ? changes.slice(0, count) : changes.flatMap((change) => sectors(change, roll));
  const torn = kind === 'its first part' ? changes[count] : undefined;
  if (torn !== undefined && 'bytes' in torn) kept.push({ offset: torn.offset, bytes: torn.bytes.subarray(0, roll() % (torn.bytes.length + 1)) });
  return kept.reduce(applied, flushed);
}

/** Those sectors of a write that made it: about half of them; the file has grown all the same, or not. */
function sectors(change: Change, roll: () => number): Change[] {
  if ('length' in change) return roll() % 2 === 0 ? [change] : [];
  const kept: Change[] = [];
  for (let at = 0; at < change.bytes.length; at += SECTOR) {
    if (roll() % 2 === 0) kept.push({ offset: change.offset + at, bytes: change.bytes.subarray(at, at + SECTOR) });
  }
  return kept;
}
