/**
 * Status tells what the receiving end is doing. The request has no body. The device also keeps the newest
 * response as a whole message in its register page, for readers who must not disturb a transfer.
 *
 * response  0 u8 completion   1 u8 phase   2 u8 safe to remove power (1: yes)   3 u8 completion of the last file
 *           4 u32 upgrade id   8 u32 session   12 u32 milliseconds since the upgrade started
 *          16 u16 image index   18 u16 image count   20 u32 bytes done   24 u32 bytes in all
 *          28 component [16]   44 version [32]   76 u32 boot id
 */
import { Status } from "../status";
import { NAME_SIZE, Phase, VERSION_SIZE } from "./message-type";
import { isName, isVersion } from "./text";

export const STATUS_RESPONSE_SIZE: u32 = 80;

/** Set by `statusResponseDecode`. Anything but 0: the request was refused, and the other fields are zeros. */
export let statusCompletion: u32 = 0;
/** Set by `statusResponseDecode`. */
export let statusPhase: u32 = 0;
export let statusIsSafe: bool = false;
export let statusLastCompletion: u32 = 0;
export let statusUpgrade: u32 = 0;
export let statusSession: u32 = 0;
export let statusElapsedMs: u32 = 0;
export let statusImageIndex: u32 = 0;
export let statusImageCount: u32 = 0;
export let statusDone: u32 = 0;
export let statusTotal: u32 = 0;
export let statusBootId: u32 = 0;
/** Set by `statusResponseDecode`: where the texts lie in the body; all zeros when no file is under way. */
export let statusComponent: usize = 0;
export let statusVersion: usize = 0;

/** `component` and `version` are NAME_SIZE and VERSION_SIZE bytes. */
export function statusResponseEncode(
  body: usize, phase: u32, isSafe: bool, lastCompletion: u32, upgrade: u32, session: u32, elapsedMs: u32,
  imageIndex: u32, imageCount: u32, done: u32, total: u32, component: usize, version: usize, bootId: u32,
): u32 {
  store<u8>(body, 0);
  store<u8>(body, <u8>phase, 1);
  store<u8>(body, isSafe ? 1 : 0, 2);
  store<u8>(body, <u8>lastCompletion, 3);
  store<u32>(body, upgrade, 4);
  store<u32>(body, session, 8);
  store<u32>(body, elapsedMs, 12);
  store<u16>(body, <u16>imageIndex, 16);
  store<u16>(body, <u16>imageCount, 18);
  store<u32>(body, done, 20);
  store<u32>(body, total, 24);
  memory.copy(body + 28, component, NAME_SIZE);
  memory.copy(body + 44, version, VERSION_SIZE);
  store<u32>(body, bootId, 76);
  return STATUS_RESPONSE_SIZE;
}

export function statusResponseDecode(body: usize, size: u32): Status {
  if (size < STATUS_RESPONSE_SIZE) return Status.TooShort;
  statusCompletion = load<u8>(body);
  statusPhase = load<u8>(body, 1);
  statusIsSafe = load<u8>(body, 2) == 1;
  statusLastCompletion = load<u8>(body, 3);
  statusUpgrade = load<u32>(body, 4);
  statusSession = load<u32>(body, 8);
  statusElapsedMs = load<u32>(body, 12);
  statusImageIndex = load<u16>(body, 16);
  statusImageCount = load<u16>(body, 18);
  statusDone = load<u32>(body, 20);
  statusTotal = load<u32>(body, 24);
  statusComponent = body + 28;
  statusVersion = body + 44;
  statusBootId = load<u32>(body, 76);
  if (statusPhase > <u32>Phase.Patching || statusDone > statusTotal) return Status.BadField;
  if (load<u8>(statusComponent) != 0 && !isName(statusComponent)) return Status.BadField;
  if (!isVersion(statusVersion)) return Status.BadField;
  return Status.Ok;
}
