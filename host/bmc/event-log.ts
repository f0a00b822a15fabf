// STATE/events.log: what happened, one JSON object a line, for good. The newest 1 MiB and the 1 MiB before it are kept.
import { closeSync, fstatSync, openSync, readSync, renameSync, ftruncateSync, writeSync } from 'node:fs';

/** Something that happened to the controller: a word for scripts, a sentence for people, and what belongs to it. */
export interface ControllerEvent {
  readonly event: string;
  readonly text: string;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
}

/** An event as the log keeps it. */
export interface LoggedEvent extends ControllerEvent {
  /** Counts up from 1, over restarts too. */
  readonly number: number;
  /** ISO 8601, by the controller's clock. */
  readonly time: string;
}

/** An event as it is logged and printed. */
export function eventLine(event: ControllerEvent, time: Date, number?: number): string {
  const head = number === undefined ? { time: time.toISOString() } : { time: time.toISOString(), number };
  return `${JSON.stringify({ ...head, event: event.event, ...event.fields, text: event.text })}\n`;
}

export interface EventLogOptions {
  readonly path: string;
  /** Bytes after which a new file is begun; the old one is kept as `PATH.1`. */
  readonly limit?: number;
  readonly now?: () => Date;
  /** Told once, when the log can't be written. */
  readonly complain?: (message: string) => void;
}

const LIMIT = 1024 * 1024;
const NEWLINE = 0x0a;
/** Read at the start: more than any line is long. */
const TAIL = 256 * 1024;
/** Events that are kept in memory for those who read along. */
const RECENT = 1000;

/** The log, open. It never throws: a controller without a log goes on. */
export class EventLog {
  readonly #path: string;
  readonly #limit: number;
  readonly #now: () => Date;
  readonly #complain: (message: string) => void;
  #descriptor: number | undefined;
  #size = 0;
  #number = 0;
  #recent: LoggedEvent[] = [];
  #hasComplained = false;

  /** Opens the log, or makes it. A last line that was torn by a power cut goes; numbers go on from the last whole one. */
  constructor({ path, limit = LIMIT, now = () => new Date(), complain = () => undefined }: EventLogOptions) {
    this.#path = path;
    this.#limit = limit;
    this.#now = now;
    this.#complain = complain;
    this.#guarded(() => {
      this.#open();
      if (this.#size === 0) this.#number = lastNumberOf(`${path}.1`);
    });
  }

  /** Writes the event down. Answers it as it is kept, also when it could not be written. */
  add(event: ControllerEvent): LoggedEvent {
    const now = this.#now();
    const logged = { ...event, number: ++this.#number, time: now.toISOString() };
    this.#guarded(() => {
      if (this.#descriptor === undefined) this.#open();
      const line = eventLine(event, now, logged.number);
      const size = Buffer.byteLength(line);
      if (this.#size > 0 && this.#size + size > this.#limit) this.#rotate();
      this.#append(Buffer.from(line));
    });
    this.#recent.push(logged);
    if (this.#recent.length > 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
    return logged;
  }

  /** Events with a higher number, the oldest first; at most the last thousand. */
  since(number: number): readonly LoggedEvent[] {
    return this.#recent.slice(-RECENT).filter((event) => event.number > number);
  }

  close(): void {
    this.#guarded(() => {
      const descriptor = this.#descriptor;
      this.#descriptor = undefined;
      if (descriptor !== undefined) closeSync(descriptor);
    });
  }

  #open(): void {
    const descriptor = openSync(this.#path, 'a+', 0o600);
    this.#descriptor = descriptor;
    const tail = readTail(descriptor);
    this.#size = fstatSync(descriptor).size;
    const torn = tail.length - (tail.lastIndexOf(NEWLINE) + 1);
    if (torn > 0) ftruncateSync(descriptor, this.#size -= torn);
    const events = eventsIn(tail.subarray(0, tail.length - torn));
    this.#number = Math.max(this.#number, events.at(-1)?.number ?? 0);
    if (this.#recent.length === 0) this.#recent = events.slice(-RECENT);
  }

  /** A line that was written only in part is taken back, so that the next one begins where a line begins. */
  #append(line: Uint8Array): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    let done = 0;
    try {
      while (done < line.length) done += writeSync(descriptor, line, done);
    } catch (error) {
      if (done > 0) ftruncateSync(descriptor, this.#size);
      throw error;
    }
    this.#size += line.length;
  }

  #rotate(): void {
    this.close();
    renameSync(this.#path, `${this.#path}.1`);
    this.#open();
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.#hasComplained) return;
      this.#hasComplained = true;
      this.#complain(`the event log ${this.#path} can not be written: ${(error as Error).message}; the controller goes on without it`);
    }
  }
}

/** The end of a file, at most so much that the last lines are in it. */
function readTail(descriptor: number): Buffer {
  const { size } = fstatSync(descriptor);
  const tail = Buffer.alloc(Math.min(size, TAIL));
  const count = readSync(descriptor, tail, 0, tail.length, size - tail.length);
  return tail.subarray(0, count);
}

/** The events of the lines that can be read. */
function eventsIn(tail: Buffer): LoggedEvent[] {
  return tail.toString('utf8').split('\n').flatMap((line) => {
    try {
      const { number, time, event, text, ...fields } = JSON.parse(line) as LoggedEvent & NonNullable<ControllerEvent['fields']>;
      if (!Number.isSafeInteger(number) || typeof event !== 'string' || typeof text !== 'string') return [];
      return [{ number, time: String(time), event, text, ...(Object.keys(fields).length === 0 ? {} : { fields: fields as NonNullable<ControllerEvent['fields']> }) }];
    } catch {
      // Not a line of ours, or cut at the start of the tail.
      return [];
    }
  });
}

function lastNumberOf(path: string): number {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return eventsIn(readTail(descriptor)).at(-1)?.number ?? 0;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return 0;
  }
}
