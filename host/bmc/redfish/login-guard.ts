// How often one may try to log in. An address that fails often has to wait; an account that is tried often is locked.
// Attempts that are not decided yet count as failed, so that many at once win nothing. Knows no passwords.
import { isIPv6 } from 'node:net';
import type { LoginSettings } from './accounts-file.ts';

/** Failed attempts of one address in a minute. */
export const ATTEMPTS = 20;
const WINDOW_MS = 60_000;
/** Addresses that are remembered; more than that many attackers push the oldest out. */
const ADDRESS_LIMIT = 4096;

export interface Attempt {
  succeeded(): void;
  failed(): void;
}

interface Failures {
  sinceMs: number;
  count: number;
}

export class LoginGuard {
  readonly #nowMs: () => number;
  readonly #settings: () => LoginSettings;
  readonly #addresses = new Map<string, Failures>();
  readonly #accounts = new Map<string, Failures>();

  constructor(nowMs: () => number, settings: () => LoginSettings) {
    this.#nowMs = nowMs;
    this.#settings = settings;
  }

  /** Begins an attempt from an address; or answers for how many seconds none is taken. */
  begin(address: string): Attempt | number {
    const key = networkOf(address);
    const failures = this.#failuresOf(key);
    if (failures.count >= ATTEMPTS) return Math.max(1, Math.ceil((failures.sinceMs + WINDOW_MS - this.#nowMs()) / 1000));
    failures.count++;
    let isOpen = true;
    const end = (change: number): void => {
      if (isOpen) failures.count += change;
      isOpen = false;
    };
    return { succeeded: () => end(-1), failed: () => end(0) };
  }

  /** Counts a failed login of an account that exists. True when it is locked by this one. */
  countFailure(accountId: string): boolean {
    const { lockoutThreshold } = this.#settings();
    if (lockoutThreshold === 0) return false;
    const now = this.#nowMs();
    const failures = this.#accountFailures(accountId) ?? { sinceMs: now, count: 0 };
    failures.count++;
    if (failures.count === lockoutThreshold) failures.sinceMs = now;
    this.#accounts.set(accountId, failures);
    return failures.count === lockoutThreshold;
  }

  isLocked(accountId: string): boolean {
    const { lockoutThreshold } = this.#settings();
    const count = this.#accountFailures(accountId)?.count ?? 0;
    return lockoutThreshold > 0 && count >= lockoutThreshold;
  }

  /** After a login that went well, or when an administrator says so. */
  unlock(accountId: string): void {
    this.#accounts.delete(accountId);
  }

  #accountFailures(accountId: string): Failures | undefined {
    const failures = this.#accounts.get(accountId);
    const { lockoutSeconds } = this.#settings();
    if (failures === undefined || lockoutSeconds === 0 || this.#nowMs() - failures.sinceMs < lockoutSeconds * 1000) return failures;
    this.#accounts.delete(accountId);
    return undefined;
  }

  #failuresOf(key: string): Failures {
    const now = this.#nowMs();
    const known = this.#addresses.get(key);
    if (known !== undefined && now - known.sinceMs < WINDOW_MS) return known;
    const fresh = { sinceMs: now, count: 0 };
    this.#addresses.delete(key);
    const oldest = this.#addresses.keys().next();
    if (this.#addresses.size >= ADDRESS_LIMIT && oldest.done !== true) this.#addresses.delete(oldest.value);
    this.#addresses.set(key, fresh);
    return fresh;
  }
}

/** An address as people know it: one of IPv4 is one of IPv4 on a socket of IPv6, too. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** One host has a whole /64 of IPv6 to itself. */
export function networkOf(mapped: string): string {
  const address = plainAddress(mapped);
  if (!isIPv6(address) || address === '::1') return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const filled = tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return `${filled.slice(0, 4).join(':')}::/64`;
}
