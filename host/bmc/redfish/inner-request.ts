// A GET within a GET, for the same caller: what `$expand`, `only` and `If-Match` need. It goes through every check that a
// request from outside goes through.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RedfishError, refusal } from './redfish-error.ts';

export interface InnerAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: unknown;
}

const CREDENTIALS = ['authorization', 'x-auth-token', 'cookie'] as const;

export async function innerGet(app: FastifyInstance, request: FastifyRequest, path: string): Promise<InnerAnswer> {
  const headers: Record<string, string> = {};
  for (const name of CREDENTIALS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const { statusCode, headers: answered, body } = await app.inject({ method: 'GET', url: path, headers, remoteAddress: request.ip });
  const { etag, 'content-type': type } = answered;
  const isJson = body !== '' && String(type).startsWith('application/json');
  return { status: statusCode, etag: typeof etag === 'string' ? etag : undefined, body: isJson ? JSON.parse(body) as unknown : undefined };
}

/** The resource at a path, as an object. */
export async function innerResource(app: FastifyInstance, request: FastifyRequest, path: string): Promise<Record<string, unknown>> {
  const { status, body } = await innerGet(app, request, path);
  if (status === 200 && typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  throw status === 429 ? refusal(429, 'ServiceTemporarilyUnavailable', [1], { headers: { 'Retry-After': '1' } }) : new RedfishError(500, refusal(500, 'InternalError').messages);
}
