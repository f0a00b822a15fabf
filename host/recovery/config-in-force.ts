// STATE/recovery/config-path: the recovery.ini that the controller was started with, for `ferry recover`. It is not there
// when the controller was started without one.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type RecoveryConfig, readRecoveryConfig } from './recovery-config.ts';

const pathIn = (stateDirectory: string): string => join(stateDirectory, 'recovery', 'config-path');

/** Leaves the path for those who look. */
export function noteConfig(stateDirectory: string, file: string): void {
  mkdirSync(join(stateDirectory, 'recovery'), { recursive: true, mode: 0o700 });
  writeFileSync(pathIn(stateDirectory), `${resolve(file)}\n`, { mode: 0o600 });
}

/** The controller that starts now watches nothing. */
export function forgetConfig(stateDirectory: string): void {
  rmSync(pathIn(stateDirectory), { force: true });
}

/** What the controller was started with last; undefined when it was started without. `recovery-invalid` when it can not be read any more. */
export function configInForce(stateDirectory: string): RecoveryConfig | undefined {
  let path: string;
  try {
    path = readFileSync(pathIn(stateDirectory), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return readRecoveryConfig(path);
}
