/**
 * `ferry status`: what the device does right now. It is read from the device's registers, so that a transfer of
 * another run is not disturbed.
 */
import { busSleep } from "../bus/imports";
import { mailboxBootFailed, mailboxFailedCode, mailboxHeartbeat, mailboxLabMode, mailboxOpen, mailboxStatusMessage } from "../bus/mailbox";
import { Status } from "../status";
import { frameBodySize, frameDecode, frameIsResponse, frameType, HEADER_SIZE } from "../wire/frame";
import { MessageType, NAME_SIZE, Phase, VERSION_SIZE } from "../wire/message-type";
import {
  statusBootId, statusComponent, statusDone, statusElapsedMs, statusImageCount, statusImageIndex, statusIsSafe, statusLastCompletion,
  statusPhase, statusResponseDecode, statusTotal, statusUpgrade, statusVersion,
} from "../wire/status-report";
import { paddedLength } from "../wire/text";
import { completionMeaning, completionName } from "./completion-words";
import { eventBegin, eventBool, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { NOT_HEARD, NOTHING_SENT } from "./failure";
import { eventUpgradeId, textUpgradeId } from "./identifier";
import { sayLabMode } from "./lab-mode";
import { failLink } from "./link-failure";
import { textDuration, textPart } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textLiteral, textNumber } from "./text";

const message: usize = memory.data(128, 16);
/** A status that is torn once is whole the next time. */
const TRIES: u32 = 50;
/** The device beats twice a second: a heart that stands still for longer has stopped. */
const HEARTBEAT_MS: u32 = 1500;
const PAUSE_MS: u32 = 20;

function read(): Status {
  for (let i: u32 = 0; i < TRIES; i++) {
    const size: u32 = mailboxStatusMessage(message);
    if (frameDecode(message, size) == Status.Ok && frameIsResponse && frameType == MessageType.Status) {
      return statusResponseDecode(message + HEADER_SIZE, frameBodySize);
    }
    if (busSleep(1)) return Status.Stopped;
  }
  return Status.TimedOut;
}

function isAlive(): bool {
  const beat: u32 = mailboxHeartbeat();
  for (let waited: u32 = 0; waited < HEARTBEAT_MS; waited += PAUSE_MS) {
    if (mailboxHeartbeat() != beat) return true;
    if (busSleep(PAUSE_MS)) return false;
  }
  return false;
}

function phaseWords(): string {
  switch (statusPhase) {
    case Phase.Idle: return "idle";
    case Phase.Open: return "an upgrade is open, no image is under way";
    case Phase.Receiving: return "receiving";
    case Phase.Patching: return "making the image from a patch";
    case Phase.Verifying: return "verifying";
    case Phase.Writing: return "writing to flash";
    case Phase.ReadingBack: return "reading back from flash";
    case Phase.Stored: return "stored";
    default: return "failed";
  }
}

function phaseName(): string {
  switch (statusPhase) {
    case Phase.Idle: return "idle";
    case Phase.Open: return "open";
    case Phase.Receiving: return "receiving";
    case Phase.Patching: return "patching";
    case Phase.Verifying: return "verifying";
    case Phase.Writing: return "writing";
    case Phase.ReadingBack: return "reading-back";
    case Phase.Stored: return "stored";
    default: return "failed";
  }
}

function sayStatus(): void {
  if (mailboxLabMode()) sayLabMode();
  sayBegin();
  textLiteral(phaseWords());
  const componentSize: u32 = paddedLength(statusComponent, NAME_SIZE);
  if (componentSize > 0) {
    textLiteral(": ");
    textBytes(statusComponent, componentSize);
    textLiteral(" ");
    textBytes(statusVersion, paddedLength(statusVersion, VERSION_SIZE));
    textLiteral(", ");
    textPart(statusDone, statusTotal);
    if (statusPhase == Phase.Failed) {
      textLiteral("; ");
      textLiteral(completionMeaning(statusLastCompletion));
    }
  }
  if (statusUpgrade != 0) {
    textLiteral(", upgrade ");
    textUpgradeId(statusUpgrade);
    textLiteral(", image ");
    textNumber(<u64>statusImageIndex + 1);
    textLiteral(" of ");
    textNumber(statusImageCount);
    textLiteral(", for ");
    textDuration(statusElapsedMs);
  }
  sayEnd();
  sayBegin();
  textLiteral("safe to remove power: ");
  textLiteral(statusIsSafe ? "yes" : "no, a component that has only one slot holds no whole image now");
  sayEnd();
}

/** Where the host's boot has stopped, as the device's watchdog has seen it. */
function sayBoot(): void {
  if (!mailboxBootFailed()) return;
  const code: i32 = mailboxFailedCode();
  sayBegin();
  textLiteral("the last boot of the host failed: ");
  if (code < 0) textLiteral("it executed nothing");
  else {
    textLiteral("it stopped at POST code ");
    textBytes(codeDigits(<u32>code), 2);
    textLiteral("h");
  }
  sayEnd();
}

/** Two hexadecimal digits, as POST codes are written. */
function codeDigits(code: u32): usize {
  store<u8>(message, <u8>digitOf(code >> 4));
  store<u8>(message, <u8>digitOf(code & 15), 1);
  return message;
}

function digitOf(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x37 + value;
}

function eventStatus(): void {
  eventBegin("status");
  eventLiteral("phase", phaseName());
  eventBool("safeToRemovePower", statusIsSafe);
  eventBool("labMode", mailboxLabMode());
  eventText("component", statusComponent, paddedLength(statusComponent, NAME_SIZE));
  eventText("version", statusVersion, paddedLength(statusVersion, VERSION_SIZE));
  eventNumber("done", statusDone);
  eventNumber("total", statusTotal);
  eventNumber("upgrade", statusUpgrade);
  eventUpgradeId(statusUpgrade);
  eventNumber("imageIndex", statusImageIndex);
  eventNumber("imageCount", statusImageCount);
  eventNumber("elapsedMs", statusElapsedMs);
  eventNumber("bootId", statusBootId);
  eventBool("bootFailed", mailboxBootFailed());
  if (mailboxBootFailed() && mailboxFailedCode() >= 0) eventNumber("postCode", mailboxFailedCode());
  eventLiteral("lastCompletion", completionName(statusLastCompletion));
  eventEnd();
}

/** Answers the exit code. */
export function statusCommand(): u32 {
  let status: Status = mailboxOpen();
  if (status == Status.Ok) status = isAlive() ? read() : Status.TimedOut;
  if (status != Status.Ok) {
    failLink(status, status == Status.NoDevice || status == Status.TimedOut ? NOT_HEARD : NOTHING_SENT);
    return status == Status.Stopped ? ExitCode.Paused : ExitCode.Failed;
  }
  sayStatus();
  eventStatus();
  sayBoot();
  return ExitCode.Done;
}
