// The log of a run: every line that the program writes, with the time. A log that can not be written never stops an
// upgrade; it says so once and ends.
import { closeSync, openSync, writeSync } from 'node:fs';
import { FerryError } from '../error.ts';
import type { WasiFile } from '../wasi/system.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** A longer line is cut into several, so that output without line ends can not grow the memory. */
const MAXIMUM_LINE = 64 * 1024;
/** Control sequences of terminals (ECMA-48, section 5.4). */
const CONTROL_SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]/g;

/** A file to which lines are appended, each with one write: several threads may hold the same log. */
export class RunLog {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #now: () => Date;
  readonly #complain: (message: string) => void;
  #isBroken = false;

  constructor(path: string, complain: (message: string) => void, now: () => Date = () => new Date()) {
    this.#path = path;
    this.#now = now;
    this.#complain = complain;
    try {
      this.#descriptor = openSync(path, 'a', 0o644);
    } catch (error) {
      throw new FerryError('log-failed', `the log ${path} can not be opened: ${(error as Error).message}; nothing was sent`, {
        hint: 'name a file that can be written with --log, or leave --log away', exitCode: 64, cause: error,
      });
    }
  }

  line(text: string): void {
    if (this.#isBroken) return;
    try {
      writeSync(this.#descriptor, `${this.#now().toISOString()} ${text.replace(CONTROL_SEQUENCES, '')}\n`);
    } catch (error) {
      this.#isBroken = true;
      this.#complain(`the log ${this.#path} ends here: ${(error as Error).message}; the run goes on without it`);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** A stream whose lines go to the log too. What a carriage return overwrites, as progress does, is left out. */
export class LoggedStream implements WasiFile {
  readonly isTerminal: boolean;
  readonly #target: WasiFile;
  readonly #log: RunLog;
  #line: number[] = [];
  #sawReturn = false;

  constructor(target: WasiFile, log: RunLog) {
    this.isTerminal = target.isTerminal;
    this.#target = target;
    this.#log = log;
  }

  read(into: Uint8Array): number {
    return this.#target.read(into);
  }

  write(from: Uint8Array): number {
    for (const byte of from) this.#take(byte);
    return this.#target.write(from);
  }

  seek(offset: number, whence: 0 | 1 | 2): number {
    return this.#target.seek(offset, whence);
  }

  close(): void {
    this.#target.close();
  }

  /** Logs a last line that was not ended. */
  flush(): void {
    if (this.#line.length > 0) this.#emit();
  }

  #take(byte: number): void {
    if (byte === NEWLINE) return this.#emit();
    if (this.#sawReturn) this.#line = [];
    this.#sawReturn = byte === RETURN;
    if (!this.#sawReturn) this.#line.push(byte);
    if (this.#line.length >= MAXIMUM_LINE) this.#emit();
  }

  #emit(): void {
    this.#log.line(new TextDecoder().decode(Uint8Array.from(this.#line)));
    this.#line = [];
    this.#sawReturn = false;
  }
}
