// What a client sends to say who it is: a token in X-Auth-Token, the page's cookie, or HTTP Basic (RFC 7617).
import type { IncomingHttpHeaders } from 'node:http';

export type Credentials =
  | { readonly kind: 'token'; readonly token: string; readonly isCookie: boolean }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** An Authorization that can not be read, or another scheme. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'none' };

/** The first of: X-Auth-Token, Authorization, cookie. */
export function credentialsIn(headers: IncomingHttpHeaders, cookie: string): Credentials {
  const token = headers['x-auth-token'];
  if (typeof token === 'string' && token !== '') return { kind: 'token', token, isCookie: false };
  if (headers.authorization !== undefined) return basicIn(headers.authorization);
  const value = cookieIn(headers.cookie ?? '', cookie);
  return value === undefined ? { kind: 'none' } : { kind: 'token', token: value, isCookie: true };
}

function basicIn(header: string): Credentials {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header) ?? [];
  if (encoded === undefined) return { kind: 'unreadable' };
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: 'unreadable' };
  return { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function cookieIn(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/** The session cookie's name: one of its own for each board, because cookies do not know ports. */
export function cookieName(uuid: string): string {
  return `__Host-ferry-${uuid.slice(0, 8)}`;
}

/** As Set-Cookie; an empty token takes the cookie away. */
export function setCookie(name: string, token: string): string {
  return `${name}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict${token === '' ? '; Max-Age=0' : ''}`;
}
