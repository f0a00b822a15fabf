// The network side of the controller: HTTPS with Redfish and the status page. Nothing listens unless it is asked to.
import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:https';
import { join } from 'node:path';
import { FerryError } from '../../error.ts';
import type { ControllerEvent } from '../event-log.ts';
import type { Management } from '../management.ts';
import type { RecoveryDesk } from '../recovery-desk.ts';
import { openCertificate } from './certificate.ts';
import { type Limits, LIMITS } from './connection-limits.ts';
import type { RedfishPlugin } from './context.ts';
import { FIRST_USER, openAccounts } from './first-administrator.ts';
import { makeApplication } from './application.ts';
import { type ListenAddress, parseListenAddress, urlOf } from './listen-address.ts';
import type { HashCost } from './password-hash.ts';
import type { ListedRoute } from './route-table.ts';

export interface StartNetworkOptions {
  /** HOST:PORT. */
  readonly listen: string;
  readonly stateDirectory: string;
  readonly management: Management;
  /** There when components are watched. */
  readonly recovery?: RecoveryDesk | undefined;
  /** For the event log and the console. */
  readonly log: (event: ControllerEvent) => void;
  /** For the console alone: the first password is told there, once, and nowhere else. */
  readonly print: (event: ControllerEvent) => void;
  /** Holds the password of the first account; a random one is made without it. */
  readonly passwordFile?: string | undefined;
  /** Tests have their own clock, limits and parts. */
  readonly now?: () => Date;
  readonly nowMs?: () => number;
  readonly limits?: Partial<Limits>;
  readonly hashCost?: HashCost;
  readonly plugins?: readonly RedfishPlugin[];
}

export interface Network {
  /** `https://127.0.0.1:8443`. */
  readonly url: string;
  readonly address: ListenAddress;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly routes: readonly ListedRoute[];
  readonly server: Server;
  /** Answers what is under way, as long as it does not take long, and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts to listen. `usage`, `state-failed` or `network-failed` when it can not; nothing listens then. The event
 * `listening` has the address and the certificate's fingerprint.
 */
export async function startNetwork(options: StartNetworkOptions): Promise<Network> {
  const { stateDirectory, log, print, now = () => new Date() } = options;
  const limits = { ...LIMITS, ...options.limits };
  const listen = parseListenAddress(options.listen);
  const { accounts, madePassword } = await openAccounts(stateDirectory, { passwordFile: options.passwordFile, cost: options.hashCost });
  if (madePassword !== undefined) {
    print({ event: 'first-password', text: `the password of ${FIRST_USER} is ${madePassword}; it is shown this once`, fields: { user: FIRST_USER, password: madePassword } });
  }
  const certificate = await openCertificate(stateDirectory, now(), log);
  const { app, routes, end, cut } = await makeApplication({
    ...options, now, accounts, pem: certificate.pem, temporaryDirectory: emptyDirectory(join(stateDirectory, 'network', 'uploads')), limits,
  });
  const close = async (): Promise<void> => {
    end();
    const timer = setTimeout(cut, limits.farewellMs);
    await app.close();
    clearTimeout(timer);
  };
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (cause) {
    await close();
    throw listenFailed(listen, cause as NodeJS.ErrnoException);
  }
  const bound = app.server.address();
  const address = typeof bound === 'object' && bound !== null ? { host: listen.host, port: bound.port } : listen;
  const url = urlOf(address);
  log({
    event: 'listening', text: `listening on ${url}; the certificate's SHA-256 is ${certificate.fingerprint}`,
    fields: { url, host: address.host, port: address.port, sha256: certificate.fingerprint },
  });
  return { url, address, fingerprint: certificate.fingerprint, routes: routes.list(), server: app.server as unknown as Server, close };
}

function emptyDirectory(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function listenFailed({ host, port }: ListenAddress, cause: NodeJS.ErrnoException): FerryError {
  const reason = cause.code === 'EADDRINUSE' ? 'something else listens there' : cause.message;
  return new FerryError('network-failed', `--listen ${host}:${port}: ${reason}; nothing was started`, {
    hint: 'give another port, or an address of this machine', cause,
  });
}
