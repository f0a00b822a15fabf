// One run on a machine at a time: the lock lies in the machine's directory.
import { FerryError } from '../error.ts';
import { claimLock, takeProcessLock, type LockHolder, type ProcessLock } from '../process-lock.ts';

const NAME = 'host-lock';

/** A lock that is held. */
export type MachineLock = ProcessLock;

/** Takes the lock of a machine, over a dead holder too. `machine-locked` when a run is going on. */
export function lockMachine(directory: string): MachineLock {
  const attempt = attemptIn(directory);
  if ('lock' in attempt) return attempt.lock;
  throw locked(directory, attempt.holder);
}

/** `claimLock` for the lock of a machine. Exported for its test. */
export function claim(directory: string, fresh: string, number: number): number | undefined {
  return claimLock(directory, NAME, fresh, number);
}

function attemptIn(directory: string): ReturnType<typeof takeProcessLock> {
  try {
    return takeProcessLock(directory, NAME);
  } catch (cause) {
    throw new FerryError('machine-failed', `the lock in ${directory} can not be taken: ${(cause as Error).message}; nothing was sent`, {
      hint: 'check that the directory is writable and its file system has hard links', cause,
    });
  }
}

function locked(directory: string, holder: LockHolder): FerryError {
  return new FerryError('machine-locked', `another run has this machine: process ${holder.pid}, since ${holder.since} (lock in ${directory}); nothing was sent`, {
    hint: 'wait for it to end, or stop it with Ctrl-C or `kill`, then run the same command again',
  });
}
