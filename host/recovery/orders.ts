// STATE/recovery/request: an order of a person for the agent that runs, one JSON object. Whoever may write there may order;
// the directory is its owner's alone. The agent takes it away when it has read it.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecoveryState } from './recovery-state.ts';

export interface RecoveryOrder {
  /** Every watched one when not given. */
  readonly component?: string;
  readonly wanted: NonNullable<RecoveryState['ordered']>;
  /** Who orders; a person at this machine when not given. */
  readonly user?: string;
}

/** The order in words. */
export function orderText({ user, wanted: { version, sha256 } }: RecoveryOrder): string {
  const what = [...(version === undefined ? [] : [`of version ${version}`]), ...(sha256 === undefined ? [] : [`with the SHA-256 ${sha256}`])];
  return `${user ?? 'a person at this machine'} has ordered a recovery${what.length === 0 ? '' : `, to an image ${what.join(' and ')}`}`;
}

const LIMIT = 4096;
const pathIn = (stateDirectory: string): string => join(stateDirectory, 'recovery', 'request');

/** Leaves the order for the agent; a reader finds all of it or none. */
export function leaveOrder(stateDirectory: string, order: RecoveryOrder): void {
  const path = pathIn(stateDirectory);
  mkdirSync(join(stateDirectory, 'recovery'), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, JSON.stringify(order), { mode: 0o600 });
  renameSync(fresh, path);
}

/** Whether one lies there that nobody has taken. */
export const hasOrder = (stateDirectory: string): boolean => existsSync(pathIn(stateDirectory));

/** Takes the order away and answers it; undefined when there is none that makes sense. */
export function takeOrder(stateDirectory: string): RecoveryOrder | undefined {
  let text: string;
  try {
    text = readFileSync(pathIn(stateDirectory), 'utf8');
    rmSync(pathIn(stateDirectory));
  } catch {
    return undefined;
  }
  return text.length > LIMIT ? undefined : orderIn(text);
}

function orderIn(text: string): RecoveryOrder | undefined {
  try {
    const { component, wanted } = JSON.parse(text) as { component?: unknown; wanted?: { version?: unknown; sha256?: unknown } };
    return {
      ...(typeof component === 'string' ? { component } : {}),
      wanted: {
        ...(typeof wanted?.version === 'string' ? { version: wanted.version } : {}),
        ...(typeof wanted?.sha256 === 'string' ? { sha256: wanted.sha256 } : {}),
      },
    };
  } catch {
    return undefined;
  }
}
