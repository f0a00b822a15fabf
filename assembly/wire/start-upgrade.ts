/**
 * Start upgrade takes the lock. The same session may say it again and gets the same upgrade.
 *
 * request   0 u32 session   4 u16 image count   6 u8 activate   7 u8 origin   8 u64 bytes of all images
 * response  0 u8 completion   1 zero [3]   4 u32 upgrade id   8 u32 session that holds the lock
 *          12 u32 milliseconds since that session started
 */
import { Status } from "../status";
import { Activate, Origin } from "./message-type";

export const START_UPGRADE_REQUEST_SIZE: u32 = 16;
export const START_UPGRADE_RESPONSE_SIZE: u32 = 16;

/** Set by `startUpgradeRequestDecode`. */
export let startUpgradeSession: u32 = 0;
export let startUpgradeImageCount: u32 = 0;
export let startUpgradeActivate: u32 = 0;
export let startUpgradeOrigin: u32 = 0;
export let startUpgradeTotal: u64 = 0;
/** Set by `startUpgradeResponseDecode`. */
export let startUpgradeCompletion: u32 = 0;
export let startUpgradeId: u32 = 0;
export let startUpgradeHolder: u32 = 0;
export let startUpgradeHeldMs: u32 = 0;

export function startUpgradeRequestEncode(body: usize, session: u32, imageCount: u32, activate: u32, origin: u32, total: u64): u32 {
  store<u32>(body, session);
  store<u16>(body, <u16>imageCount, 4);
  store<u8>(body, <u8>activate, 6);
  store<u8>(body, <u8>origin, 7);
  store<u64>(body, total, 8);
  return START_UPGRADE_REQUEST_SIZE;
}

export function startUpgradeRequestDecode(body: usize, size: u32): Status {
  if (size < START_UPGRADE_REQUEST_SIZE) return Status.TooShort;
  startUpgradeSession = load<u32>(body);
  startUpgradeImageCount = load<u16>(body, 4);
  startUpgradeActivate = load<u8>(body, 6);
  startUpgradeOrigin = load<u8>(body, 7);
  startUpgradeTotal = load<u64>(body, 8);
  if (startUpgradeImageCount == 0) return Status.BadField;
  if (startUpgradeActivate > <u32>Activate.NextReset || startUpgradeOrigin > <u32>Origin.Remote) return Status.BadField;
  return Status.Ok;
}

export function startUpgradeResponseEncode(body: usize, completion: u32, id: u32, holder: u32, heldMs: u32): u32 {
  store<u32>(body, completion & 0xff);
  store<u32>(body, id, 4);
  store<u32>(body, holder, 8);
  store<u32>(body, heldMs, 12);
  return START_UPGRADE_RESPONSE_SIZE;
}

export function startUpgradeResponseDecode(body: usize, size: u32): Status {
  if (size < START_UPGRADE_RESPONSE_SIZE) return Status.TooShort;
  startUpgradeCompletion = load<u8>(body);
  startUpgradeId = load<u32>(body, 4);
  startUpgradeHolder = load<u32>(body, 8);
  startUpgradeHeldMs = load<u32>(body, 12);
  return Status.Ok;
}
