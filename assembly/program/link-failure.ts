/** What is wrong between the program and the device, told in three parts. */
import { Status } from "../status";
import { LOWEST_VERSION, PROTOCOL_VERSION } from "../wire/message-type";
import { failAdvice, failBegin, failEnd, failNumber, failState } from "./failure";
import { textDuration } from "./quantity";
import { textUpgradeId } from "./identifier";
import { sessionHeldMs, sessionHighest, sessionHolder, sessionLowest } from "./session";
import { textLiteral, textNumber } from "./text";

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
      textNumber(LOWEST_VERSION);
      textLiteral(" or ");
      return textNumber(PROTOCOL_VERSION);
    case Status.DeviceBusy:
      textLiteral("the management controller is held by another session, ");
      textUpgradeId(sessionHolder);
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
