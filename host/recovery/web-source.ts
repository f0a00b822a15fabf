// An image on a web server, its signature beside it: `URL` and `URL.minisig`. A transfer that broke off goes on with a
// range; from a server that knows none the bytes before it are taken again and dropped.
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { fetchFile, shownUrl } from '../bmc/web-request.ts';
import { candidateOf, SIGNATURE_ENDING, SIGNATURE_LIMIT } from './found-image.ts';
import { filledIn } from './place-name.ts';
import type { Candidate, RecoveryNeed, Source, TakeBytes } from './source.ts';
import type { WebConfig } from './source-config.ts';

export class WebSource implements Source {
  readonly name: string;
  readonly kind = 'web';
  readonly #url: string;
  readonly #authorities: string | undefined;

  /** Reads the certificates: a file that is not there is known at the start. */
  constructor({ name, url, authorities }: Pick<WebConfig, 'name' | 'url' | 'authorities'>) {
    this.name = name;
    this.#url = url;
    this.#authorities = authorities === undefined ? undefined : readAuthorities(authorities);
  }

  async find(need: RecoveryNeed, signal: AbortSignal): Promise<readonly Candidate[]> {
    const id = addressFor(this.#url, need);
    const signature = await this.#signature(id, signal);
    const candidate = candidateOf({ id, source: this.name, kind: this.kind, signature, size: 0, terms: {} }, need);
    // How much comes is seen when it comes: at most what was signed is taken.
    return candidate === undefined ? [] : [{ ...candidate, size: candidate.statement.size }];
  }

  async fetch({ id }: Candidate, from: number, into: TakeBytes, signal: AbortSignal): Promise<void> {
    const response = await fetchFile(new URL(id), { authorities: this.#authorities, from, signal });
    const begin = beginOf(response, from, id);
    let offset = begin;
    for await (const piece of piecesOf(response, id, signal)) {
      signal.throwIfAborted();
      const fresh = piece.subarray(Math.min(piece.length, Math.max(0, from - offset)));
      if (fresh.length > 0) into(offset + piece.length - fresh.length, fresh);
      offset += piece.length;
    }
  }

  async #signature(id: string, signal: AbortSignal): Promise<Uint8Array> {
    const url = new URL(id);
    url.pathname += SIGNATURE_ENDING;
    const response = await fetchFile(url, { authorities: this.#authorities, from: 0, signal });
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size > SIGNATURE_LIMIT) throw new Error(`${shownUrl(url)}: expected a signature file of at most ${SIGNATURE_LIMIT} bytes, got more`);
    }
    return Buffer.concat(pieces);
  }
}

/** The bytes of an answer as they come; one that ends too early is said in words. */
async function* piecesOf(response: IncomingMessage, id: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      size += piece.length;
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`${shownUrl(new URL(id))}: the answer broke off after ${size} bytes: ${(error as Error).message}`, { cause: error });
  }
}

function readAuthorities(path: string): string {
  let problem = 'got none';
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    problem = `it can not be read: ${(error as Error).message}`;
  }
  throw new Error(`authorities: ${path}: expected certificates in PEM, ${problem}`);
}

/** Where the bytes of an answer begin. */
function beginOf(response: IncomingMessage, from: number, id: string): number {
  if (response.statusCode === 200) return 0;
  const range = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(response.headers['content-range'] ?? '');
  if (range !== null && Number(range[1]) === from) return from;
  response.destroy();
  throw new Error(`${shownUrl(new URL(id))}: expected the bytes from ${from} on, got another range`);
}

const addressFor = (pattern: string, need: RecoveryNeed): string => filledIn(pattern, need, encodeURIComponent);
