// One GET of HTTP or HTTPS for recovery: certificates are checked, redirects are few and never leave https, and the signal
// ends it at any time.
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { rootCertificates } from 'node:tls';

export interface WebRules {
  /** Certificates besides the system's, in PEM. */
  readonly authorities: string | undefined;
  /** The first byte that is wanted. */
  readonly from: number;
  readonly signal: AbortSignal;
}

const REDIRECTS = 3;
const SILENCE_MS = 15_000;

/** Without its query, which may hold a secret. */
export const shownAddress = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** Answers when the first bytes come, with status 200 or 206. */
export async function getFile(address: string, rules: WebRules): Promise<IncomingMessage> {
  let url = new URL(address);
  for (let count = 0; count <= REDIRECTS; count++) {
    const response = await get(url, rules);
    const { statusCode = 0, headers: { location } } = response;
    if (statusCode === 200 || statusCode === 206) return response;
    response.destroy();
    if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) throw new Error(`${shownAddress(url)}: expected the file, got HTTP status ${statusCode}`);
    url = redirected(url, location);
  }
  throw new Error(`${address}: expected at most ${REDIRECTS} redirects, got more`);
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined || !['http:', 'https:'].includes(to.protocol)) throw new Error(`${shownAddress(from)}: expected a redirect to http or https, got another one`);
  if (from.protocol === 'https:' && to.protocol !== 'https:') throw new Error(`${shownAddress(from)}: expected https to go on with https, got a redirect to http`);
  return to;
}

function get(url: URL, { authorities, from, signal }: WebRules): Promise<IncomingMessage> {
  const headers = { 'Accept-Encoding': 'identity', 'User-Agent': 'ferry', ...(from > 0 ? { Range: `bytes=${from}-` } : {}) };
  const options = { agent: false, signal, headers };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:'
      ? https.get(url, { ...options, rejectUnauthorized: true, ...(authorities === undefined ? {} : { ca: [...rootCertificates, authorities] }) }, resolve)
      : http.get(url, options, resolve);
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`expected bytes within ${SILENCE_MS / 1000} s, got none`)));
    request.once('error', (error) => reject(new Error(`${shownAddress(url)}: ${error.message}`, { cause: error })));
  });
}
