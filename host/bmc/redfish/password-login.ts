// From a user's name and password to an account: the guard first, then what was verified lately, then scrypt. A
// password that is wrong, an account that is locked, disabled or unknown: all are one answer, after the same time.
import { createHmac, randomBytes } from 'node:crypto';
import type { ControllerEvent } from '../event-log.ts';
import type { Account, Accounts } from './accounts.ts';
import { LoginFailures } from './login-failures.ts';
import type { LoginGuard } from './login-guard.ts';
import { LONGEST_PASSWORD } from './password-rules.ts';

export type LoginOutcome =
  | { readonly account: Account }
  | { readonly refused: 'wrong' }
  /** Too many attempts, or too many at once. */
  | { readonly refused: 'later'; readonly seconds: number };

export interface PasswordLoginOptions {
  readonly accounts: Accounts;
  readonly guard: LoginGuard;
  readonly nowMs: () => number;
  readonly log: (event: ControllerEvent) => void;
}

interface Verified {
  readonly account: Account;
  readonly untilMs: number;
}

/** scrypt runs on the threads that the controller's files need as well. */
const AT_ONCE = 2;
const WAITING = 32;
const VERIFIED_MS = 300_000;
const VERIFIED_LIMIT = 256;
const WRONG = { refused: 'wrong' } as const;

export class PasswordLogin {
  readonly #options: PasswordLoginOptions;
  /** Names what was verified without keeping it: a digest under a key that dies with the process. */
  readonly #key = randomBytes(32);
  readonly #verified = new Map<string, Verified>();
  /** Connections on which a password was right: they go on while the account is locked, as a session does. */
  readonly #connections = new WeakMap<object, { readonly name: string; readonly account: Account }>();
  readonly #failures: LoginFailures;
  /** Many requests of one client that come at once are one attempt. */
  readonly #underWay = new Map<string, Promise<LoginOutcome>>();
  #running = 0;
  readonly #queue: (() => void)[] = [];

  constructor(options: PasswordLoginOptions) {
    this.#options = options;
    this.#failures = new LoginFailures(options);
  }

  /** `connection` is any object that lives as long as the client's connection. */
  async login(user: string, password: string, address: string, connection: object): Promise<LoginOutcome> {
    const name = createHmac('sha256', this.#key).update(`${user.length}:${user}${password}`).digest('base64');
    const known = this.#connections.get(connection);
    if (known?.name === name && this.#isCurrent(known.account)) return { account: known.account };
    const key = `${address} ${name}`;
    const outcome = this.#underWay.get(key) ?? this.#attempt(user, password, address, name).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, outcome);
    const ended = await outcome;
    if ('account' in ended) this.#connections.set(connection, { name, account: ended.account });
    return ended;
  }

  async #attempt(user: string, password: string, address: string, name: string): Promise<LoginOutcome> {
    const { guard } = this.#options;
    const attempt = guard.begin(address);
    if (typeof attempt === 'number') return { refused: 'later', seconds: attempt };
    if (this.#queue.length >= WAITING) {
      attempt.succeeded();
      return { refused: 'later', seconds: 1 };
    }
    const account = await this.#check(user, password, name);
    if (account === undefined) {
      attempt.failed();
      this.#tellFailure(user, address);
      return WRONG;
    }
    attempt.succeeded();
    return { account };
  }

  async #check(user: string, password: string, name: string): Promise<Account | undefined> {
    const lately = this.#isLocked(user) ? undefined : this.#lately(name);
    const account = lately ?? await this.#verify(user, password, name);
    if (account === undefined || !this.#isCurrent(account) || this.#isLocked(user)) return undefined;
    // Someone who asks every second does not take the count of a guesser back each time.
    if (lately === undefined) this.#options.guard.unlock(account.id);
    return account;
  }

  #lately(name: string): Account | undefined {
    const verified = this.#verified.get(name);
    return verified !== undefined && verified.untilMs > this.#options.nowMs() ? verified.account : undefined;
  }

  async #verify(user: string, password: string, name: string): Promise<Account | undefined> {
    if (Buffer.byteLength(password) > LONGEST_PASSWORD) return undefined;
    await this.#turn();
    try {
      const account = await this.#options.accounts.verify(user, password);
      if (account !== undefined) this.#remember(name, account);
      return account;
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running++;
  }

  #remember(name: string, account: Account): void {
    const oldest = this.#verified.keys().next();
    if (this.#verified.size >= VERIFIED_LIMIT && oldest.done !== true) this.#verified.delete(oldest.value);
    this.#verified.delete(name);
    this.#verified.set(name, { account, untilMs: this.#options.nowMs() + VERIFIED_MS });
  }

  /** An account that was changed is another object. */
  #isCurrent(account: Account): boolean {
    return account.isEnabled && this.#options.accounts.byId(account.id) === account;
  }

  #isLocked(user: string): boolean {
    const account = this.#options.accounts.byUser(user);
    return account !== undefined && this.#options.guard.isLocked(account.id);
  }

  #tellFailure(user: string, address: string): void {
    const { accounts, guard, log } = this.#options;
    const account = accounts.byUser(user);
    this.#failures.add(account?.user, address);
    if (account === undefined || !guard.countFailure(account.id)) return;
    const { lockoutSeconds } = accounts.settings;
    log({
      event: 'account-locked', text: `the account ${account.user} is locked ${lockoutSeconds === 0 ? 'until an administrator unlocks it' : `for ${lockoutSeconds} s`} after failed logins`,
      fields: { user: account.user },
    });
  }
}
