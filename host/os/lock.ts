// One run on a machine at a time. A lock is a file `host-lock.N` in the machine's directory; the highest N counts.
//
//   take     N is held by a process that runs   refused
//            else                               link a complete file as N + 1; who gets the name has the lock,
//                                               if no higher one is there by then
//   release  overwrite N with "free" at once (rename); the highest is never removed, so that no number comes back
//
// Two processes that find the same dead holder both try the name N + 1, and a name can be made only once. A process
// that slept between looking and linking finds a higher number afterwards and starts again.
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { FerryError } from '../error.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const PREFIX = 'host-lock.';
const FREE = 'free\n';

interface Holder extends ProcessIdentity {
  /** ISO time at which the lock was taken. */
  readonly since: string;
}

/** A lock that is held. */
export interface MachineLock {
  /** Lets the next run in. Calling it again does nothing. */
  release(): void;
}

/** Takes the lock of a machine, over a dead holder too. `machine-locked` when a run is going on. */
export function lockMachine(directory: string): MachineLock {
  const record = JSON.stringify({ ...ownIdentity(), since: new Date().toISOString() } satisfies Holder);
  const fresh = freshPath(directory);
  try {
    writeFileSync(fresh, record, { flag: 'wx', mode: 0o600 });
    for (;;) {
      const number = tryNext(directory, fresh);
      if (number !== undefined) return held(directory, number, record);
    }
  } catch (error) {
    throw error instanceof FerryError ? error : failed(directory, error);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** One attempt. Undefined when another process was faster: look again. */
function tryNext(directory: string, fresh: string): number | undefined {
  const highest = Math.max(0, ...numbers(directory));
  const holder = highest > 0 ? holderOf(lockPath(directory, highest)) : undefined;
  if (holder && isRunning(holder)) throw locked(directory, holder);
  return claim(directory, fresh, highest + 1);
}

/**
 * Makes the record the lock of this number, and clears up below it. Undefined when someone else has the number, or a
 * higher one by now. Exported for its test: between looking and claiming anything can have happened.
 */
export function claim(directory: string, fresh: string, number: number): number | undefined {
  try {
    linkSync(fresh, lockPath(directory, number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  const all = numbers(directory);
  const isLate = all.some((other) => other > number);
  const useless = all.filter((other) => other < number || (isLate && other === number));
  for (const other of useless) rmSync(lockPath(directory, other), { force: true });
  return isLate ? undefined : number;
}

function held(directory: string, number: number, record: string): MachineLock {
  return {
    release(): void {
      const path = lockPath(directory, number);
      if (textOf(path) !== record) return;
      const free = freshPath(directory);
      writeFileSync(free, FREE, { flag: 'wx', mode: 0o600 });
      renameSync(free, path);
    },
  };
}

const freshPath = (directory: string): string => join(directory, `host-lock-${randomUUID()}`);
const lockPath = (directory: string, number: number): string => join(directory, PREFIX + number);

function numbers(directory: string): number[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => Number(name.slice(PREFIX.length)))
    .filter((number) => Number.isSafeInteger(number) && number > 0);
}

/** Who holds the lock. A file is complete from its first moment, so what can not be understood is not a holder. */
function holderOf(path: string): Holder | undefined {
  try {
    const { pid, startTime, boot, since } = JSON.parse(textOf(path) ?? '') as Partial<Holder>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
    return { pid, startTime: String(startTime ?? ''), boot: String(boot ?? ''), since: String(since ?? 'an unknown time') };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Undefined when the file is gone: the machine was removed, or a faster process has cleared up. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function failed(directory: string, cause: unknown): FerryError {
  return new FerryError('machine-failed', `the lock in ${directory} can not be taken: ${(cause as Error).message}; nothing was sent`, {
    hint: 'check that the directory is writable and its file system has hard links', cause,
  });
}

function locked(directory: string, holder: Holder): FerryError {
  return new FerryError('machine-locked', `another run has this machine: process ${holder.pid}, since ${holder.since} (lock in ${directory}); nothing was sent`, {
    hint: 'wait for it to end, or stop it with Ctrl-C or `kill`, then run the same command again',
  });
}
