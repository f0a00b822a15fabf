// The trust store of a controller that does not run: looked at, and changed under the state directory's lock.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FerryError } from '../../error.ts';
import { EventLog } from '../event-log.ts';
import { lockState, type StateLock } from '../state-lock.ts';
import { TrustStore } from './trust-store.ts';
import type { KeyChange } from './trust-state.ts';

/** A state directory's store, to be read only; a running controller does not mind. */
export function readTrust(stateDirectory: string): TrustStore {
  requireState(stateDirectory);
  return TrustStore.open(stateDirectory);
}

/** Applies a list and writes the change into the event log. Undefined when that list is in effect. */
export function applyOffline(stateDirectory: string, list: Uint8Array, signature: Uint8Array, name: string, complain: (message: string) => void): KeyChange | undefined {
  requireState(stateDirectory);
  const lock = lockForKeys(stateDirectory);
  try {
    const change = TrustStore.open(stateDirectory).apply(list, signature, name);
    if (change !== undefined) note(stateDirectory, change, complain);
    return change;
  } finally {
    lock.close();
  }
}

/** What a list has changed, in one line. */
export function changeText({ sequence, signer, added, dropped, revoked }: KeyChange): string {
  const parts = [['trusted now', added], ['not trusted any more', dropped], ['revoked', revoked]] as const;
  const changes = parts.filter(([, keyIds]) => keyIds.length > 0).map(([word, keyIds]) => `${word}: ${keyIds.join(', ')}`);
  return `key list ${sequence}, signed by ${signer}, is in effect: ${changes.join('; ') || 'the same keys as before'}`;
}

function note(stateDirectory: string, change: KeyChange, complain: (message: string) => void): void {
  const log = new EventLog({ path: join(stateDirectory, 'events.log'), complain });
  const { sequence, signer, added, dropped, revoked } = change;
  log.add({ event: 'keys-changed', text: changeText(change), fields: { sequence, signer, added: added.join(' '), dropped: dropped.join(' '), revoked: revoked.join(' ') } });
  log.close();
}

function lockForKeys(stateDirectory: string): StateLock {
  try {
    return lockState(stateDirectory);
  } catch (error) {
    const isRunning = error instanceof FerryError && error.code === 'controller-running';
    throw new FerryError(isRunning ? 'controller-running' : 'state-failed', isRunning ? error.message : `${resolve(stateDirectory)} can not be locked: ${(error as Error).message}; nothing was touched`, {
      hint: isRunning ? 'stop that controller with SIGTERM, apply the list, and start it again' : 'run this as the user who owns the state directory', cause: error,
    });
  }
}

function requireState(stateDirectory: string): void {
  if (statSync(stateDirectory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new FerryError('state-failed', `${resolve(stateDirectory)}: expected the state directory of a management controller, got none; nothing was touched`, {
    hint: 'give --state the directory that `ferry bmc --state` has', exitCode: 64,
  });
}
