/**
 * End upgrade says when the stored images become active, and gives the lock back.
 *
 * request   0 u32 upgrade id   4 u8 activate   5 zero [3]
 * response  0 u8 completion   1 u8 resets needed (bit 0: any, bit 1: of the host)   2 u16 images stored
 *           4 u32 upgrade id
 */
import { Status } from "../status";
import { Activate } from "./message-type";

export const END_UPGRADE_REQUEST_SIZE: u32 = 8;
export const END_UPGRADE_RESPONSE_SIZE: u32 = 8;
/** An image of the device itself runs after the next reset, of the device or of the host. */
export const RESET_DEVICE: u32 = 1;
/** An image of the host's firmware runs after the next reset of the host. */
export const RESET_HOST: u32 = 2;

/** Set by `endUpgradeRequestDecode` and `endUpgradeResponseDecode`. */
export let endUpgradeId: u32 = 0;
/** Set by `endUpgradeRequestDecode`. */
export let endUpgradeActivate: u32 = 0;
/** Set by `endUpgradeResponseDecode`. */
export let endUpgradeCompletion: u32 = 0;
export let endUpgradeResets: u32 = 0;
export let endUpgradeStored: u32 = 0;

export function endUpgradeRequestEncode(body: usize, id: u32, activate: u32): u32 {
  store<u32>(body, id);
  store<u32>(body, activate & 0xff, 4);
  return END_UPGRADE_REQUEST_SIZE;
}

export function endUpgradeRequestDecode(body: usize, size: u32): Status {
  if (size < END_UPGRADE_REQUEST_SIZE) return Status.TooShort;
  endUpgradeId = load<u32>(body);
  endUpgradeActivate = load<u8>(body, 4);
  if (endUpgradeActivate > <u32>Activate.NextReset) return Status.BadField;
  return Status.Ok;
}

export function endUpgradeResponseEncode(body: usize, completion: u32, resets: u32, stored: u32, id: u32): u32 {
  store<u8>(body, <u8>completion);
  store<u8>(body, <u8>resets, 1);
  store<u16>(body, <u16>stored, 2);
  store<u32>(body, id, 4);
  return END_UPGRADE_RESPONSE_SIZE;
}

export function endUpgradeResponseDecode(body: usize, size: u32): Status {
  if (size < END_UPGRADE_RESPONSE_SIZE) return Status.TooShort;
  endUpgradeCompletion = load<u8>(body);
  endUpgradeResets = load<u8>(body, 1);
  endUpgradeStored = load<u16>(body, 2);
  endUpgradeId = load<u32>(body, 4);
  return Status.Ok;
}
