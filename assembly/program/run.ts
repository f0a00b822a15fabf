/** `ferry -c FILE`: carries the config out. */
import { imageCount } from "../config/image-table";
import { OnError, onError } from "../config/upgrade-section";
import { Status } from "../status";
import { RESET_DEVICE, RESET_HOST } from "../wire/end-upgrade";
import { tellBefore } from "./before";
import { completionMeaning, completionName } from "./completion-words";
import { confirmResets } from "./confirm";
import { ExitCode } from "./exit-code";
import { failBegin, failClose } from "./failure";
import { failLink } from "./link-failure";
import { Outcome, outcomeCount, outcomesClear, outcomeSet } from "./outcome";
import { planSendCount, planVerdict } from "./plan";
import { prepare, prepareErrors, prepareExit } from "./prepare";
import { reportWrite } from "./report";
import { say } from "./say";
import { textLiteral } from "./text";
import { tellTrials } from "./trial-view";
import { upgradeCompletion, upgradeRun, upgradeStatus } from "./upgrade";
import { Verdict, verdictFails, verdictSends } from "./verdict";

function skipWhatIsNotSent(): void {
  for (let i: u32 = 0; i < imageCount; i++) {
    if (verdictFails(planVerdict(i))) outcomeSet(i, Outcome.Failed);
    else if (!verdictSends(planVerdict(i))) outcomeSet(i, Outcome.Skipped);
  }
}

function anyWaitsForReset(): bool {
  for (let i: u32 = 0; i < imageCount; i++) if (planVerdict(i) == Verdict.WaitsForReset) return true;
  return false;
}

/** The upgrade as a whole failed, and no image has told why. */
function tellUpgradeFailed(): void {
  const told: u32 = outcomeCount(imageCount, Outcome.Failed) + outcomeCount(imageCount, Outcome.Broken);
  if (told > prepareErrors) return;
  const stored: bool = outcomeCount(imageCount, Outcome.Stored) > 0;
  const state: string = stored
    ? "images were stored and read back, and may not be active yet; every component runs a whole image"
    : "no image was sent; the device is on its old images";
  if (upgradeStatus != Status.Refused) return failLink(upgradeStatus, state);
  failBegin();
  textLiteral("the management controller refused the upgrade with ");
  textLiteral(completionName(upgradeCompletion));
  textLiteral(": ");
  textLiteral(completionMeaning(upgradeCompletion));
  failClose(state, "run the same command again; it goes on where it was");
}

function isPause(): bool {
  return upgradeStatus == Status.Stopped || upgradeStatus == Status.TimeLimit;
}

function endWords(code: ExitCode): string {
  switch (code) {
    case ExitCode.Done: return "done: everything is stored, read back and active";
    case ExitCode.NothingToDo:
      // Not exit code 3: a script that resets the machine on 3 would do so for ever.
      if (anyWaitsForReset()) return "nothing to do: the device holds what the config names; some of it runs after the next reset only";
      return "nothing to do: the device holds what the config names";
    case ExitCode.Paused: return "paused at a chunk; run the same command again, it goes on from there";
    case ExitCode.ResetNeeded:
      if (confirmResets == RESET_HOST) return "done: stored and read back; the new firmware of the host runs after its next reset";
      if (confirmResets == RESET_DEVICE) return "done: stored and read back; active after the next reset";
      if (confirmResets == 0) return "done: stored and read back; what was stored before runs after the next reset";
      return "done: stored and read back; active after the next reset of the host";
    case ExitCode.NeedsAttention: return "failed: a component needs attention, see above";
    default: return "failed: see above; run the same command again when the cause is removed";
  }
}

/** Which exit code says what state the device is in now. */
function exitCode(): ExitCode {
  if (outcomeCount(imageCount, Outcome.Broken) > 0) return ExitCode.NeedsAttention;
  if (isPause()) return ExitCode.Paused;
  if (outcomeCount(imageCount, Outcome.Failed) > 0 || upgradeStatus != Status.Ok) return ExitCode.Failed;
  if (outcomeCount(imageCount, Outcome.Stored) > 0) {
    return confirmResets != 0 || anyWaitsForReset() ? ExitCode.ResetNeeded : ExitCode.Done;
  }
  return ExitCode.NothingToDo;
}

function finish(code: ExitCode, planned: bool): u32 {
  if (code != ExitCode.Usage) say(endWords(code));
  reportWrite(code, planned);
  return code;
}

/** Answers the exit code. */
export function runCommand(): u32 {
  outcomesClear();
  if (!prepare()) {
    if (prepareExit != ExitCode.Usage) reportWrite(prepareExit, false);
    return prepareExit;
  }
  tellBefore();
  skipWhatIsNotSent();
  if (prepareErrors > 0 && (onError == OnError.Stop || planSendCount == 0)) return finish(prepareExit, true);
  if (planSendCount > 0) {
    upgradeRun();
    if (upgradeStatus != Status.Ok && !isPause()) tellUpgradeFailed();
    if (upgradeStatus == Status.Ok) tellTrials();
  }
  return finish(exitCode(), true);
}
