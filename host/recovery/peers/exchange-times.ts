// How long the ends of an exchange wait for each other, and how much comes in one message. A network has the usual values;
// on a line that is known to be slow, times are longer and messages shorter, so that a chunk never takes as long as a donor
// that is dead, and other machines get their turn on it.
import type { Link } from '../links/link.ts';
import { RECOVERY_BLOCK } from '../source.ts';

export interface ExchangeTimes {
  /** Bytes in one chunk; it divides `RECOVERY_BLOCK`. */
  readonly chunkSize: number;
  /** Small blocks in one ask. */
  readonly blocksPerAsk: number;
  /** For which offers are collected. */
  readonly collectMs: number;
  readonly connectMs: number;
  /** For the statement. */
  readonly answerMs: number;
  /** For a message that a recipient owes. */
  readonly owedMs: number;
  /** After so long, what has come is compared with the floor. */
  readonly floorPeriodMs: number;
  /** Bytes a second below which an end is too slow, whatever was declared. */
  readonly lowestFloor: number;
}

const USUAL: ExchangeTimes = {
  chunkSize: RECOVERY_BLOCK, blocksPerAsk: 16, collectMs: 2000, connectMs: 3000, answerMs: 3000, owedMs: 5000, floorPeriodMs: 10_000, lowestFloor: 1024,
};
/** A line that carries less is slow. */
const SLOW = 32 * 1024;
/** What others may send on a shared line before it is free: a turn; two, with an answer; and what several uploads do. */
const TURN = 8 * 1024;
const TURNS = 3 * TURN;
const UPLOADS = 4 * TURN;
/** A chunk takes no longer than about this. */
const CHUNK_MS = 2500;
const SMALLEST_CHUNK = 1024;
const SLOW_BLOCKS = 4;

/** The times for so many bytes a second; undefined: nobody knows, and it is as fast as networks are. */
export function exchangeTimes(ratePerSecond: number | undefined): ExchangeTimes {
  if (ratePerSecond === undefined || ratePerSecond >= SLOW) return USUAL;
  const ms = (bytes: number): number => (bytes / ratePerSecond) * 1000;
  let chunkSize = RECOVERY_BLOCK;
  while (chunkSize > SMALLEST_CHUNK && ms(chunkSize) > CHUNK_MS) chunkSize /= 2;
  return {
    chunkSize, blocksPerAsk: SLOW_BLOCKS, collectMs: USUAL.collectMs + ms(TURN), connectMs: USUAL.connectMs + ms(TURNS), answerMs: USUAL.answerMs + ms(TURNS),
    owedMs: USUAL.owedMs + ms(TURNS), floorPeriodMs: USUAL.floorPeriodMs + ms(UPLOADS), lowestFloor: Math.min(USUAL.lowestFloor, ratePerSecond / 10),
  };
}

/** Bytes a second that a link carries at most, as far as is known here. */
export function knownRate({ capacityPerSecond, ratePerSecond }: Pick<Link, 'capacityPerSecond' | 'ratePerSecond'>, limit?: number): number | undefined {
  const rate = Math.min(capacityPerSecond ?? Infinity, ratePerSecond ?? Infinity, limit ?? Infinity);
  return rate === Infinity ? undefined : rate;
}

/** The least that a find over such a link needs: offers, and a statement of each donor. */
export function leastFindMs(ratePerSecond: number | undefined): number {
  const { collectMs, connectMs, answerMs } = exchangeTimes(ratePerSecond);
  return ratePerSecond === undefined || ratePerSecond >= SLOW ? 0 : collectMs + 2 * (connectMs + answerMs);
}

/** The limits of a fetch, made to fit a line that is known to be slow: an eighth of what it carries, four times the time of the image. */
export function fetchLimits(given: { readonly fetchMs: number; readonly lowestRate: number }, size: number, ratePerSecond: number | undefined): { readonly fetchMs: number; readonly lowestRate: number } {
  if (ratePerSecond === undefined || ratePerSecond >= SLOW) return given;
  return { fetchMs: Math.max(given.fetchMs, (4 * size * 1000) / ratePerSecond), lowestRate: Math.min(given.lowestRate, Math.floor(ratePerSecond / 8)) };
}
