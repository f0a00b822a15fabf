// The files of the transcript, `transcript.N.jsonl`: N is the number of the first entry in it. The highest is appended
// to; when it is full a new one is begun and the oldest goes. No file is ever renamed: who reads needs no lock.
import type { DurableFile, FileStore } from '../durable-file.ts';
import { join } from 'node:path';
import { parseEntry, type TranscriptEntry } from './transcript-entry.ts';

/** Bytes after which a new file is begun, and files that are kept. Several hundred upgrades fit into them. */
export const SEGMENT_LIMIT = 512 * 1024;
export const SEGMENTS_KEPT = 8;

const NAME = /^transcript\.([1-9]\d{0,14})\.jsonl$/;
const NEWLINE = 0x0a;
const PIECE = 64 * 1024;

/** The names of the transcript's files among these, from the oldest on, each with the number of its first entry. */
export function segmentsAmong(names: readonly string[]): { readonly name: string; readonly first: number }[] {
  return names
    .flatMap((name) => {
      const first = NAME.exec(name)?.[1];
      return first === undefined ? [] : [{ name, first: Number(first) }];
    })
    .sort((one, other) => one.first - other.first);
}

export interface SegmentsOptions {
  readonly directory: string;
  readonly files: FileStore;
  readonly limit: number;
  readonly kept: number;
}

/** What was found at the start. */
export interface LoadedEntries {
  readonly entries: readonly TranscriptEntry[];
  /** Lines between entries that are none. They stay as they are. */
  readonly damaged: number;
  /** Whole lines at the end that were no entries and have been cut off; one that was torn does not count. */
  readonly cut: number;
}

/** The files, open for appending. Every call throws the operating system's errors, and can be repeated then. */
export class TranscriptSegments {
  readonly #options: SegmentsOptions;
  #firsts: number[] = [];
  #file: DurableFile | undefined;
  #size = 0;
  /** A write has failed: what lies behind `#size` is no entry. */
  #isTorn = false;

  constructor(options: SegmentsOptions) {
    this.#options = options;
  }

  /** The number of the oldest entry that may be there. */
  get first(): number {
    return this.#firsts[0] ?? 1;
  }

  /** The number that the newest file is named after; 1 when there is none. */
  get newest(): number {
    return this.#firsts.at(-1) ?? 1;
  }

  /** Reads everything, and cuts off what was being written when power failed. */
  load(): LoadedEntries {
    const { directory, files } = this.#options;
    files.makeDirectory(directory);
    const segments = segmentsAmong(files.list(directory).map(({ name }) => name));
    this.#firsts = segments.map(({ first }) => first);
    const entries: TranscriptEntry[] = [];
    let [damaged, cut] = [0, 0];
    segments.forEach(({ first }, index) => {
      const file = files.open(this.#path(first));
      try {
        const found = entriesIn(readWhole(file));
        entries.push(...found.entries);
        damaged += found.damaged;
        if (index < segments.length - 1) {
          damaged += found.trailing;
          return;
        }
        cut = found.trailing;
        if (found.size > found.end) file.truncate(found.end);
        this.#size = found.end;
      } finally {
        file.close();
      }
    });
    return { entries, damaged, cut };
  }

  /** Appends the line of the entry with this number. When it throws, the file is as it was, or is made so by the next call. */
  append(number: number, line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#firsts.length === 0 || (this.#size > 0 && this.#size + bytes.length > this.#options.limit)) this.#begin(number);
    const file = this.#file ??= this.#options.files.open(this.#path(this.#firsts.at(-1) ?? number));
    if (this.#isTorn) file.truncate(this.#size);
    this.#isTorn = true;
    file.write(this.#size, bytes);
    this.#isTorn = false;
    this.#size += bytes.length;
  }

  /** Makes what was appended outlive a power failure. */
  sync(): void {
    this.#file?.sync();
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }

  /** Begins the next file; the oldest goes first, so that there are never more than may be. */
  #begin(number: number): void {
    const { directory, files, kept } = this.#options;
    if (this.#isTorn && this.#file !== undefined) this.#file.truncate(this.#size);
    this.#isTorn = false;
    this.sync();
    this.close();
    while (this.#firsts.length >= kept) {
      files.remove(this.#path(this.first));
      this.#firsts.shift();
    }
    const file = files.open(this.#path(number));
    try {
      file.truncate(0);
      files.syncDirectory(directory);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file = file;
    this.#firsts.push(number);
    this.#size = 0;
  }

  #path(first: number): string {
    return join(this.#options.directory, `transcript.${first}.jsonl`);
  }
}

function readWhole(file: DurableFile): Buffer {
  const pieces: Buffer[] = [];
  for (let offset = 0; ;) {
    const piece = Buffer.alloc(PIECE);
    const count = file.read(offset, piece);
    pieces.push(piece.subarray(0, count));
    offset += count;
    if (count < PIECE) return Buffer.concat(pieces);
  }
}

/** The entries of a file, and where the last of them ends. */
function entriesIn(bytes: Buffer): { entries: TranscriptEntry[]; damaged: number; trailing: number; end: number; size: number } {
  const entries: TranscriptEntry[] = [];
  let [damaged, trailing, end] = [0, 0, 0];
  for (let from = 0, to = bytes.indexOf(NEWLINE); to >= 0; from = to + 1, to = bytes.indexOf(NEWLINE, from)) {
    const entry = parseEntry(bytes.toString('utf8', from, to));
    if (entry === undefined) {
      trailing++;
      continue;
    }
    entries.push(entry);
    damaged += trailing;
    trailing = 0;
    end = to + 1;
  }
  return { entries, damaged, trailing, end, size: bytes.length };
}
