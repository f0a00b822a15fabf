// Readers of a management controller's network side, as many as wanted: each has a stream of events and one of the status
// open and asks for the tasks now and then. They live in the process that asks for them; the controller has its own.
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { join } from 'node:path';

const EVENTS = '/redfish/v1/EventService/SSE';
const STATUS = '/events/status';
const TASKS = '/redfish/v1/TaskService/Tasks';
const SESSIONS = '/redfish/v1/SessionService/Sessions';
/** How often one reader asks for the tasks. */
const TASKS_MS = 5000;
/** Streams that are opened at a time: handshakes cost both sides. */
const AT_ONCE = 20;

/** What is in the event log on disk, by number. */
export function loggedEvents(stateDirectory: string): { readonly number: number; readonly event: string; readonly url?: string }[] {
  const lines = readFileSync(join(stateDirectory, 'events.log'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { number: number; event: string });
}

/** The memory of a process that is not on disk, in MiB. */
export function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** One user of the network side. */
export class NetworkUser {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 32 });

  private constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.url = url;
    this.#headers = headers;
  }

  /** Logs in at the controller of this state directory, which listens by now. */
  static async logIn(stateDirectory: string, password: string): Promise<NetworkUser> {
    const url = loggedEvents(stateDirectory).findLast(({ event }) => event === 'listening')?.url ?? '';
    const answer = await new NetworkUser(url, {}).ask('POST', SESSIONS, { UserName: 'admin', Password: password });
    return new NetworkUser(url, { 'X-Auth-Token': String(answer.headers['x-auth-token']) });
  }

  /** Reads the answer to its end. */
  async ask(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const response = await this.open(path, {}, this.#agent, method, body);
    return new Promise((resolve, reject) => response.resume().once('error', reject).once('end', () => resolve(response)));
  }

  /** An answer of which nothing was read yet. Without an agent on a connection of its own. */
  open(path: string, headers: Readonly<Record<string, string>> = {}, agent: https.Agent | false = false, method = 'GET', body?: object): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) };
    return new Promise((resolve, reject) => {
      https.request(`${this.url}${path}`, { method, agent, rejectUnauthorized: false, headers: { ...this.#headers, ...sent, ...headers } }, (response) => {
        if ((response.statusCode ?? 500) < 300) return resolve(response);
        response.resume();
        reject(new Error(`${method} ${path}: ${response.statusCode}`));
      }).once('error', reject).end(text);
    });
  }

  end(): void {
    this.#agent.destroy();
  }
}

/** Someone who looks on. */
export class Reader {
  /** Of the events, in the order in which they came. */
  readonly numbers: number[] = [];
  /** How often the state came. */
  states = 0;
  /** Whether the controller has said that it could not keep up. */
  wasToldOfLoss = false;
  readonly #events: IncomingMessage;
  readonly #status: IncomingMessage;
  #rest = '';

  constructor(events: IncomingMessage, status: IncomingMessage) {
    this.#events = events.setEncoding('utf8').on('data', (piece: string) => this.#read(piece)).on('error', () => undefined);
    this.#status = status.on('data', (piece: Buffer) => {
      if (piece.includes('data: ')) this.states++;
    }).on('error', () => undefined);
  }

  stopReading(): void {
    for (const stream of [this.#events, this.#status]) stream.pause();
  }

  readOn(): void {
    for (const stream of [this.#events, this.#status]) stream.resume();
  }

  close(): void {
    for (const stream of [this.#events, this.#status]) stream.destroy();
  }

  #read(piece: string): void {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      if (id !== undefined) this.numbers.push(Number(id));
      else if (block.includes('data: ')) this.wasToldOfLoss = true;
    }
  }
}

export interface Readers {
  readonly readers: readonly Reader[];
  /** Answers to questions for the tasks. */
  readonly answers: number;
  close(): void;
}

/** So many readers of all events after this number. */
export async function openReaders(user: NetworkUser, count: number, after: number): Promise<Readers> {
  const readers: Reader[] = [];
  const open = async (): Promise<void> => {
    const [events, status] = await Promise.all([user.open(EVENTS, { 'Last-Event-ID': String(after) }), user.open(STATUS)]);
    readers.push(new Reader(events, status));
  };
  while (readers.length < count) await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - readers.length) }, open));
  const all = { readers, answers: 0, close: () => undefined as void };
  const timer = setInterval(() => void user.ask('GET', TASKS).then(() => all.answers++, () => undefined), TASKS_MS / count);
  all.close = () => {
    clearInterval(timer);
    for (const reader of readers) reader.close();
  };
  return all;
}
