// The accounts while the controller runs: every change is on disk before it counts. Knows no HTTP and no sessions;
// who has to know of a change is told.
import { type AccountsContent, type LoginSettings, type StoredAccount, writeAccounts } from './accounts-file.ts';
import { hashOfNobody, hashPassword, type HashCost, isPassword, type PasswordHash } from './password-hash.ts';
import type { Role } from './privilege.ts';

export interface Account {
  readonly id: string;
  readonly user: string;
  readonly role: Role;
  readonly isEnabled: boolean;
}

export interface AccountChange {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly role?: Role | undefined;
  readonly isEnabled?: boolean | undefined;
}

/** Why a change was not made. Nothing has changed then. */
export type AccountRefusal = 'missing' | 'taken' | 'full' | 'last-administrator';

export const ACCOUNT_LIMIT = 32;

export class Accounts {
  readonly #path: string;
  readonly #cost: HashCost | undefined;
  readonly #listeners: ((id: string) => void)[] = [];
  readonly #nobody: PasswordHash;
  #content: AccountsContent;

  constructor(path: string, content: AccountsContent, cost?: HashCost) {
    this.#path = path;
    this.#content = content;
    this.#cost = cost;
    this.#nobody = hashOfNobody(cost);
  }

  list(): readonly Account[] {
    return this.#content.accounts;
  }

  /** Another object after each change of the account. */
  byId(id: string): Account | undefined {
    return this.#content.accounts.find((account) => account.id === id);
  }

  byUser(user: string): Account | undefined {
    return this.#content.accounts.find((account) => account.user === user);
  }

  get settings(): LoginSettings {
    return this.#content.settings;
  }

  changeSettings(change: Partial<LoginSettings>): void {
    this.#keep({ ...this.#content, settings: { ...this.#content.settings, ...change } });
  }

  /** The account of this user if the password is right. An unknown user takes as long as a wrong password. */
  async verify(user: string, password: string): Promise<Account | undefined> {
    const kept = this.#stored(user);
    const isRight = await isPassword(password, kept?.password ?? this.#nobody);
    // The account may have changed meanwhile.
    return isRight && kept !== undefined && kept === this.#stored(user) ? kept : undefined;
  }

  async create(user: string, password: string, role: Role, isEnabled: boolean): Promise<Account | AccountRefusal> {
    const refusal = this.#createRefusal(user);
    if (refusal !== undefined) return refusal;
    const hash = await hashPassword(password, this.#cost);
    const { nextId, accounts } = this.#content;
    const account = { id: String(nextId), user, role, isEnabled, password: hash };
    const later = this.#createRefusal(user);
    if (later !== undefined) return later;
    this.#keep({ ...this.#content, nextId: nextId + 1, accounts: [...accounts, account] });
    return account;
  }

  async change(id: string, { user, password, role, isEnabled }: AccountChange): Promise<Account | AccountRefusal> {
    const hash = password === undefined ? undefined : await hashPassword(password, this.#cost);
    const { accounts } = this.#content;
    const before = accounts.find((account) => account.id === id);
    if (before === undefined) return 'missing';
    if (user !== undefined && accounts.some((account) => account.user === user && account.id !== id)) return 'taken';
    const after: StoredAccount = {
      id, user: user ?? before.user, role: role ?? before.role, isEnabled: isEnabled ?? before.isEnabled, password: hash ?? before.password,
    };
    const changed = accounts.map((account) => (account.id === id ? after : account));
    if (!hasAdministrator(changed)) return 'last-administrator';
    this.#keep({ ...this.#content, accounts: changed });
    this.#tell(id);
    return after;
  }

  remove(id: string): AccountRefusal | undefined {
    const left = this.#content.accounts.filter((account) => account.id !== id);
    if (left.length === this.#content.accounts.length) return 'missing';
    if (!hasAdministrator(left)) return 'last-administrator';
    this.#keep({ ...this.#content, accounts: left });
    this.#tell(id);
    return undefined;
  }

  /** Told of each account that was changed or removed, after it was. */
  onChange(listener: (id: string) => void): void {
    this.#listeners.push(listener);
  }

  #createRefusal(user: string): AccountRefusal | undefined {
    if (this.byUser(user) !== undefined) return 'taken';
    return this.#content.accounts.length >= ACCOUNT_LIMIT ? 'full' : undefined;
  }

  #stored(user: string): StoredAccount | undefined {
    return this.#content.accounts.find((account) => account.user === user);
  }

  #keep(content: AccountsContent): void {
    writeAccounts(this.#path, content);
    this.#content = content;
  }

  #tell(id: string): void {
    for (const listener of this.#listeners) listener(id);
  }
}

/** Someone has to be left who can make accounts. */
function hasAdministrator(accounts: readonly Account[]): boolean {
  return accounts.some(({ role, isEnabled }) => role === 'Administrator' && isEnabled);
}
