// One file from a web server, for all that fetch one: HTTP or HTTPS with certificates checked, redirects that are few and
// never leave https, no credentials, and the signal ends it at any time. Which addresses may be asked is the caller's rule.
import { lookup, type LookupAddress } from 'node:dns';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

export interface WebRules {
  readonly signal: AbortSignal;
  /** Certificates besides the system's, in PEM. */
  readonly authorities?: string | undefined;
  /** The first byte that is wanted. */
  readonly from?: number;
  /** Whether this IP address may be asked; any when not given. */
  readonly mayAsk?: (address: string) => boolean;
}

/** Why nothing was fetched; a sentence for people. */
export class FetchFailed extends Error {
  /** The server's status, when it was the server. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FetchFailed';
    this.status = status;
  }
}

const REDIRECTS = 3;
const SILENCE_MS = 15_000;
const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

/** Without its query, which may hold a secret. */
export const shownUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** What keeps an address from being asked; undefined for one of http or https. */
export function webAddressProblem(url: URL): string | undefined {
  if (url.hostname === '') return 'expected http://HOST/PATH or https://HOST/PATH';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `expected http or https, got ${url.protocol.slice(0, -1).slice(0, 20)}`;
  if (url.username !== '' || url.password !== '') return 'expected no user name and no password in it: none is forwarded';
  return undefined;
}

/** Answers when the first bytes come, with status 200, or 206 when a byte to begin at was given. Throws `FetchFailed`. */
export async function fetchFile(url: URL, rules: WebRules): Promise<IncomingMessage> {
  let at = url;
  for (let count = 0; count <= REDIRECTS; count++) {
    const response = await get(at, rules);
    const { statusCode = 0, headers: { location } } = response;
    if (statusCode === 200 || (statusCode === 206 && rules.from !== undefined)) return response;
    response.destroy();
    if (!REDIRECT_STATUSES.includes(statusCode) || location === undefined) throw new FetchFailed(`${shownUrl(at)}: expected the file, got HTTP status ${statusCode}`, statusCode);
    at = redirected(at, location);
  }
  throw new FetchFailed(`${shownUrl(url)}: expected at most ${REDIRECTS} redirects, got more`);
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const problem = to === undefined ? 'expected http://HOST/PATH or https://HOST/PATH' : webAddressProblem(to);
  if (to === undefined || problem !== undefined) throw new FetchFailed(`${shownUrl(from)}: a redirect to another address: ${problem}`);
  if (from.protocol === 'https:' && to.protocol === 'http:') throw new FetchFailed(`${shownUrl(from)}: expected https to go on with https, got a redirect to http`);
  to.hash = '';
  return to;
}

function get(url: URL, { authorities, from = 0, signal, mayAsk }: WebRules): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (mayAsk !== undefined && isIP(host) !== 0 && !mayAsk(host)) return Promise.reject(forbidden(url));
  const headers = { 'Accept-Encoding': 'identity', 'User-Agent': 'ferry', ...(from > 0 ? { Range: `bytes=${from}-` } : {}) };
  const options: RequestOptions = { agent: false, signal, headers, ...(mayAsk === undefined ? {} : { lookup: guardedLookup(url, mayAsk) }) };
  const trust = authorities === undefined ? {} : { ca: [...rootCertificates, authorities] };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? https.get(url.href, { ...options, rejectUnauthorized: true, ...trust }, resolve) : http.get(url.href, options, resolve);
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`expected an answer within ${SILENCE_MS / 1000} s, got none`)));
    request.once('error', (error) => reject(error instanceof FetchFailed ? error : new FetchFailed(`${shownUrl(url)}: ${error.message}`, undefined, { cause: error })));
  });
}

/** Looks a name up and lets through the addresses that may be asked: the connection goes to one of these and no other. */
function guardedLookup(url: URL, mayAsk: (address: string) => boolean): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return done(error, '', 0);
      const allowed = addresses.filter(({ address }) => mayAsk(address));
      const [first] = allowed;
      if (first === undefined) return done(forbidden(url), '', 0);
      if (options.all === true) (done as unknown as (error: null, addresses: LookupAddress[]) => void)(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

const forbidden = (url: URL): FetchFailed => new FetchFailed(`${shownUrl(url)}: expected an address of another machine, got one of this machine or of its link only`);
