/**
 * How long to wait for an acknowledgement, from the round trips that were measured (RFC 6298), with back-off.
 * Times are u32 milliseconds that may wrap; only differences are looked at.
 */

/** Before anything was measured. */
const FIRST_MS: u32 = 500;
const LOWEST_MS: u32 = 50;
const HIGHEST_MS: u32 = 4000;

/** The wait that holds now, back-off included. */
export let timerTimeoutMs: u32 = FIRST_MS;

// Smoothed round trip and its variation, in eighths and quarters of a millisecond as RFC 6298 appendix has it.
let smoothed: u32 = 0;
let variation: u32 = 0;
let measured: bool = false;
let backOff: u32 = 0;

function update(): void {
  const base: u32 = measured ? (smoothed >> 3) + max<u32>(variation, 1) : FIRST_MS;
  timerTimeoutMs = min<u32>(max<u32>(base, LOWEST_MS) << min<u32>(backOff, 8), HIGHEST_MS);
}

/** Forgets what was measured: another link, or the peer has started anew. */
export function timerReset(): void {
  smoothed = 0;
  variation = 0;
  measured = false;
  backOff = 0;
  update();
}

/** Takes one round trip; ends the back-off. */
export function timerMeasure(roundTripMs: u32): void {
  const value: u32 = min<u32>(roundTripMs, HIGHEST_MS);
  if (!measured) {
    measured = true;
    smoothed = value << 3;
    variation = value << 1;
  } else {
    const mean: u32 = smoothed >> 3;
    const off: u32 = mean > value ? mean - value : value - mean;
    variation = variation - (variation >> 2) + off;
    smoothed = smoothed - mean + value;
  }
  timerProgress();
}

/** Something new has arrived: the link is alive, so the back-off ends. */
export function timerProgress(): void {
  backOff = 0;
  update();
}

/** Nothing was answered in time: wait twice as long from now on. */
export function timerBackOff(): void {
  backOff = min<u32>(backOff + 1, 8);
  update();
}

export function timerExpired(since: u32, now: u32): bool {
  return now - since >= timerTimeoutMs;
}
