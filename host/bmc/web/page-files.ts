// The three files that the page is: read once, sent with headers that let a browser run nothing else.
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readArtifact } from '../../artifacts.ts';

const FILES = [
  { path: '/', artifact: 'status-page.html', type: 'text/html; charset=utf-8' },
  { path: '/web/page.css', artifact: 'status-page.css', type: 'text/css; charset=utf-8' },
  { path: '/web/page.js', artifact: 'status-page.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** Scripts, styles and data from this server only; no inline script or style, no frame, no form that sends itself. */
const SECURITY_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

/** They tell nothing of the board, so that they can be read before a login. */
export function addPageFiles(app: FastifyInstance): void {
  for (const { path, artifact, type } of FILES) {
    const bytes = Buffer.from(readArtifact(artifact));
    const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    app.get(path, { config: { access: 'open' } }, (request, reply) => {
      const headers = { ...SECURITY_HEADERS, 'ETag': tag, 'Cache-Control': 'no-cache' };
      if (request.headers['if-none-match'] === tag) return reply.code(304).headers(headers).send();
      return reply.headers({ ...headers, 'Content-Type': type }).send(bytes);
    });
  }
  // Browsers ask for it by themselves.
  app.get('/favicon.ico', { config: { access: 'open' } }, (_request, reply: FastifyReply) => reply.code(204).send());
}
