/**
 * Whether it pays to compress on the way that a file takes: with compression or without, whichever brings the image over
 * faster (../chunk/speed-trial.ts). When both are about equal the file is compressed, for others use the bus as well; and a
 * slow link is never tried without: no encoder is as slow as that.
 */
import { SpeedTrial, TRIAL_SIZE, trialAcknowledged, trialBegin, trialSent } from "../chunk/speed-trial";

const trial: SpeedTrial = changetype<SpeedTrial>(memory.data(TRIAL_SIZE, 16));

/** Whether the next chunk is to be compressed. */
export function paceCompresses(): bool {
  return trial.isFirst;
}

/** Begins a file that goes on at `offset`. */
export function paceBegin(chunk: u32, offset: u32): void {
  trialBegin(trial, chunk, offset);
}

/** The file has been sent up to this offset, or again from before it. */
export function paceSent(end: u32): void {
  trialSent(trial, end);
}

/** Everything before `offset` has been acknowledged. */
export function paceAcknowledged(offset: u32, now: u32): void {
  trialAcknowledged(trial, offset, now);
}
