/**
 * Whether it pays to compress on the way that a file takes. What counts is how many bytes of image are acknowledged in a
 * millisecond, whatever bounds them (the encoder, the link, the other end), so that is what is measured: a stretch of the
 * file with compression, one without, and the better of the two goes on. Now and then a stretch of the other kind shows
 * whether that still holds, each time after twice as long. When both are about equal the file is compressed: others use the
 * bus as well. It knows offsets and times, not bytes.
 *
 *   compressed │ plain │ the better one ── 4 stretches ── │ the other │ the better one ── 8 stretches ── │ …
 *              a link below SLOW is never tried without: no encoder is as slow as that
 */

/** Whether the next chunk is to be compressed. */
export let paceCompresses: bool = false;

/** A stretch has at least so many chunks and lasts at least so long: the clock's ticks are milliseconds. */
const CHUNKS: u32 = 16;
const STRETCH_MS: u32 = 16;
/** Bytes in a millisecond. */
const SLOW: u32 = 1024;
const FIRST_PATIENCE: u32 = 4;
const LAST_PATIENCE: u32 = 64;

let chunkSize: u32 = 0;
// Bytes in a millisecond of each kind: the newest stretch, or half of what was known before when that is more, for a
// machine that is busy with other things makes a stretch slower, and nothing makes it faster.
let compressed: u32 = 0;
let plain: u32 = 0;
/** What the newest comparison said. */
let better: bool = true;
/** Stretches until the other kind is tried again, and how many there were the last time. */
let left: u32 = 0;
let patience: u32 = 0;
/** Everything before this offset was sent before the stretch began: its acknowledgements say nothing of it. */
let from: u32 = 0;
let sent: u32 = 0;
let isMeasuring: bool = false;
let sinceOffset: u32 = 0;
let sinceMs: u32 = 0;

/** What is under way of the other kind is waited for. */
function beginStretch(compresses: bool): void {
  if (compresses != paceCompresses) from = sent;
  paceCompresses = compresses;
  isMeasuring = false;
}

/** Begins a file that goes on at `offset`. */
export function paceBegin(chunk: u32, offset: u32): void {
  chunkSize = chunk;
  compressed = 0;
  plain = 0;
  better = true;
  left = 1;
  patience = FIRST_PATIENCE;
  from = offset;
  sent = offset;
  paceCompresses = true;
  isMeasuring = false;
}

/** The file has been sent up to this offset, or again from before it. */
export function paceSent(end: u32): void {
  sent = max<u32>(sent, end);
}

/** Both kinds have been measured: goes on with the better one for some time. */
function compare(): void {
  const isBetter: bool = plain <= compressed + (compressed >> 3);
  patience = isBetter == better ? min<u32>(patience << 1, LAST_PATIENCE) : FIRST_PATIENCE;
  better = isBetter;
  left = patience;
  beginStretch(isBetter);
}

function measured(bytesPerMs: u32): void {
  if (paceCompresses) compressed = max<u32>(bytesPerMs, compressed >> 1);
  else plain = max<u32>(bytesPerMs, plain >> 1);
  if (paceCompresses != better) return compare();
  if (!better || bytesPerMs >= SLOW) left--;
  beginStretch(left == 0 ? !better : better);
}

/** Everything before `offset` has been acknowledged. */
export function paceAcknowledged(offset: u32, now: u32): void {
  if (offset < from) return;
  if (!isMeasuring) {
    isMeasuring = true;
    sinceOffset = offset;
    sinceMs = now;
    return;
  }
  const bytes: u32 = offset - sinceOffset;
  const elapsed: u32 = now - sinceMs;
  if (bytes / chunkSize < CHUNKS || elapsed < STRETCH_MS) return;
  measured(max<u32>(bytes / elapsed, 1));
}
