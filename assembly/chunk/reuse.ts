/**
 * The sending end's side of chunks that the device has already: whether a chunk's digests are sent in place of its bytes, and
 * what the device has said of chunks that it could not make. It knows offsets, not bytes.
 *
 * Digests cost a round trip where the device has something else. When most of those that were sent have found little, the
 * next chunks go as ever, and after a while it is tried again: each time after twice as many chunks. And where the link
 * carries bytes faster than the device compares them, bytes are sent (speed-trial.ts).
 */
import { SpeedTrial, TRIAL_SIZE, trialAcknowledged, trialBegin, trialSent } from "./speed-trial";

/** What `reuseHeld` answers of a chunk that the device has said nothing of. */
export const UNKNOWN: u32 = 0xffffffff;

/** Digests that were sent before it is looked at what they have found. */
const ENOUGH: u32 = 16;
const FIRST_PAUSE: u32 = 16;
const LAST_PAUSE: u32 = 1024;

const trial: SpeedTrial = changetype<SpeedTrial>(memory.data(TRIAL_SIZE, 16));
// What the device has said, one entry for each chunk that can be under way: u32 offset, u32 the blocks that it has.
const WINDOW: u32 = 32;
const told: usize = memory.data(256, 16);

let isAllowed: bool = false;
let chunkSize: u32 = 1;
let offered: u32 = 0;
let poor: u32 = 0;
let pause: u32 = 0;
let nextPause: u32 = 0;

function entry(offset: u32): usize {
  return told + <usize>(((offset / chunkSize) % WINDOW) << 3);
}

/** Begins a file that goes on at `offset`; without `allowed` every chunk goes as ever. */
export function reuseBegin(chunk: u32, offset: u32, allowed: bool): void {
  isAllowed = allowed;
  chunkSize = chunk;
  offered = 0;
  poor = 0;
  pause = 0;
  nextPause = FIRST_PAUSE;
  trialBegin(trial, chunk, offset);
  memory.fill(told, 0xff, WINDOW << 3);
}

/** Whether the digests of a chunk are sent that the device has said nothing of. Called once for each time that it is sent. */
export function reuseOffers(): bool {
  if (!isAllowed || !trial.isFirst) return false;
  if (pause > 0) {
    pause--;
    return false;
  }
  if (++offered < ENOUGH) return true;
  if (poor > offered >> 1) {
    pause = nextPause;
    nextPause = min<u32>(nextPause << 1, LAST_PAUSE);
  } else {
    nextPause = FIRST_PAUSE;
  }
  offered >>= 1;
  poor >>= 1;
  return true;
}

/** The device could not make a chunk of `blocks` blocks; `held` has a bit for each one that it has. */
export function reuseRefused(offset: u32, held: u32, blocks: u32): void {
  store<u32>(entry(offset), offset);
  store<u32>(entry(offset), held, 4);
  if (popcnt<u32>(held) << 2 < blocks) poor++;
}

/** The blocks of a chunk that the device has, when it has said so; UNKNOWN otherwise. */
export function reuseHeld(offset: u32): u32 {
  return load<u32>(entry(offset)) == offset ? load<u32>(entry(offset), 4) : UNKNOWN;
}

/** The file has been sent up to this offset, or again from before it. */
export function reuseSent(end: u32): void {
  trialSent(trial, end);
}

/** Everything before `offset` has been acknowledged. */
export function reuseAcknowledged(offset: u32, now: u32): void {
  trialAcknowledged(trial, offset, now);
}
