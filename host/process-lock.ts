// One process at a time. A lock is a file `NAME.N` in a directory; the highest N counts.
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
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const FREE = 'free\n';

/** Who has a lock. */
export interface LockHolder extends ProcessIdentity {
  /** ISO time at which the lock was taken. */
  readonly since: string;
}

/** A lock that is held. */
export interface ProcessLock {
  /** Lets the next one in. Calling it again does nothing. */
  release(): void;
}

export type LockAttempt = { readonly lock: ProcessLock } | { readonly holder: LockHolder };

/** Takes the lock of this name, over a dead holder too; or says who has it. Throws the operating system's errors. */
export function takeProcessLock(directory: string, name: string): LockAttempt {
  const record = JSON.stringify({ ...ownIdentity(), since: new Date().toISOString() } satisfies LockHolder);
  const fresh = freshPath(directory, name);
  try {
    writeFileSync(fresh, record, { flag: 'wx', mode: 0o600 });
    for (;;) {
      const attempt = tryNext(directory, name, fresh, record);
      if (attempt !== undefined) return attempt;
    }
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Who has the lock of this name now; undefined when nobody has. Takes and changes nothing. */
export function processLockHolder(directory: string, name: string): LockHolder | undefined {
  const highest = Math.max(0, ...numbers(directory, name));
  const holder = highest > 0 ? holderOf(lockPath(directory, name, highest)) : undefined;
  return holder && isRunning(holder) ? holder : undefined;
}

/** One attempt. Undefined when another process was faster: look again. */
function tryNext(directory: string, name: string, fresh: string, record: string): LockAttempt | undefined {
  const highest = Math.max(0, ...numbers(directory, name));
  const holder = highest > 0 ? holderOf(lockPath(directory, name, highest)) : undefined;
  if (holder && isRunning(holder)) return { holder };
  const number = claimLock(directory, name, fresh, highest + 1);
  return number === undefined ? undefined : { lock: held(directory, name, number, record) };
}

/**
 * Makes the record the lock of this number, and clears up below it. Undefined when someone else has the number, or a
 * higher one by now. Exported for its test: between looking and claiming anything can have happened.
 */
export function claimLock(directory: string, name: string, fresh: string, number: number): number | undefined {
  try {
    linkSync(fresh, lockPath(directory, name, number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  const all = numbers(directory, name);
  const isLate = all.some((other) => other > number);
  const useless = all.filter((other) => other < number || (isLate && other === number));
  for (const other of useless) rmSync(lockPath(directory, name, other), { force: true });
  return isLate ? undefined : number;
}

function held(directory: string, name: string, number: number, record: string): ProcessLock {
  return {
    release(): void {
      const path = lockPath(directory, name, number);
      if (textOf(path) !== record) return;
      const free = freshPath(directory, name);
      writeFileSync(free, FREE, { flag: 'wx', mode: 0o600 });
      renameSync(free, path);
    },
  };
}

const freshPath = (directory: string, name: string): string => join(directory, `${name}-${randomUUID()}`);
const lockPath = (directory: string, name: string, number: number): string => join(directory, `${name}.${number}`);

function numbers(directory: string, name: string): number[] {
  const prefix = `${name}.`;
  return readdirSync(directory)
    .filter((file) => file.startsWith(prefix))
    .map((file) => Number(file.slice(prefix.length)))
    .filter((number) => Number.isSafeInteger(number) && number > 0);
}

/** Who holds the lock. A file is complete from its first moment, so what can not be understood is not a holder. */
function holderOf(path: string): LockHolder | undefined {
  try {
    const { pid, startTime, boot, since } = JSON.parse(textOf(path) ?? '') as Partial<LockHolder>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
    return { pid, startTime: String(startTime ?? ''), boot: String(boot ?? ''), since: String(since ?? 'an unknown time') };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Undefined when the file is gone: its directory was removed, or a faster process has cleared up. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
