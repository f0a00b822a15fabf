// STATE/recovery/journal: a line for every phase of every recovery, appended and flushed before the phase begins.
//
//   <CRC-32 of the rest, 8 hexadecimal digits> <RecoveryState as JSON>\n
//
// The newest whole line of a component counts. A torn line at the end, as a power cut leaves it, was never there. When the
// file has become long, it is replaced by its newest lines.
import { crc32 } from 'node:zlib';
import { join } from 'node:path';
import type { DurableFile } from '../bmc/durable-file.ts';
import { NotDurable, replaceFile, systemStoreFiles, type StoreFiles } from '../bmc/replaced-file.ts';
import { FerryError } from '../error.ts';
import { PHASES, type RecoveryState } from './recovery-state.ts';

/** Bytes after which the file is replaced. */
const LENGTH = 256 * 1024;
const READ_LIMIT = 8 * 1024 * 1024;

export const journalPath = (stateDirectory: string): string => join(stateDirectory, 'recovery', 'journal');

export class RecoveryJournal {
  readonly #path: string;
  readonly #files: StoreFiles;
  readonly #latest: Map<string, RecoveryState>;
  #file: DurableFile | undefined;
  #size: number;

  /** Opens the journal, or makes it. `recovery-failed` when it can not be used. */
  constructor(stateDirectory: string, files: StoreFiles = systemStoreFiles) {
    this.#path = journalPath(stateDirectory);
    this.#files = files;
    const directory = join(stateDirectory, 'recovery');
    try {
      files.makeDirectory(directory);
      files.syncDirectory(stateDirectory);
      const { states, size } = readStates(files.read(this.#path, READ_LIMIT));
      this.#latest = states;
      this.#size = size;
      this.#file = files.open(this.#path);
      this.#file.truncate(size);
      files.syncDirectory(directory);
    } catch (error) {
      this.#file?.close();
      throw this.#failed(error);
    }
  }

  latest(component: string): RecoveryState | undefined {
    return this.#latest.get(component);
  }

  /** Returns when the line outlives a power failure. */
  append(state: RecoveryState): void {
    try {
      if (this.#size > LENGTH) this.#shorten();
      const line = lineOf(state);
      this.#file ??= this.#files.open(this.#path);
      this.#file.write(this.#size, line);
      this.#file.sync();
      this.#size += line.length;
      this.#latest.set(state.component, state);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #shorten(): void {
    const bytes = Buffer.concat([...this.#latest.values()].map(lineOf));
    this.close();
    try {
      replaceFile(this.#files, this.#path, bytes);
    } catch (error) {
      if (error instanceof NotDurable) this.#size = bytes.length;
      throw error;
    }
    this.#size = bytes.length;
  }

  #failed(cause: unknown): FerryError {
    return new FerryError('recovery-failed', `${this.#path}: the journal of recovery can not be used: ${(cause as Error).message}; nothing is recovered without it`, {
      hint: 'see that the disk of the state directory works and has room, then start the controller again', cause,
    });
  }
}

/** The newest state of each component; for those who only look. */
export function readJournal(stateDirectory: string): ReadonlyMap<string, RecoveryState> {
  return readStates(systemStoreFiles.read(journalPath(stateDirectory), READ_LIMIT)).states;
}

function lineOf(state: RecoveryState): Buffer {
  const text = JSON.stringify(state);
  return Buffer.from(`${checkOf(text)} ${text}\n`);
}

const checkOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** What the whole lines say, and where they end. */
function readStates(bytes: Uint8Array | undefined): { states: Map<string, RecoveryState>; size: number } {
  const states = new Map<string, RecoveryState>();
  const buffer = Buffer.from(bytes ?? []);
  let size = 0;
  for (;;) {
    const end = buffer.indexOf(0x0a, size);
    const state = end < 0 ? undefined : stateIn(buffer.toString('utf8', size, end));
    if (state === undefined) return { states, size };
    states.set(state.component, state);
    size = end + 1;
  }
}

function stateIn(line: string): RecoveryState | undefined {
  const text = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checkOf(text)) return undefined;
  const state = JSON.parse(text) as RecoveryState;
  return PHASES.includes(state.phase) ? state : undefined;
}
