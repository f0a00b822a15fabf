// A real controller behind the real HTTPS server, in the test's process, with the test's clock; and clients of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import type { Management } from '../../../host/bmc/management.ts';
import { type Network, startNetwork, type StartNetworkOptions } from '../../../host/bmc/redfish/server.ts';
import { Machine } from '../machine.ts';

export const PASSWORD = 'correct horse battery';
/** Cheap: what a hash costs is not what is tested. */
export const HASH_COST = { cost: 16, blockSize: 8, parallelization: 1 };
export const SESSIONS = '/redfish/v1/SessionService/Sessions';
export const ACCOUNTS = '/redfish/v1/AccountService/Accounts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, when it is JSON. Tests look into it by name. */
  readonly body: Body;
}

/** What JSON may be, for looking into by name. */
export interface Body { readonly [name: string]: Body }

export interface Question {
  /** `user:password`, as HTTP Basic. */
  readonly as?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, in the place of `body`. */
  readonly raw?: string | Buffer;
  readonly agent?: https.Agent;
}

/** The word of the first message of an error: `ResourceNotFound`. */
export function errorOf({ body }: Answer): string {
  const [first] = (body['error']?.['@Message.ExtendedInfo'] ?? []) as unknown as { MessageId?: string }[];
  return first?.MessageId?.split('.').pop() ?? '';
}

export class NetworkRig {
  readonly machine = new Machine();
  readonly logged: ControllerEvent[] = [];
  readonly printed: ControllerEvent[] = [];
  readonly clock = { ms: 1000, date: new Date('2026-03-04T05:06:07Z') };
  readonly options: Partial<StartNetworkOptions>;
  network!: Network;
  /** A connection is made for each request, unless one is given. */
  readonly agent = new https.Agent({ rejectUnauthorized: false });
  /** One connection for many requests, for whom connections do not matter. */
  readonly lasting = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 1 });

  constructor(options: Partial<StartNetworkOptions> = {}) {
    this.options = options;
  }

  get management(): Management {
    return this.machine.controller.management;
  }

  get state(): string {
    return this.machine.state;
  }

  async start(): Promise<this> {
    const passwordFile = join(this.machine.directory, 'password');
    mkdirSync(this.machine.directory, { recursive: true });
    writeFileSync(passwordFile, `${PASSWORD}\n`);
    this.network = await startNetwork({
      listen: '127.0.0.1:0', stateDirectory: this.state, management: this.management, passwordFile,
      log: (event) => {
        this.logged.push(event);
        this.machine.controller.say(event);
      },
      print: (event) => this.printed.push(event), now: () => this.clock.date, nowMs: () => this.clock.ms, hashCost: HASH_COST, ...this.options,
    });
    return this;
  }

  /** An event of the controller. */
  say(text: string, event = 'host-reset'): void {
    this.machine.controller.say({ event, text });
  }

  ask(method: string, path: string, question: Question = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.open(method, path, question, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece)).once('error', reject).once('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          const isJson = /json/.test(response.headers['content-type'] ?? '');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: (isJson && text !== '' ? JSON.parse(text) : {}) as Body });
        });
      }).once('error', reject);
    });
  }

  get(path: string, question: Question = { as: `admin:${PASSWORD}` }): Promise<Answer> {
    return this.ask('GET', path, question);
  }

  /** Sends a request and answers it, for whoever reads the response by themselves. */
  open(method: string, path: string, { as, token, headers = {}, body, raw, agent = this.agent }: Question, onResponse: (response: IncomingMessage) => void) {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const request = https.request(`${this.network.url}${path}`, {
      method, agent,
      headers: {
        ...(as === undefined ? {} : { Authorization: `Basic ${Buffer.from(as).toString('base64')}` }),
        ...(token === undefined ? {} : { 'X-Auth-Token': token }),
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(sent)) }),
        ...headers,
      },
    }, onResponse);
    request.end(sent);
    return request;
  }

  logIn(user = 'admin', password = PASSWORD, headers: Readonly<Record<string, string>> = {}, agent = this.agent): Promise<Answer> {
    return this.ask('POST', SESSIONS, { body: { UserName: user, Password: password }, headers, agent });
  }

  async token(user = 'admin', password = PASSWORD): Promise<string> {
    return String((await this.logIn(user, password)).headers['x-auth-token']);
  }

  /** Makes an account whose password is PASSWORD; answers its path. */
  async account(user: string, role: string): Promise<string> {
    const made = await this.ask('POST', ACCOUNTS, { as: `admin:${PASSWORD}`, body: { UserName: user, Password: PASSWORD, RoleId: role } });
    if (made.status !== 201) throw new Error(made.text);
    return String(made.headers.location);
  }

  words(): string[] {
    return this.logged.map(({ event }) => event);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    this.lasting.destroy();
    await this.network.close();
    this.machine.controller.close();
    this.machine.remove();
  }
}

/** Waits until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never came to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
