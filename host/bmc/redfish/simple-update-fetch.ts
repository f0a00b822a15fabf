// Fetches a file from an HTTP server that a user of SimpleUpdate has named. The user may have less reach than the
// controller, so what the controller fetches for him is bounded: http and https only, no credentials, no answer's text
// is handed on, and no address by which the controller would reach itself or a link's metadata service. Networks of the
// site, private ones too, are where image servers stand: they are allowed.
import { lookup, type LookupAddress } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface FetchRules {
  /** Whether this machine itself may be asked: when only users on this machine can reach the controller. */
  readonly mayAskLoopback: boolean;
  readonly signal: AbortSignal;
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

const CONNECT_MS = 15_000;
const REDIRECTS = 3;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');
const NEVER = new BlockList();
for (const [net, prefix] of [['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) NEVER.addSubnet(net, prefix);
for (const [net, prefix] of [['::', 128], ['fe80::', 10], ['ff00::', 8]] as const) NEVER.addSubnet(net, prefix, 'ipv6');

/** May this address be asked? */
export function isAllowedAddress(address: string, mayAskLoopback: boolean): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return !NEVER.check(address, family) && (mayAskLoopback || !LOOPBACK.check(address, family));
}

/** The address of an image, as a user writes it; a sentence when it is none that is taken. */
export function imageUrl(text: string, protocol: 'HTTP' | 'HTTPS' = 'HTTP'): URL | string {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${protocol.toLowerCase()}://${text}`;
  if (!URL.canParse(whole)) return 'expected http://HOST/PATH or https://HOST/PATH';
  const url = new URL(whole);
  if (url.hostname === '') return 'expected http://HOST/PATH or https://HOST/PATH';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `expected http or https, got ${url.protocol.slice(0, -1).slice(0, 20)}`;
  if (url.username !== '' || url.password !== '') return 'expected no user name and no password in it: none is forwarded';
  url.hash = '';
  return url;
}

/** Without its query, which may hold a secret. */
export const shownUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** Asks for a file and follows up to three redirects, never from https to http. Answers when its first bytes come. */
export async function fetchFile(url: URL, rules: FetchRules): Promise<IncomingMessage> {
  let at = url;
  for (let count = 0; count <= REDIRECTS; count++) {
    const response = await get(at, rules);
    const { statusCode = 0, headers: { location } } = response;
    if (statusCode === 200) return response;
    response.destroy();
    const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && location !== undefined;
    if (!isRedirect) throw new FetchFailed(`${shownUrl(at)}: expected the file, got HTTP status ${statusCode}`, statusCode);
    at = redirected(at, location);
  }
  throw new FetchFailed(`${shownUrl(url)}: expected at most ${REDIRECTS} redirects, got more`);
}

function redirected(from: URL, location: string): URL {
  const to = imageUrl(URL.canParse(location, from.href) ? new URL(location, from.href).href : '');
  if (typeof to === 'string') throw new FetchFailed(`${shownUrl(from)}: a redirect to another address: ${to}`);
  if (from.protocol === 'https:' && to.protocol === 'http:') throw new FetchFailed(`${shownUrl(from)}: expected https to go on with https, got a redirect to http`);
  return to;
}

function get(url: URL, { mayAskLoopback, signal }: FetchRules): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowedAddress(host, mayAskLoopback)) return Promise.reject(forbidden(url));
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? https.request : http.request;
    const request = ask(url.href, { agent: false, signal, lookup: guardedLookup(url, mayAskLoopback), headers: { 'Accept-Encoding': 'identity', 'User-Agent': 'ferry' } }, resolve).end();
    request.setTimeout(CONNECT_MS, () => request.destroy(new Error(`expected an answer within ${CONNECT_MS / 1000} s, got none`)));
    request.once('error', (error) => reject(error instanceof FetchFailed ? error : new FetchFailed(`${shownUrl(url)}: ${error.message}`, undefined, { cause: error })));
  });
}

/** Looks a name up and lets through the addresses that may be asked: the connection goes to one of these and no other. */
function guardedLookup(url: URL, mayAskLoopback: boolean): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return done(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowedAddress(address, mayAskLoopback));
      const [first] = allowed;
      if (first === undefined) return done(forbidden(url), '', 0);
      if (options.all === true) (done as unknown as (error: null, addresses: LookupAddress[]) => void)(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

const forbidden = (url: URL): FetchFailed => new FetchFailed(`${shownUrl(url)}: expected an address of another machine, got one of this machine or of its link only`);
