// One controller on a state directory at a time.
import { FerryError } from '../error.ts';
import { processLockHolder, takeProcessLock } from '../process-lock.ts';

/** The lock of a state directory, held. */
export interface StateLock {
  close(): void;
}

/** Takes it, over a dead holder too. `controller-running` when another controller has it. */
export function lockState(directory: string): StateLock {
  const attempt = takeProcessLock(directory, 'controller-lock');
  if ('lock' in attempt) return { close: () => attempt.lock.release() };
  const { pid, since } = attempt.holder;
  throw new FerryError('controller-running', `another management controller runs on ${directory}: process ${pid}, since ${since}; nothing was touched`, {
    hint: 'stop it first, or give --state another directory',
  });
}

/** Whether a controller runs on a state directory; for those who only look. */
export function controllerRunsOn(directory: string): boolean {
  return processLockHolder(directory, 'controller-lock') !== undefined;
}
