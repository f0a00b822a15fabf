// STATE/network/accounts.json: who may log in, and how logins are limited. Read strictly: a file that is not what was
// written here keeps the network side from starting, because guessing would let the wrong ones in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FerryError } from '../../error.ts';
import { userNameFault } from './password-rules.ts';
import type { PasswordHash } from './password-hash.ts';
import { replaceFile, systemStoreFiles } from '../replaced-file.ts';
import { isRole, type Role } from './privilege.ts';

export interface StoredAccount {
  /** A number as a text; never given a second time. */
  readonly id: string;
  readonly user: string;
  readonly role: Role;
  readonly isEnabled: boolean;
  readonly password: PasswordHash;
}

/** What an operator may set for all accounts. */
export interface LoginSettings {
  readonly sessionTimeoutSeconds: number;
  /** Failed logins after which an account is locked; 0 for never. */
  readonly lockoutThreshold: number;
  /** How long; 0 until an administrator unlocks it. */
  readonly lockoutSeconds: number;
}

export interface AccountsContent {
  readonly version: 1;
  readonly nextId: number;
  readonly settings: LoginSettings;
  readonly accounts: readonly StoredAccount[];
}

export const DEFAULT_SETTINGS: LoginSettings = { sessionTimeoutSeconds: 1800, lockoutThreshold: 10, lockoutSeconds: 300 };

export function accountsPath(stateDirectory: string): string {
  return join(stateDirectory, 'network', 'accounts.json');
}

/** What the file holds; undefined when there is none. `state-failed` when it is not one. */
export function readAccounts(path: string): AccountsContent | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(path, (error as Error).message, error);
  }
  try {
    const content = JSON.parse(text) as AccountsContent;
    check(content);
    return content;
  } catch (error) {
    throw invalid(path, (error as Error).message, error);
  }
}

export function writeAccounts(path: string, content: AccountsContent): void {
  replaceFile(systemStoreFiles, path, Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`));
}

function check(content: AccountsContent): void {
  if (content.version !== 1) throw new Error(`expected version 1, got ${String(content.version)}`);
  const { sessionTimeoutSeconds, lockoutThreshold, lockoutSeconds } = content.settings;
  for (const value of [content.nextId, sessionTimeoutSeconds, lockoutThreshold, lockoutSeconds]) {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`expected a number, got ${String(value)}`);
  }
  for (const { id, user, role, isEnabled, password } of content.accounts) {
    if (typeof id !== 'string' || !/^[1-9]\d*$/.test(id)) throw new Error(`expected an account's number, got ${JSON.stringify(id)}`);
    if (typeof user !== 'string' || userNameFault(user) !== undefined) throw new Error(`account ${id} has no name of a user`);
    if (!isRole(role) || typeof isEnabled !== 'boolean') throw new Error(`account ${id}: expected a role and whether it is enabled`);
    if (!isHash(password)) throw new Error(`account ${id}: expected a hash of scrypt`);
  }
}

function isHash({ cost, blockSize, parallelization, salt, hash }: PasswordHash): boolean {
  const isBytes = (text: unknown, size: number): boolean => typeof text === 'string' && Buffer.from(text, 'base64').length === size;
  return [cost, blockSize, parallelization].every((value) => Number.isSafeInteger(value) && value > 0 && value <= 1_048_576) && isBytes(salt, 16) && isBytes(hash, 32);
}

function invalid(path: string, what: string, cause: unknown): FerryError {
  return new FerryError('state-failed', `${path}: expected the accounts as Ferry writes them: ${what}; nobody can log in, and nothing was started`, {
    hint: 'put back a copy of the file, or make a new administrator with `ferry bmc --reset-password`, which leaves no other account', cause,
  });
}
