// JSON bodies: at most 64 KiB, no prototype tricks. An empty one is none: clients send `Content-Type` with every POST.
import type { FastifyInstance } from 'fastify';

export const JSON_LIMIT = 64 * 1024;

export function addJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: JSON_LIMIT }, (request, body, done) => {
    const text = String(body);
    if (text.trim() === '') done(null, undefined);
    else parse(request, text, done);
  });
}
