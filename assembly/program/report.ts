/** The report file: what the run did, as one JSON object, for whoever comes later. */
import {
  imageComponent, imageComponentSize, imageCount, imageName, imageNameSize, imageVersion, imageVersionSize,
} from "../config/image-table";
import { REPORT_PATH, reportPathSize } from "../config/upgrade-section";
import { Status } from "../status";
import { RESET_DEVICE, RESET_HOST } from "../wire/end-upgrade";
import { clock_time_get, clockid } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { senderDone, senderPhase } from "../transfer/sender";
import { NAME_SIZE, NO_PATCH, Phase } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { afterOs } from "./arguments";
import { confirmResets } from "./confirm";
import { AFTER_OS, BEFORE_OS, STOPPED, TIME_LIMIT } from "./earlier-report";
import { deviceLabMode } from "./device-table";
import { ExitCode, exitMeaning } from "./exit-code";
import { failBegin, failClose } from "./failure";
import { fileClose, fileCreate, fileErrno, fileOpened } from "./file";
import { textErrno } from "./errno";
import { textKeyId, textUpgradeId } from "./identifier";
import { patchFound, patchToSend } from "./image-patch";
import { signatureIsGiven, signatureKeyId, signatureSecurity } from "./image-signature";
import {
  jsonArray, jsonArrayEnd, jsonBegin, jsonBool, jsonHex, jsonKey, jsonLiteral, jsonNumber, jsonObject, jsonObjectEnd, jsonText, jsonTextBegin,
  jsonTextEnd,
} from "./json";
import { Outcome, outcomeBusBytes, outcomeEqual, outcomeFlashMs, outcomeOf, outcomeResumed, outcomeSlot, outcomeTookMs } from "./outcome";
import { planDigest, planPresent, planPresentSize, planSize, planVerdict } from "./plan";
import { prepareStatus } from "./prepare";
import { SESSION_PLATFORM, sessionBootId } from "./session";
import { TextForm, textBegin, textBytes, textEnd, textLiteral, textStatus } from "./text";
import { upgradeNumber, upgradeStatus } from "./upgrade";
import { verdictName } from "./verdict";
import { VERSION } from "./version";

const now: usize = memory.data(8, 16);

function outcomeName(outcome: Outcome): string {
  switch (outcome) {
    case Outcome.NotTried: return "not-tried";
    case Outcome.Skipped: return "skipped";
    case Outcome.Stored: return "stored";
    case Outcome.Failed: return "failed";
    case Outcome.Broken: return "broken";
    default: return "paused";
  }
}

/** Why the run ended. */
function endedName(code: u32): string {
  const status: Status = prepareStatus == Status.Ok ? upgradeStatus : prepareStatus;
  if (status == Status.TimeLimit) return TIME_LIMIT;
  if (status == Status.Stopped) return STOPPED;
  return code == ExitCode.Failed || code == ExitCode.NeedsAttention || code == ExitCode.Usage ? "failed" : "finished";
}

/** How many bytes the device had acknowledged of the image that this run left off: the last one that it began. */
function pausedAt(index: u32): u32 {
  return senderPhase > <u32>Phase.Receiving ? planSize(index) : senderDone;
}

function reportSignature(index: u32): void {
  jsonKey("signed");
  jsonBool(signatureIsGiven(index));
  if (!signatureIsGiven(index)) return;
  jsonKey("keyId");
  jsonTextBegin();
  textKeyId(signatureKeyId(index));
  jsonTextEnd();
  jsonKey("security");
  jsonNumber(signatureSecurity(index));
}

function reportImage(index: u32): void {
  jsonObject();
  jsonKey("image");
  jsonText(imageName(index), imageNameSize(index));
  jsonKey("component");
  jsonText(imageComponent(index), imageComponentSize(index));
  jsonKey("before");
  jsonText(planPresent(index), planPresentSize(index));
  jsonKey("version");
  jsonText(imageVersion(index), imageVersionSize(index));
  jsonKey("size");
  jsonNumber(planSize(index));
  jsonKey("sha256");
  jsonHex(planDigest(index), 32);
  reportSignature(index);
  jsonKey("plan");
  jsonLiteral(verdictName(planVerdict(index)));
  jsonKey("outcome");
  jsonLiteral(outcomeName(outcomeOf(index)));
  if (outcomeOf(index) == Outcome.Paused) {
    jsonKey("pausedAt");
    jsonNumber(pausedAt(index));
  }
  if (patchFound(index) != NO_PATCH) {
    jsonKey("patch");
    jsonNumber(patchFound(index));
    jsonKey("sentAs");
    jsonLiteral(patchToSend(index) != NO_PATCH ? "patch" : "image");
  }
  if (outcomeOf(index) == Outcome.Stored) {
    jsonKey("slot");
    jsonNumber(outcomeSlot(index));
    jsonKey("resumedAt");
    jsonNumber(outcomeResumed(index));
    jsonKey("equalBytes");
    jsonNumber(outcomeEqual(index));
    jsonKey("busBytes");
    jsonNumber(outcomeBusBytes(index));
    jsonKey("flashMs");
    jsonNumber(outcomeFlashMs(index));
    jsonKey("tookMs");
    jsonNumber(outcomeTookMs(index));
  }
  jsonObjectEnd();
}

function reportAll(code: u32, planned: bool): void {
  jsonBegin();
  jsonObject();
  jsonKey("ferry");
  jsonLiteral(VERSION);
  jsonKey("unixSeconds");
  jsonNumber(clock_time_get(clockid.REALTIME, 1000000, now) == 0 ? load<u64>(now) / 1000000000 : 0);
  jsonKey("when");
  jsonLiteral(afterOs ? AFTER_OS : BEFORE_OS);
  jsonKey("exitCode");
  jsonNumber(code);
  jsonKey("meaning");
  jsonLiteral(exitMeaning(code));
  jsonKey("ended");
  jsonLiteral(endedName(code));
  jsonKey("platform");
  jsonText(SESSION_PLATFORM, paddedLength(SESSION_PLATFORM, NAME_SIZE));
  jsonKey("bootId");
  jsonNumber(sessionBootId);
  jsonKey("upgrade");
  jsonNumber(upgradeNumber);
  jsonKey("upgradeId");
  jsonTextBegin();
  if (upgradeNumber != 0) textUpgradeId(upgradeNumber);
  jsonTextEnd();
  jsonKey("labMode");
  jsonBool(deviceLabMode);
  jsonKey("deviceResetNeeded");
  jsonBool((confirmResets & RESET_DEVICE) != 0);
  jsonKey("hostResetNeeded");
  jsonBool((confirmResets & RESET_HOST) != 0);
  jsonKey("images");
  jsonArray();
  if (planned) for (let i: u32 = 0; i < imageCount; i++) reportImage(i);
  jsonArrayEnd();
  jsonObjectEnd();
}

/**
 * Writes the report, when the config names one. A report that can't be written is told and changes nothing else: what
 * happened to the device is what counts.
 */
export function reportWrite(code: u32, planned: bool): void {
  if (reportPathSize == 0) return;
  let status: Status = fileCreate(REPORT_PATH, reportPathSize);
  if (status == Status.Ok) {
    const file: u32 = fileOpened;
    textBegin(file, TextForm.Raw);
    reportAll(code, planned);
    textEnd();
    status = textStatus;
    const closed: Status = fileClose(file);
    if (status == Status.Ok) status = closed;
  }
  if (status == Status.Ok) return;
  failBegin();
  textLiteral("writing the report ");
  textBytes(REPORT_PATH, reportPathSize);
  textLiteral(" failed with ");
  textErrno(fileErrno);
  failClose("the run itself went as shown; only its report is missing", "make room on the volume, or correct the key report");
}
