// One client of a stream of server-sent events (WHATWG HTML, 9.2). Its queue is the connection's own and never longer
// than a few dozen KiB: who writes asks `isFull` first. A client that takes nothing for half a minute is let go.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { callerOf, type Caller } from './context.ts';
import { plainAddress } from './login-guard.ts';

const STALL_MS = 30_000;

export interface SentEventsOptions {
  readonly nowMs: () => number;
  /** The client takes more again. */
  readonly drained: () => void;
  /** It has gone, or was let go. */
  readonly ended: () => void;
}

export class SentEvents {
  readonly caller: Caller;
  readonly address: string;
  readonly #response: ServerResponse;
  readonly #nowMs: () => number;
  #fullSinceMs: number | undefined;
  #writtenMs: number;

  constructor(request: FastifyRequest, reply: FastifyReply, { nowMs, drained, ended }: SentEventsOptions) {
    this.caller = callerOf(request);
    this.address = plainAddress(request.ip);
    this.#response = reply.raw;
    this.#nowMs = nowMs;
    this.#writtenMs = nowMs();
    const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    reply.hijack();
    this.#response.writeHead(200, headers as Record<string, string>);
    this.#response.on('drain', () => {
      this.#fullSinceMs = undefined;
      drained();
    });
    this.#response.once('close', ended);
    this.#response.on('error', () => this.drop());
    this.write('retry: 1000\n\n');
  }

  /** Nothing more is to be written until `drained`. */
  get isFull(): boolean {
    return this.#response.writableNeedDrain || this.#response.destroyed;
  }

  /** Bytes that wait for the client. */
  get waiting(): number {
    return this.#response.writableLength;
  }

  write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    this.#writtenMs = this.#nowMs();
    if (!this.#response.write(text)) this.#fullSinceMs ??= this.#nowMs();
  }

  /** How long nothing was written. */
  get quietMs(): number {
    return this.#nowMs() - this.#writtenMs;
  }

  get isStalled(): boolean {
    return this.#fullSinceMs !== undefined && this.#nowMs() - this.#fullSinceMs > STALL_MS;
  }

  /** The client is told that it is over. */
  end(): void {
    this.#response.end();
    if (this.isFull) this.drop();
  }

  drop(): void {
    this.#response.destroy();
  }
}

/** One event as it is sent; the text is one line. */
export function sentText(text: string, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${text}\n\n`;
}
