// Failed logins in the event log: told one by one as long as they are few, then by their number, so that nobody can push
// everything else out of the log. Knows no passwords.
import type { ControllerEvent } from '../event-log.ts';

/** Told one by one in a minute. */
const TOLD = 10;
const WINDOW_MS = 60_000;

export interface LoginFailuresOptions {
  readonly nowMs: () => number;
  readonly log: (event: ControllerEvent) => void;
}

export class LoginFailures {
  readonly #options: LoginFailuresOptions;
  #sinceMs = -Infinity;
  #count = 0;

  constructor(options: LoginFailuresOptions) {
    this.#options = options;
  }

  /** The name of an unknown user is not logged: it may be a password that was typed into the wrong field. */
  add(user: string | undefined, address: string): void {
    const { nowMs, log } = this.#options;
    if (nowMs() - this.#sinceMs >= WINDOW_MS) {
      this.#tellRest();
      this.#sinceMs = nowMs();
    }
    this.#count++;
    if (this.#count > TOLD) return;
    log({ event: 'login-failed', text: `a login as ${user ?? 'an unknown user'} from ${address} failed`, fields: { user: user ?? '', address } });
  }

  #tellRest(): void {
    const rest = this.#count - TOLD;
    this.#count = 0;
    if (rest > 0) this.#options.log({ event: 'login-failed', text: `${rest} more logins failed in the minute after those above`, fields: { logins: rest } });
  }
}
