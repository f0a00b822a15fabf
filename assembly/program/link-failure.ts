/** What is wrong between the program and the device, told in three parts, and the words for completion codes. */
import { Status } from "../status";
import { Completion } from "../wire/completion";
import { PROTOCOL_VERSION } from "../wire/message-type";
import { failAdvice, failBegin, failEnd, failNumber, failState } from "./failure";
import { textDuration } from "./quantity";
import { sessionHeldMs, sessionHighest, sessionHolder, sessionLowest } from "./session";
import { textLiteral, textNumber } from "./text";

/** What the device says with this completion code, as the second half of "the device answered: …". */
export function completionMeaning(completion: u32): string {
  switch (completion) {
    case Completion.Busy: return "busy: another session holds the lock, or an image is being written";
    case Completion.BadRequest: return "the request makes no sense to it";
    case Completion.VersionNotSupported: return "it does not speak this version of the protocol";
    case Completion.UnknownComponent: return "it has no such component";
    case Completion.BadImageSize: return "the image does not fit the slot";
    case Completion.WouldDowngrade: return "what runs is newer, and the config does not allow a downgrade";
    case Completion.WouldReinstall: return "the same version runs with other bytes, and the config does not allow a reinstall";
    case Completion.AlreadyRunning: return "exactly this image runs already";
    case Completion.NoUpgrade: return "no upgrade of this session is open";
    case Completion.NoTransfer: return "no transfer of this session is open";
    case Completion.BadOffset: return "a chunk had an offset or a size that the image does not have";
    case Completion.Incomplete: return "chunks are missing";
    case Completion.DigestMismatch: return "what arrived does not have the announced SHA-256";
    case Completion.StagingFull: return "no space is left where it collects images";
    case Completion.StagingFailed: return "it could not read or write the place where it collects images";
    case Completion.FlashFailed: return "erasing, programming or reading the flash failed";
    case Completion.ReadBackMismatch: return "what was read back from flash is not what was written";
    case Completion.RecordFailed: return "the slot records could not be written";
    default: return "a completion code that this version of ferry does not know";
  }
}

/** A short word for scripts. */
export function completionName(completion: u32): string {
  switch (completion) {
    case Completion.Ok: return "Ok";
    case Completion.InProgress: return "InProgress";
    case Completion.Busy: return "Busy";
    case Completion.BadRequest: return "BadRequest";
    case Completion.VersionNotSupported: return "VersionNotSupported";
    case Completion.UnknownComponent: return "UnknownComponent";
    case Completion.BadImageSize: return "BadImageSize";
    case Completion.WouldDowngrade: return "WouldDowngrade";
    case Completion.WouldReinstall: return "WouldReinstall";
    case Completion.AlreadyRunning: return "AlreadyRunning";
    case Completion.NoUpgrade: return "NoUpgrade";
    case Completion.NoTransfer: return "NoTransfer";
    case Completion.BadOffset: return "BadOffset";
    case Completion.Incomplete: return "Incomplete";
    case Completion.DigestMismatch: return "DigestMismatch";
    case Completion.StagingFull: return "StagingFull";
    case Completion.StagingFailed: return "StagingFailed";
    case Completion.FlashFailed: return "FlashFailed";
    case Completion.ReadBackMismatch: return "ReadBackMismatch";
    case Completion.RecordFailed: return "RecordFailed";
    default: return "Unknown";
  }
}

function tellLink(status: Status): void {
  switch (status) {
    case Status.NoDevice:
      return textLiteral("no management controller answers on the bus: expected a PCI function 4652:0001 with Ferry's registers, found none");
    case Status.DeviceTooNew:
      textLiteral("the management controller speaks protocol versions ");
      textNumber(sessionLowest);
      textLiteral(" to ");
      textNumber(sessionHighest);
      textLiteral(": expected version ");
      return textNumber(PROTOCOL_VERSION);
    case Status.DeviceBusy:
      textLiteral("the management controller is held by another session, number ");
      textNumber(sessionHolder);
      textLiteral(", for ");
      return textDuration(sessionHeldMs);
    case Status.TimedOut:
      return textLiteral("the management controller does not answer: expected a response, got silence");
    case Status.Garbage:
      return textLiteral("the management controller's registers describe no mailbox that can be");
    default:
      textLiteral("the management controller sent a response that its protocol does not allow (status ");
      textNumber(<u64>status);
      return textLiteral(")");
  }
}

function adviceFor(status: Status): string {
  switch (status) {
    case Status.NoDevice: return "check that the management controller is started and that this machine has one";
    case Status.DeviceTooNew: return "use a newer ferry";
    case Status.DeviceBusy: return "wait for the other session to end, then run the same command again";
    case Status.TimedOut: return "check the management controller, then run the same command again; it goes on where it was";
    default: return "run the same command again; if it stays, the management controller needs attention";
  }
}

/** Tells that the link failed. `state` is what is true now. */
export function failLink(status: Status, state: string): void {
  failBegin();
  tellLink(status);
  failState();
  textLiteral(state);
  failAdvice();
  textLiteral(adviceFor(status));
  failNumber("status", <u64>status);
  failEnd();
}
