// How the first account comes into being, and how one who has lost its password gets a new one.
import { existsSync, renameSync } from 'node:fs';
import { FerryError } from '../../error.ts';
import { readPassword } from '../../trust/key-files.ts';
import { lockState } from '../state-lock.ts';
import { accountsPath, DEFAULT_SETTINGS, readAccounts, writeAccounts, type AccountsContent } from './accounts-file.ts';
import { Accounts } from './accounts.ts';
import { hashPassword, type HashCost, randomPassword } from './password-hash.ts';
import { passwordFault } from './password-rules.ts';

export const FIRST_USER = 'admin';

export interface FirstPassword {
  /** Holds the password of the first account; a random one is made without it. */
  readonly passwordFile?: string | undefined;
  readonly cost?: HashCost | undefined;
}

export interface OpenedAccounts {
  readonly accounts: Accounts;
  /** The password that was made just now: to be shown once. Undefined when there were accounts, or it came from a file. */
  readonly madePassword: string | undefined;
}

/** The accounts of a state directory. The first administrator is made when there is none. */
export async function openAccounts(stateDirectory: string, options: FirstPassword = {}): Promise<OpenedAccounts> {
  const path = accountsPath(stateDirectory);
  const found = readAccounts(path);
  if (found !== undefined) return { accounts: new Accounts(path, found, options.cost), madePassword: undefined };
  const { content, madePassword } = await withAdministrator(undefined, options);
  keep(path, content);
  return { accounts: new Accounts(path, content, options.cost), madePassword };
}

/**
 * A new password for `admin`, who is an enabled administrator afterwards. Other accounts stay; a file that can not be
 * read is put aside as `accounts.json.broken`. `controller-running` while a controller has the directory: it would not
 * know. Answers the password when one was made.
 */
export async function resetAdministrator(stateDirectory: string, options: FirstPassword = {}): Promise<string | undefined> {
  if (!existsSync(stateDirectory)) {
    throw new FerryError('machine-missing', `${stateDirectory}: expected the state directory of a management controller, found nothing; no account was made or changed`, {
      hint: 'give --state the directory that the controller runs with', exitCode: 64,
    });
  }
  const lock = lockState(stateDirectory);
  try {
    const path = accountsPath(stateDirectory);
    const { content, madePassword } = await withAdministrator(readOrPutAside(path), options);
    keep(path, content);
    return madePassword;
  } finally {
    lock.close();
  }
}

function readOrPutAside(path: string): AccountsContent | undefined {
  try {
    return readAccounts(path);
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    renameSync(path, `${path}.broken`);
    return undefined;
  }
}

async function withAdministrator(before: AccountsContent | undefined, { passwordFile, cost }: FirstPassword): Promise<{ content: AccountsContent; madePassword: string | undefined }> {
  const given = passwordFile === undefined ? undefined : passwordIn(passwordFile);
  const password = given ?? randomPassword();
  const hash = await hashPassword(password, cost);
  const { nextId = 1, settings = DEFAULT_SETTINGS, accounts = [] } = before ?? {};
  const old = accounts.find(({ user }) => user === FIRST_USER);
  const administrator = { id: old?.id ?? String(nextId), user: FIRST_USER, role: 'Administrator', isEnabled: true, password: hash } as const;
  const content = {
    version: 1, nextId: old === undefined ? nextId + 1 : nextId, settings, accounts: [administrator, ...accounts.filter((account) => account !== old)],
  } as const;
  return { content, madePassword: given === undefined ? password : undefined };
}

/** The password in a file, checked. `key-failed` when it can not be read, `usage` when no account may have it. */
function passwordIn(path: string): string {
  const password = Buffer.from(readPassword(path)).toString('utf8');
  const fault = passwordFault(password, FIRST_USER);
  if (fault === undefined) return password;
  throw new FerryError('usage', `${path}: ${fault}; no account was made or changed`, { hint: 'put a better password into the file', exitCode: 64 });
}

function keep(path: string, content: AccountsContent): void {
  try {
    writeAccounts(path, content);
  } catch (cause) {
    throw new FerryError('state-failed', `${path} can not be written: ${(cause as Error).message}; no account was made or changed`, {
      hint: 'make room on the disk of the state directory, and see that it can be written', cause,
    });
  }
}
