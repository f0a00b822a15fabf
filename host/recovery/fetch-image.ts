// Brings one candidate's image into the spool, and proves it there. The spool keeps images by their digest, in blocks with
// checksums: what one source has brought, the next one that has the same image goes on from. No source can make it take
// more bytes than were signed, more time than is allowed, or bytes that come too slowly.
import type { Staging } from '../bmc/staging.ts';
import { ImageHash } from '../trust/image-digest.ts';
import type { PublicKey } from '../trust/public-key.ts';
import { parseSignature } from '../trust/signature.ts';
import { verifyImage } from '../trust/verify.ts';
import { untilAborted } from './found-image.ts';
import { fetchLimits } from './peers/exchange-times.ts';
import { childOf, type RecoveryClock, within } from './recovery-clock.ts';
import type { Candidate, FetchHelp, Source } from './source.ts';

export interface FetchLimits {
  readonly fetchMs: number;
  /** Bytes per second, over any `RATE_WINDOW_MS`. */
  readonly lowestRate: number;
}

export const RATE_WINDOW_MS = 30_000;
const PIECE = 1024 * 1024;

/** What a fetch has brought. */
export interface Fetched {
  /** Where it began. */
  readonly begin: number;
  /** Bytes that came over a link; undefined when the source has none. */
  readonly came: number | undefined;
}

/** What arrived before a throw is kept. The image is open in the spool afterwards. */
export async function fetchImage(
  source: Source, candidate: Candidate, spool: Staging, limits: FetchLimits, clock: RecoveryClock, signal: AbortSignal, bases: FetchHelp['bases'],
): Promise<Fetched> {
  const { size, sha256 } = candidate.statement;
  const begin = spool.open(sha256, size);
  if (begin === size) return { begin, came: undefined };
  let next = begin;
  let came: number | undefined;
  let isOver = false;
  const { fetchMs, lowestRate } = fetchLimits(limits, size, candidate.terms.linkRate);
  const help: FetchHelp = { bases, came: (bytes) => void (came = (came ?? 0) + bytes) };
  const take = (offset: number, bytes: Uint8Array): void => {
    if (isOver) throw new Error('expected no bytes after the end, got some');
    if (offset !== next) throw new Error(`expected the bytes at ${next}, got those at ${offset}`);
    if (bytes.length > size - next) throw new Error(`expected ${size} bytes, which were signed, got more`);
    spool.write(offset, bytes);
    next += bytes.length;
  };
  try {
    await within(fetchMs, clock, signal, 'the image', (inTime) => fastEnough(lowestRate, () => next + (came ?? 0), clock, inTime, (child) => source.fetch(candidate, begin, take, child, help)));
    if (next < size) throw new Error(`expected ${size} bytes, got ${next}`);
    isOver = true;
    return { begin, came };
  } catch (error) {
    isOver = true;
    spool.close();
    throw error;
  }
}

/** The work, ended when its bytes come too slowly. */
async function fastEnough<T>(lowestRate: number, done: () => number, clock: RecoveryClock, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const child = childOf(signal);
  const watching = childOf(child.signal);
  const watch = async (): Promise<void> => {
    for (let before = done(); ; before = done()) {
      await clock.wait(RATE_WINDOW_MS, watching.signal);
      const rate = Math.floor((done() - before) / (RATE_WINDOW_MS / 1000));
      if (rate < lowestRate) return child.abort(new Error(`expected at least ${lowestRate} bytes a second, got ${rate}`));
    }
  };
  watch().catch(() => undefined);
  try {
    return await untilAborted(work(child.signal), child.signal);
  } finally {
    watching.abort(new Error('ended'));
    child.release();
  }
}

/** Whether the spooled image is the one that a pinned key has signed. Throws what is wrong with it. */
export async function proveImage({ statement, signature, id }: Candidate, spool: Staging, keys: readonly PublicKey[], signal: AbortSignal): Promise<void> {
  const hash = new ImageHash();
  const piece = new Uint8Array(PIECE);
  for (let offset = 0; offset < statement.size; offset += PIECE) {
    signal.throwIfAborted();
    const part = piece.subarray(0, Math.min(PIECE, statement.size - offset));
    spool.read(offset, part);
    hash.update(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  verifyImage(hash.digest(id), parseSignature(signature, `${id}.minisig`), keys);
}

