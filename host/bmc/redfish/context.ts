// What every part of the network side is given, and how a part is registered. A part is a function that adds routes;
// each route says who may use it with `config: { access }`, and one that does not keeps the server from starting.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ControllerEvent } from '../event-log.ts';
import type { Management } from '../management.ts';
import type { RecoveryDesk } from '../recovery-desk.ts';
import type { Accounts } from './accounts.ts';
import type { LoginGuard } from './login-guard.ts';
import type { Access, Role } from './privilege.ts';
import type { Sessions } from './sessions.ts';

/** Who sent a request, once it is known. */
export interface Caller {
  readonly user: string;
  readonly role: Role;
  /** The session's id. Undefined with HTTP Basic. */
  readonly session: string | undefined;
  /** Whether the session or the account is still good: for a stream that outlives its request. */
  isStillGood(): boolean;
}

export interface RedfishContext {
  readonly management: Management;
  /** Undefined when no component is watched. */
  readonly recovery: RecoveryDesk | undefined;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  /** Knows which accounts are locked. */
  readonly guard: LoginGuard;
  /** The wall clock. */
  readonly now: () => Date;
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
  /** Something for the event log and the console: who did what. Never a secret. */
  readonly log: (event: ControllerEvent) => void;
  /** For uploads and the like; there, and for the controller's eyes only. Emptied at each start. */
  readonly temporaryDirectory: string;
  /** Called when the server closes: for streams and timers, in no order. */
  onClose(work: () => void): void;
}

/** Adds routes. Plain objects that a handler answers get their ETag, OData headers and query options from the server. */
export type RedfishPlugin = (app: FastifyInstance, context: RedfishContext) => void | Promise<void>;

/** The caller of a route that is not open; an internal fault when there is none. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error(`${request.method} ${request.url} has no caller`);
  return request.caller;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. */
    access?: Access;
    /** The body is not JSON and may take long to come: an upload. */
    isUpload?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}
