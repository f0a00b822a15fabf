/**
 * What run and plan have in common: read the config, reach the device, learn what it holds, judge every image. Nothing
 * but hello and inventory is sent.
 */
import { imageComponent, imageComponentSize, imageCount, imageLine, imageName, imageNameSize } from "../config/image-table";
import { timeLimitMs } from "../config/upgrade-section";
import { readConfig } from "../config/upgrade-config";
import { Status } from "../status";
import { NAME_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { inventoryName } from "../wire/inventory";
import { CONFIG_PATH, configPathSize } from "./arguments";
import { milliseconds } from "./clock";
import { deviceCount, deviceLoad, deviceSelect } from "./device-table";
import { eventBegin, eventEnd, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { failAdvice, failBegin, failEnd, failState, failText, fail, NOTHING_SENT } from "./failure";
import { failImage, imageExitCode } from "./image-failure";
import { linkHoldTimeLimit, linkSetDeadline } from "./link";
import { failLink } from "./link-failure";
import { planImage, planSize, planSlotSize, planStatus, planSum, planVerdict, Verdict, verdictFails } from "./plan";
import { sayPlanHead, showPlanned } from "./plan-view";
import { textSize } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { SESSION_PLATFORM, sessionBegin, sessionBootId, sessionChunkSize, sessionWindow } from "./session";
import { textBytes, textCharacter, textLiteral, textNumber } from "./text";

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
  textLiteral(", protocol 1, ");
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
  eventEnd();
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
    failLink(status, NOTHING_SENT);
    return ExitCode.Failed;
  }
  tellDevice();
  return ExitCode.Done;
}

function tellNames(): void {
  for (let i: u32 = 0; i < deviceCount; i++) {
    deviceSelect(i);
    if (i > 0) textLiteral(", ");
    textBytes(inventoryName, paddedLength(inventoryName, NAME_SIZE));
  }
}

function failPlanned(index: u32): void {
  const verdict: Verdict = planVerdict(index);
  if (verdict == Verdict.BadImage) return failImage(index, planStatus, NOTHING_SENT);
  failBegin();
  textBytes(CONFIG_PATH, configPathSize);
  textCharacter(0x3a);
  textNumber(imageLine(index));
  textLiteral(": image ");
  textBytes(imageName(index), imageNameSize(index));
  if (verdict == Verdict.NoComponent) {
    textLiteral(": the device has no component ");
    textBytes(imageComponent(index), imageComponentSize(index));
    textLiteral(": expected one of ");
    tellNames();
  } else {
    textLiteral(": expected at most ");
    textSize(planSlotSize(index));
    textLiteral(", the size of the slot, got ");
    textSize(planSize(index));
  }
  failState();
  textLiteral(NOTHING_SENT);
  failAdvice();
  textLiteral(verdict == Verdict.NoComponent ? "correct the key component, or use the config of this platform" : "use the image for this platform");
  failText("image", imageName(index), imageNameSize(index));
  failEnd();
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
    const code: ExitCode = verdict == Verdict.BadImage ? imageExitCode(planStatus) : ExitCode.Failed;
    if (prepareExit != ExitCode.Failed) prepareExit = code;
  }
  planSum();
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
