/**
 * Which of two ways of sending is faster, found out while a file is sent. What counts is how many bytes of image are
 * acknowledged in a millisecond, whatever bounds them (the processor, the link, the other end), so that is what is measured:
 * a stretch of the file the first way, one the other way, and the better of the two goes on. Now and then a stretch of the
 * other kind shows whether that still holds, each time after twice as long. When both are about equal the first way is
 * taken. It knows offsets and times, not bytes.
 *
 *   first way │ other way │ the better one ── 4 stretches ── │ the other │ the better one ── 8 stretches ── │ …
 *             a link below SLOW is never tried the other way
 */

/** The state of one trial; lies in static memory, one for each choice. */
@unmanaged
export class SpeedTrial {
  /** Whether the next chunk is to be sent the first way. */
  isFirst: bool;
  /** What the newest comparison said. */
  better: bool;
  isMeasuring: bool;
  chunkSize: u32;
  // Bytes in a millisecond of each way: the newest stretch, or half of what was known before when that is more, for a
  // machine that is busy with other things makes a stretch slower, and nothing makes it faster.
  first: u32;
  other: u32;
  /** Stretches until the other way is tried again, and how many there were the last time. */
  left: u32;
  patience: u32;
  /** Everything before this offset was sent before the stretch began: its acknowledgements say nothing of it. */
  start: u32;
  sent: u32;
  sinceOffset: u32;
  sinceMs: u32;
}

/** Bytes that a trial takes. */
export const TRIAL_SIZE: i32 = 64;
if (offsetof<SpeedTrial>() > 64) ERROR("the state has to fit its memory");

/** A stretch has at least so many chunks and lasts at least so long: the clock's ticks are milliseconds. */
const CHUNKS: u32 = 16;
const STRETCH_MS: u32 = 16;
/** Bytes in a millisecond. */
const SLOW: u32 = 1024;
const FIRST_PATIENCE: u32 = 4;
const LAST_PATIENCE: u32 = 64;

/** What is under way of the other kind is waited for. */
function beginStretch(trial: SpeedTrial, isFirst: bool): void {
  if (isFirst != trial.isFirst) trial.start = trial.sent;
  trial.isFirst = isFirst;
  trial.isMeasuring = false;
}

/** Begins a file that goes on at `offset`. */
export function trialBegin(trial: SpeedTrial, chunk: u32, offset: u32): void {
  trial.chunkSize = chunk;
  trial.first = 0;
  trial.other = 0;
  trial.better = true;
  trial.left = 1;
  trial.patience = FIRST_PATIENCE;
  trial.start = offset;
  trial.sent = offset;
  trial.isFirst = true;
  trial.isMeasuring = false;
}

/** The file has been sent up to this offset, or again from before it. */
export function trialSent(trial: SpeedTrial, end: u32): void {
  trial.sent = max<u32>(trial.sent, end);
}

/** Both ways have been measured: goes on with the better one for some time. */
function compare(trial: SpeedTrial): void {
  const isBetter: bool = trial.other <= trial.first + (trial.first >> 3);
  trial.patience = isBetter == trial.better ? min<u32>(trial.patience << 1, LAST_PATIENCE) : FIRST_PATIENCE;
  trial.better = isBetter;
  trial.left = trial.patience;
  beginStretch(trial, isBetter);
}

function measured(trial: SpeedTrial, bytesPerMs: u32): void {
  if (trial.isFirst) trial.first = max<u32>(bytesPerMs, trial.first >> 1);
  else trial.other = max<u32>(bytesPerMs, trial.other >> 1);
  if (trial.isFirst != trial.better) return compare(trial);
  if (!trial.better || bytesPerMs >= SLOW) trial.left--;
  beginStretch(trial, trial.left == 0 ? !trial.better : trial.better);
}

/** Everything before `offset` has been acknowledged. */
export function trialAcknowledged(trial: SpeedTrial, offset: u32, now: u32): void {
  if (offset < trial.start) return;
  if (!trial.isMeasuring) {
    trial.isMeasuring = true;
    trial.sinceOffset = offset;
    trial.sinceMs = now;
    return;
  }
  const bytes: u32 = offset - trial.sinceOffset;
  const elapsed: u32 = now - trial.sinceMs;
  if (bytes / trial.chunkSize < CHUNKS || elapsed < STRETCH_MS) return;
  measured(trial, max<u32>(bytes / elapsed, 1));
}
