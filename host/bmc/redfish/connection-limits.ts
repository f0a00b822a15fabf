// What one client may take of the server's connections and time.
import rateLimit from '@fastify/rate-limit';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { networkOf } from './login-guard.ts';
import { refusal } from './redfish-error.ts';

const CONNECTIONS = 1024;
const CONNECTIONS_OF_ONE = 512;
/** All of a JSON body has to be there after so long. */
const BODY_MS = 15_000;
/** Headers, and the whole of a request with an image of 64 MiB over a slow line. */
export const TIMEOUTS = { headersMs: 10_000, requestMs: 900_000, keepAliveMs: 30_000, handshakeMs: 10_000, checkMs: 1000 };
/** Requests of one address in ten seconds: two hundred that read twice a second come through. */
const REQUESTS = { max: 4000, windowMs: 10_000 };

export interface Limits {
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly connections: number;
  readonly connectionsOfOne: number;
  readonly requests: number;
  readonly requestWindowMs: number;
  /** How long requests that are under way may take when the server closes. */
  readonly farewellMs: number;
}

export const LIMITS: Limits = {
  headersMs: TIMEOUTS.headersMs, bodyMs: BODY_MS, connections: CONNECTIONS, connectionsOfOne: CONNECTIONS_OF_ONE, requests: REQUESTS.max,
  requestWindowMs: REQUESTS.windowMs, farewellMs: 2000,
};

/** No address has all connections. Answers what ends every one of them, also those that are no more than connected. */
export function limitConnections(server: Server, { connections, connectionsOfOne }: Limits): () => void {
  server.maxConnections = connections;
  const open = new Map<string, number>();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > connectionsOfOne) socket.destroy();
  });
  return () => sockets.forEach((socket) => socket.destroy());
}

/** A body that dribbles in ends with its connection. Uploads have the server's own, longer time. */
export function limitBodies(app: FastifyInstance, { bodyMs }: Limits): void {
  app.addHook('preParsing', async (request, reply) => {
    // Only who may send a body is asked for it.
    if (request.headers.expect?.toLowerCase() === '100-continue' && !reply.raw.headersSent) reply.raw.writeContinue();
    if (request.raw.complete || request.routeOptions.config.isUpload === true) return;
    const timer = setTimeout(() => {
      if (!request.raw.complete) request.raw.destroy(new Error('the body took too long'));
    }, bodyMs);
    timer.unref();
    request.raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

/** Requests of one address, whoever sends them: counted before anything is looked at. */
export async function limitRequests(app: FastifyInstance, { requests, requestWindowMs }: Limits): Promise<void> {
  await app.register(rateLimit, { global: false, cache: 4096 });
  const count = app.createRateLimit({ max: requests, timeWindow: requestWindowMs, keyGenerator: (request) => networkOf(request.ip) });
  app.addHook('onRequest', async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    const seconds = Math.max(1, counted.ttlInSeconds);
    throw refusal(429, 'ServiceTemporarilyUnavailable', [seconds], { headers: { 'Retry-After': String(seconds) } });
  });
}
