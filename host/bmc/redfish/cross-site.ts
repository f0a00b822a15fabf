// Whether a browser sends a request for another site than ours: it says so itself (Fetch Metadata, Origin).
import type { IncomingHttpHeaders } from 'node:http';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * True for a request that changes something and that a browser sends from elsewhere. With the cookie it has to prove
 * where it is from: by its Origin, or by `X-Requested-With`, which no form and no image can send.
 */
export function isForged(method: string, headers: IncomingHttpHeaders, isCookie: boolean): boolean {
  if (SAFE.includes(method)) return false;
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origin !== `https://${host ?? ''}`) return true;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return isCookie && origin === undefined && headers['x-requested-with'] === undefined;
}

/** Whether the page of this server has sent it. */
export function isOfPage(headers: IncomingHttpHeaders): boolean {
  return headers.origin === `https://${headers.host ?? ''}`;
}
