/**
 * What run and plan have in common: read the config, reach the device, learn what it holds, judge every image. Nothing
 * but hello and inventory is sent.
 */
import { imageCount } from "../config/image-table";
import { timeLimitMs } from "../config/upgrade-section";
import { readConfig } from "../config/upgrade-config";
import { Status } from "../status";
import { LOWEST_VERSION, NAME_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { milliseconds } from "./clock";
import { deviceCount, deviceLabMode, deviceLoad } from "./device-table";
import { eventBegin, eventBool, eventEnd, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { beforeNeedsAttention } from "./before";
import { fail, NOT_HEARD, NOTHING_SENT } from "./failure";
import { signatureIsGiven } from "./image-signature";
import { sayLabMode } from "./lab-mode";
import { linkHoldTimeLimit, linkSetDeadline } from "./link";
import { failLink } from "./link-failure";
import { planImage, planSum } from "./plan";
import { failPlanned, plannedExitCode } from "./plan-failure";
import { sayPlanHead, showPlanned } from "./plan-view";
import { textSize } from "./quantity";
import { say, sayBegin, sayEnd } from "./say";
import { SESSION_PLATFORM, sessionBegin, sessionBootId, sessionChunkSize, sessionVersion, sessionWindow } from "./session";
import { textBytes, textLiteral, textNumber } from "./text";
import { Verdict, verdictFails } from "./verdict";

/** Set by `prepare`: the exit code of a run that must end now; Done to go on. */
export let prepareExit: ExitCode = ExitCode.Done;
/** Set by `prepare`: how many images can't be sent because of an error. */
export let prepareErrors: u32 = 0;

/** Set by `reachDevice`: how reaching the device went. */
export let prepareStatus: Status = Status.Ok;

/** One line on the device, for people; the event "device", for scripts. */
function tellDevice(): void {
  const platformSize: u32 = paddedLength(SESSION_PLATFORM, NAME_SIZE);
  sayBegin();
  textLiteral("device: ");
  textBytes(SESSION_PLATFORM, platformSize);
  textLiteral(", protocol ");
  textNumber(sessionVersion);
  textLiteral(", ");
  textNumber(deviceCount);
  textLiteral(deviceCount == 1 ? " component" : " components");
  textLiteral(", chunks of ");
  textSize(sessionChunkSize);
  textLiteral(", window ");
  textNumber(sessionWindow);
  sayEnd();
  eventBegin("device");
  eventText("platform", SESSION_PLATFORM, platformSize);
  eventNumber("bootId", sessionBootId);
  eventNumber("components", deviceCount);
  eventNumber("chunkSize", sessionChunkSize);
  eventNumber("window", sessionWindow);
  eventNumber("protocol", sessionVersion);
  eventBool("labMode", deviceLabMode);
  eventEnd();
  if (deviceLabMode) sayLabMode();
}

/** Reaches the device and learns what it holds. Answers the exit code; Done to go on. */
export function reachDevice(): ExitCode {
  let status: Status = sessionBegin();
  if (status == Status.Ok) status = deviceLoad();
  prepareStatus = status;
  if (status == Status.Stopped || status == Status.TimeLimit) {
    fail("the run was ended before the device was reached", NOTHING_SENT, "run the same command again");
    return ExitCode.Paused;
  }
  if (status != Status.Ok) {
    const isSilent: bool = status == Status.NoDevice || status == Status.TimedOut;
    failLink(status, isSilent ? NOT_HEARD : NOTHING_SENT);
    // A run before this one has left a component without a whole image, and nothing has been heard that would take it back.
    return isSilent && beforeNeedsAttention() ? ExitCode.NeedsAttention : ExitCode.Failed;
  }
  tellDevice();
  return ExitCode.Done;
}

/** A device of version 1 has no place for signatures. */
function tellUnsent(): void {
  if (sessionVersion != LOWEST_VERSION) return;
  for (let i: u32 = 0; i < imageCount; i++) {
    if (signatureIsGiven(i)) return say("the management controller speaks protocol 1, which carries no signatures: it will not check who made the images");
  }
}

/** Judges every image and shows the plan. */
function makePlan(): void {
  prepareErrors = 0;
  sayPlanHead();
  for (let i: u32 = 0; i < imageCount; i++) {
    const verdict: Verdict = planImage(i);
    showPlanned(i);
    if (!verdictFails(verdict)) continue;
    prepareErrors++;
    failPlanned(i);
    if (prepareExit != ExitCode.Failed) prepareExit = plannedExitCode(verdict);
  }
  planSum();
  tellUnsent();
}

/**
 * Does all that comes before the first message that changes anything. With errors in some images `prepareExit` is the
 * exit code that they earn, and the others are planned all the same; false when there is nothing to plan with.
 */
export function prepare(): bool {
  prepareExit = ExitCode.Done;
  const started: u64 = milliseconds();
  const status: Status = readConfig(CONFIG_PATH, configPathSize);
  if (status != Status.Ok) {
    prepareExit = status == Status.ConfigInvalid ? ExitCode.Usage : ExitCode.Failed;
    return false;
  }
  linkSetDeadline(timeLimitMs == 0 ? 0 : started + timeLimitMs);
  linkHoldTimeLimit(true);
  prepareExit = reachDevice();
  if (prepareExit != ExitCode.Done) return false;
  makePlan();
  return true;
}
