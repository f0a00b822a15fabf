/**
 * The driver of Ferry's PCI function: registers behind BAR 0, a window with two rings behind BAR 2. README.md in this
 * folder draws both. The driver knows nothing of what the messages mean.
 *
 *   open ──► reset (the device empties the rings for us) ──► send, receive … ──► the device's boot id changes:
 *              ▲                                                                  it has started anew
 *              └──────────────────────────────────────────────────────────────────┘
 */
import { Status } from "../status";
import { PROTOCOL_VERSION } from "../wire/message-type";
import { busSleep, memoryCopyFrom, memoryRead, memoryWrite } from "./imports";
import { pciEnableMemory, pciFind, pciFound, pciHasMemoryBar } from "./pci";
import { ringMessageSize, ringPut, ringTail, ringTake } from "./ring";

/** Not registered with the PCI-SIG: Ferry's function exists in emulated machines only. */
const VENDOR: u32 = 0x4652;
const DEVICE: u32 = 0x0001;

const REGISTERS: u32 = 0;
const WINDOW: u32 = 2;

// Registers. The device writes the first group, the host the second.
const IDENTITY: u32 = 0x00;
const VERSIONS: u32 = 0x04;
const LAYOUT: u32 = 0x08;
const READY: u32 = 0x0c;
const BOOT_ID: u32 = 0x10;
const HEARTBEAT: u32 = 0x14;
const SEND_RING: u32 = 0x18;
const SEND_SIZE: u32 = 0x1c;
const RECEIVE_RING: u32 = 0x20;
const RECEIVE_SIZE: u32 = 0x24;
const RESET_DONE: u32 = 0x28;
const RESET_REFUSED: u32 = 0x2c;
const HOLDER: u32 = 0x30;
const HELD_MS: u32 = 0x34;
const MODES: u32 = 0x48;
const BOOT_FAILURE: u32 = 0x4c;
const DOORBELL: u32 = 0x80;
const RESET: u32 = 0x84;
const HOST_RESETS: u32 = 0x88;
const STATUS_MESSAGE: u32 = 0x100;
const STATUS_MESSAGE_SIZE: u32 = 96;
const MODE_LAB: u32 = 1;
/** In the boot failure: there was a POST code. */
const FAILED_AT_CODE: u32 = 0x800000;

/** "FERR" in the order of the bytes. */
const IDENTITY_VALUE: u32 = 0x52524546;
const LAYOUT_VALUE: u32 = 1;

// Indices in the window.
const SEND_HEAD: u32 = 0x00;
const SEND_TAIL: u32 = 0x40;
const RECEIVE_HEAD: u32 = 0x80;
const RECEIVE_TAIL: u32 = 0xc0;

const WINDOW_LIMIT: u32 = 0x10000000;
/** Without a heartbeat for so long the device counts as silent. It beats twice a second. */
const SILENT_MS: u32 = 3000;

/** Set by `mailboxOpen`: the lowest and highest protocol version of the device. */
export let mailboxLowest: u32 = 0;
export let mailboxHighest: u32 = 0;
/** Set by `mailboxReceive`: bytes of the message. */
export let mailboxSize: u32 = 0;
/** Set by `mailboxReset` when it answers DeviceBusy: the session that holds the device, and for how long. */
export let mailboxHolder: u32 = 0;
export let mailboxHeldMs: u32 = 0;

let fn: u32 = 0;
let bootId: u32 = 0;
let sendRing: u32 = 0;
let sendSize: u32 = 0;
let receiveRing: u32 = 0;
let receiveSize: u32 = 0;
let head: u32 = 0;
let tail: u32 = 0;
let doorbell: u32 = 0;

function register(offset: u32): u32 {
  return memoryRead(fn, REGISTERS, offset, 4);
}

function isRing(offset: u32, size: u32): bool {
  return size >= 4096 && size <= WINDOW_LIMIT && (size & (size - 1)) == 0 && offset >= 0x100 && offset <= WINDOW_LIMIT;
}

/**
 * Finds the function and checks that it is one that this driver knows. `NoDevice` when there is none or it does not
 * answer; `DeviceTooNew` when it speaks only versions after ours, with `mailboxLowest` and `mailboxHighest` set.
 */
export function mailboxOpen(): Status {
  const status: Status = pciFind(VENDOR, DEVICE);
  if (status != Status.Ok) return status;
  fn = pciFound;
  if (!pciHasMemoryBar(fn, REGISTERS) || !pciHasMemoryBar(fn, WINDOW)) return Status.NoDevice;
  pciEnableMemory(fn);
  if (register(IDENTITY) != IDENTITY_VALUE) return Status.NoDevice;
  const versions: u32 = register(VERSIONS);
  mailboxLowest = versions & 0xffff;
  mailboxHighest = versions >> 16;
  if (mailboxLowest > PROTOCOL_VERSION || register(LAYOUT) > LAYOUT_VALUE) return Status.DeviceTooNew;
  return Status.Ok;
}

/** Waits a little. `Stopped` when the program has been asked to stop. */
function pause(milliseconds: u32): Status {
  return busSleep(milliseconds) ? Status.Stopped : Status.Ok;
}

/** Takes over what the device says of its rings. */
function learnRings(): Status {
  sendRing = register(SEND_RING);
  sendSize = register(SEND_SIZE);
  receiveRing = register(RECEIVE_RING);
  receiveSize = register(RECEIVE_SIZE);
  head = 0;
  tail = 0;
  return isRing(sendRing, sendSize) && isRing(receiveRing, receiveSize) ? Status.Ok : Status.Garbage;
}

/**
 * Asks the device to empty both rings; until it has, they are its own. `nonce` is not zero and differs from call to
 * call. `TimedOut` when no heartbeat came for SILENT_MS; `DeviceBusy` while another live session holds the device;
 * `Stopped`; `Garbage` when the device describes rings that can't be.
 */
export function mailboxReset(nonce: u32): Status {
  memoryWrite(fn, REGISTERS, RESET, 4, nonce);
  ring();
  let beat: u32 = register(HEARTBEAT);
  let waited: u32 = 0;
  for (let step: u32 = 0; waited < SILENT_MS; step++) {
    if (register(RESET_DONE) == nonce && register(READY) == 1) {
      bootId = register(BOOT_ID);
      return learnRings();
    }
    if (register(RESET_REFUSED) == nonce) {
      mailboxHolder = register(HOLDER);
      mailboxHeldMs = register(HELD_MS);
      return Status.DeviceBusy;
    }
    const wait: u32 = min<u32>(step, 20);
    const status: Status = pause(wait);
    if (status != Status.Ok) return status;
    waited += max<u32>(wait, 1);
    const now: u32 = register(HEARTBEAT);
    if (now != beat) {
      beat = now;
      waited = 0;
      // The device may have started in between and not have seen the request.
      if (register(RESET) != nonce) memoryWrite(fn, REGISTERS, RESET, 4, nonce);
    }
  }
  return Status.TimedOut;
}

/** Tells a device that may be asleep that there is something to look at. */
function ring(): void {
  doorbell++;
  memoryWrite(fn, REGISTERS, DOORBELL, 4, doorbell);
}

/** Whether the device has started anew since `mailboxReset`. */
function mailboxHasRestarted(): bool {
  const id: u32 = register(BOOT_ID);
  return id != bootId || register(READY) != 1;
}

/** Gives a message to the device. `Full` when the ring has no room now: let the device take something out. */
export function mailboxSend(message: usize, size: u32): Status {
  const status: Status = ringPut(fn, WINDOW, SEND_HEAD, SEND_TAIL, sendRing, sendSize, head, message, size);
  if (status == Status.Ok) {
    head += ringMessageSize;
    ring();
  }
  return status;
}

/**
 * Takes a message from the device. `Empty` when there is none, `Garbage` when what lay there was none and was dropped,
 * `PeerRestarted` when the device has started anew: reset the mailbox and say hello again.
 */
export function mailboxReceive(into: usize, capacity: u32): Status {
  const status: Status = ringTake(fn, WINDOW, RECEIVE_HEAD, RECEIVE_TAIL, receiveRing, receiveSize, tail, into, capacity);
  tail = ringTail;
  if (status == Status.Ok) {
    mailboxSize = ringMessageSize;
    return Status.Ok;
  }
  return mailboxHasRestarted() ? Status.PeerRestarted : status;
}

/** The device's heartbeat: another number at least twice a second while it lives. */
export function mailboxHeartbeat(): u32 {
  return register(HEARTBEAT);
}

/** Whether the device takes images without a signature. */
export function mailboxLabMode(): bool {
  return (register(MODES) & MODE_LAB) != 0;
}

/** Whether the watchdog of the device has run out over the host's present boot. */
export function mailboxBootFailed(): bool {
  const failure: u32 = register(BOOT_FAILURE);
  return (failure & 0xff) != 0 && failure >> 24 == (register(HOST_RESETS) & 0xff);
}

/** With `mailboxBootFailed`: the last POST code, and -1 when there was none. */
export function mailboxFailedCode(): i32 {
  const failure: u32 = register(BOOT_FAILURE);
  return (failure & FAILED_AT_CODE) == 0 ? -1 : <i32>(failure >> 8 & 0xff);
}

/**
 * Copies the status message that the device keeps in its registers to `into`, without disturbing a transfer of another
 * host program. Answers its size; the caller decodes it, and tries again when it was torn.
 */
export function mailboxStatusMessage(into: usize): u32 {
  memoryCopyFrom(fn, REGISTERS, STATUS_MESSAGE, into, STATUS_MESSAGE_SIZE);
  return STATUS_MESSAGE_SIZE;
}

