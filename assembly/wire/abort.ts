/**
 * Abort gives the upgrade up and the lock back. What was received can stay for a later run.
 *
 * request   0 u32 upgrade id   4 u8 keep (1: keep what was received)   5 u8 reason   6 zero [2]
 * response  0 u8 completion   1 zero [3]   4 u32 upgrade id
 */
import { Status } from "../status";

export const ABORT_REQUEST_SIZE: u32 = 8;
export const ABORT_RESPONSE_SIZE: u32 = 8;

export enum AbortReason {
  /** The user asked for it. */
  Asked = 0,
  /** The time limit of the run has passed. */
  TimeLimit = 1,
  /** The sending end failed: its image could not be read, or has changed. */
  SenderFailed = 2,
}

/** Set by `abortRequestDecode` and `abortResponseDecode`. */
export let abortUpgrade: u32 = 0;
/** Set by `abortRequestDecode`. */
export let abortKeep: bool = false;
export let abortReason: u32 = 0;
/** Set by `abortResponseDecode`. */
export let abortCompletion: u32 = 0;

export function abortRequestEncode(body: usize, upgrade: u32, keep: bool, reason: u32): u32 {
  store<u32>(body, upgrade);
  store<u8>(body, keep ? 1 : 0, 4);
  store<u8>(body, <u8>reason, 5);
  store<u16>(body, 0, 6);
  return ABORT_REQUEST_SIZE;
}

export function abortRequestDecode(body: usize, size: u32): Status {
  if (size < ABORT_REQUEST_SIZE) return Status.TooShort;
  abortUpgrade = load<u32>(body);
  abortKeep = load<u8>(body, 4) != 0;
  abortReason = load<u8>(body, 5);
  if (abortReason > <u32>AbortReason.SenderFailed) return Status.BadField;
  return Status.Ok;
}

export function abortResponseEncode(body: usize, completion: u32, upgrade: u32): u32 {
  store<u32>(body, completion & 0xff);
  store<u32>(body, upgrade, 4);
  return ABORT_RESPONSE_SIZE;
}

export function abortResponseDecode(body: usize, size: u32): Status {
  if (size < ABORT_RESPONSE_SIZE) return Status.TooShort;
  abortCompletion = load<u8>(body);
  abortUpgrade = load<u32>(body, 4);
  return Status.Ok;
}
