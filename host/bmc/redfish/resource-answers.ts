// What all answers with a resource have in common, whoever wrote their handler: query options, the ETag and what it is
// for, and the headers of OData and of caution.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { etagOf, namesTag } from './etag.ts';
import { innerGet, innerResource } from './inner-request.ts';
import { linksIn, page, queryOptionsIn, type Resource, selected, withResources } from './query-options.ts';
import { refusal } from './redfish-error.ts';
import type { RouteTable } from './route-table.ts';

export function addResourceAnswers(app: FastifyInstance, routes: RouteTable): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
    if (!request.url.startsWith('/redfish')) return;
    void reply.header('OData-Version', '4.0');
    const version = request.headers['odata-version'];
    if (version !== undefined && version !== '4.0') throw refusal(412, 'HeaderInvalid', ['OData-Version']);
  });
  app.addHook('preHandler', async (request) => {
    const { method, headers } = request;
    if (request.is404 || !['PATCH', 'PUT', 'DELETE'].includes(method)) return;
    if (hasOptions(request)) throw refusal(400, 'QueryNotSupportedOnOperation');
    const match = headers['if-match'];
    if (match === undefined) return;
    const { etag } = await innerGet(app, request, request.url);
    if (etag !== undefined && !namesTag(match, etag)) throw refusal(412, 'PreconditionFailed');
  });
  app.addHook('preSerialization', async (request, reply, payload) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return payload;
    if (reply.statusCode !== 200 || !isResource(payload)) return payload;
    const body = await applied(app, request, payload);
    const { '@odata.etag': _, ...rest } = body;
    const text = JSON.stringify(rest);
    const tag = etagOf(text);
    void reply.headers({ ETag: tag, Allow: routes.methodsAt(request.routeOptions.url ?? '').join(', ') });
    if (reply.getHeader('content-type') === undefined) void reply.type('application/json; charset=utf-8');
    const match = request.headers['if-none-match'];
    if (match !== undefined && namesTag(match, tag)) void reply.code(304);
    reply.serializer(() => `{"@odata.etag":${JSON.stringify(tag)},${text.slice(1)}`);
    return body;
  });
  app.addHook('onSend', async (_request, reply, payload) => (reply.statusCode === 304 ? null : payload));
}

function hasOptions({ query }: FastifyRequest): boolean {
  return typeof query === 'object' && query !== null && Object.keys(query).some((name) => name.startsWith('$'));
}

function isResource(payload: unknown): payload is Resource {
  return typeof payload === 'object' && payload !== null && '@odata.id' in payload;
}

async function applied(app: FastifyInstance, request: FastifyRequest, resource: Resource): Promise<Resource> {
  const options = queryOptionsIn(request.query as Readonly<Record<string, unknown>>);
  const paged = page(resource, options);
  if (options === undefined) return paged;
  if (options.isOnly) return only(app, request, paged);
  const expanded = options.isExpanded ? await expand(app, request, paged) : paged;
  return options.select === undefined ? expanded : selected(expanded, options.select);
}

/** The one member of a collection in its place; a collection of none or many stays. */
async function only(app: FastifyInstance, request: FastifyRequest, resource: Resource): Promise<Resource> {
  const [member, another] = resource['Members'] as readonly Resource[];
  if (member === undefined || another !== undefined) return resource;
  const [path] = linksIn([member]);
  return Object.keys(member).length > 1 || path === undefined ? member : innerResource(app, request, path);
}

async function expand(app: FastifyInstance, request: FastifyRequest, resource: Resource): Promise<Resource> {
  const resources = new Map<string, Resource>();
  for (const path of new Set(linksIn(resource))) {
    const { status, body } = await innerGet(app, request, path);
    if (status === 200 && isResource(body)) resources.set(path, body);
  }
  return withResources(resource, resources) as Resource;
}
