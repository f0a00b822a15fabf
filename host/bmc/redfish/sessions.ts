// Who is logged in. A session lives in memory only: a restart of the controller ends all. The token is known to its
// owner alone; here lies its digest.
import { createHash, randomBytes } from 'node:crypto';
import type { Accounts } from './accounts.ts';

export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly user: string;
  readonly address: string;
  readonly createdAt: Date;
  readonly isOfPage: boolean;
}

interface LiveSession extends Session {
  readonly digest: string;
  lastUseMs: number;
  /** Streams that are open: a session does not end under someone who watches. */
  streams: number;
}

export interface SessionsOptions {
  readonly accounts: Accounts;
  readonly nowMs: () => number;
  readonly now: () => Date;
}

const SESSION_LIMIT = 256;
/** A script that never logs out ends its own oldest session with it, and locks nobody out. */
export const SESSIONS_OF_ONE = 128;

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #byDigest = new Map<string, LiveSession>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    options.accounts.onChange((id) => this.#endThoseOf(id));
  }

  /** A new session and its token; undefined when there are too many. */
  create(account: { readonly id: string; readonly user: string }, address: string, isOfPage: boolean): { session: Session; token: string } | undefined {
    this.#expire();
    this.#makeRoomFor(account.id);
    if (this.#byDigest.size >= SESSION_LIMIT) return undefined;
    const token = randomBytes(32).toString('base64url');
    const { now, nowMs } = this.#options;
    const session: LiveSession = {
      id: randomBytes(8).toString('hex'), accountId: account.id, user: account.user, address, createdAt: now(), isOfPage,
      digest: digestOf(token), lastUseMs: nowMs(), streams: 0,
    };
    this.#byDigest.set(session.digest, session);
    return { session, token };
  }

  /** The session of a token; its time begins anew. */
  use(token: string): Session | undefined {
    this.#expire();
    const session = this.#byDigest.get(digestOf(token));
    if (session !== undefined) session.lastUseMs = this.#options.nowMs();
    return session;
  }

  list(): readonly Session[] {
    this.#expire();
    return [...this.#byDigest.values()];
  }

  byId(id: string): Session | undefined {
    return this.list().find((session) => session.id === id);
  }

  /** Whether it is still there; its time does not begin anew. */
  isLive(id: string): boolean {
    return this.byId(id) !== undefined;
  }

  remove(id: string): boolean {
    const session = this.#live(id);
    return session !== undefined && this.#byDigest.delete(session.digest);
  }

  /** Keeps a session while a stream is open. Answers how to let go of it. */
  hold(id: string | undefined): () => void {
    const session = id === undefined ? undefined : this.#live(id);
    if (session === undefined) return () => undefined;
    session.streams++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      session.streams--;
      session.lastUseMs = this.#options.nowMs();
    };
  }

  #live(id: string): LiveSession | undefined {
    return [...this.#byDigest.values()].find((session) => session.id === id);
  }

  #makeRoomFor(accountId: string): void {
    const own = [...this.#byDigest.values()].filter((session) => session.accountId === accountId);
    if (own.length < SESSIONS_OF_ONE) return;
    const [oldest] = own.sort((a, b) => Number(a.streams > 0) - Number(b.streams > 0) || a.lastUseMs - b.lastUseMs);
    if (oldest !== undefined) this.#byDigest.delete(oldest.digest);
  }

  #endThoseOf(accountId: string): void {
    for (const session of [...this.#byDigest.values()]) {
      if (session.accountId === accountId) this.#byDigest.delete(session.digest);
    }
  }

  #expire(): void {
    const now = this.#options.nowMs();
    const timeoutMs = this.#options.accounts.settings.sessionTimeoutSeconds * 1000;
    for (const session of [...this.#byDigest.values()]) {
      if (session.streams === 0 && now - session.lastUseMs > timeoutMs) this.#byDigest.delete(session.digest);
    }
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
