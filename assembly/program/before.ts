/**
 * Tells what happened before this run: what the report of the run before says, and what that means for the images that
 * are sent now. Where an image really goes on is the device's word, and push.ts tells it.
 */
import { imageComponent, imageComponentSize, imageCount } from "../config/image-table";
import { REPORT_PATH, reportPathSize } from "../config/upgrade-section";
import { DIGEST_SIZE } from "../wire/message-type";
import { afterOs, firmwareKept, firmwareStatus } from "./arguments";
import {
  EARLIER_DIGEST, earlierComponent, earlierComponentSize, earlierName, earlierNameSize, earlierPaused, earlierPausedAt, earlierSize,
} from "./earlier-image";
import {
  AFTER_OS, BEFORE_OS, Earlier, earlierAfterOs, earlierByTimeLimit, earlierExitCode, earlierPlatform, earlierPlatformSize, earlierRead,
  STOPPED, TIME_LIMIT,
} from "./earlier-report";
import { textErrno } from "./errno";
import { eventBegin, eventBool, eventEnd, eventLiteral, eventNumber, eventText } from "./event";
import { ExitCode, exitMeaning } from "./exit-code";
import { fileErrno } from "./file";
import { sameBytes } from "./literal";
import { planDigest, planSize, planVerdict } from "./plan";
import { textPart } from "./quantity";
import { sayBegin, sayEnd } from "./say";
import { textBytes, textLiteral } from "./text";
import { Verdict, verdictSends } from "./verdict";

/** What becomes of the image that the run before left off. */
enum Next {
  /** It is sent now. */
  GoesOn,
  /** The config names another image for its component now. */
  OtherImage,
  /** The device holds what the config names for its component. */
  Held,
  /** Nothing is sent to its component now; the plan says why. */
  NotSent,
}

function nextOf(): Next {
  for (let i: u32 = 0; i < imageCount; i++) {
    if (!sameBytes(imageComponent(i), imageComponentSize(i), earlierComponent, earlierComponentSize)) continue;
    const verdict: Verdict = planVerdict(i);
    if (verdict == Verdict.UpToDate || verdict == Verdict.WaitsForReset) return Next.Held;
    if (!verdictSends(verdict)) return Next.NotSent;
    const same: bool = <u64>planSize(i) == earlierSize && memory.compare(planDigest(i), EARLIER_DIGEST, DIGEST_SIZE) == 0;
    return same ? Next.GoesOn : Next.OtherImage;
  }
  return Next.NotSent;
}

function nextWords(next: Next): string {
  switch (next) {
    case Next.GoesOn: return "; going on from there";
    case Next.OtherImage: return "; the config names another image now";
    case Next.Held: return "; the device holds what the config names for it";
    default: return "; it is not sent now";
  }
}

function sayPaused(next: Next): void {
  textLiteral("paused ");
  if (earlierPaused) {
    textLiteral("at ");
    textPart(earlierPausedAt, earlierSize);
    textLiteral(" of ");
    textBytes(earlierName, earlierNameSize);
  } else {
    textLiteral("before an image was begun");
  }
  textLiteral(earlierByTimeLimit ? " (time limit)" : " (stopped)");
  textLiteral(earlierPaused ? nextWords(next) : "; going on");
}

function sayUsable(next: Next): void {
  sayBegin();
  textLiteral(earlierAfterOs ? "the run before, after the OS: " : afterOs ? "before the OS: " : "the run before: ");
  if (earlierExitCode == <u32>ExitCode.Paused) sayPaused(next);
  else textLiteral(exitMeaning(earlierExitCode));
  sayEnd();
}

function eventUsable(next: Next): void {
  eventBegin("earlier");
  eventLiteral("report", "usable");
  eventLiteral("when", earlierAfterOs ? AFTER_OS : BEFORE_OS);
  eventNumber("exitCode", earlierExitCode);
  eventLiteral("meaning", exitMeaning(earlierExitCode));
  if (earlierExitCode == <u32>ExitCode.Paused) eventLiteral("ended", earlierByTimeLimit ? TIME_LIMIT : STOPPED);
  if (earlierPaused) {
    eventText("image", earlierName, earlierNameSize);
    eventText("component", earlierComponent, earlierComponentSize);
    eventNumber("pausedAt", earlierPausedAt);
    eventNumber("size", earlierSize);
    eventBool("goesOn", next == Next.GoesOn);
  }
  eventEnd();
}

function reasonWord(earlier: Earlier): string {
  switch (earlier) {
    case Earlier.Missing: return "missing";
    case Earlier.Unreadable: return "unreadable";
    case Earlier.NotOurs: return "not-a-report";
    default: return "other-platform";
  }
}

/** A report that can't be used. Nothing else changes for this run. */
function tellUnusable(earlier: Earlier): void {
  sayBegin();
  textLiteral(afterOs ? "before the OS: " : "the run before: ");
  if (earlier == Earlier.Missing) textLiteral("there is no report ");
  else textLiteral("nothing is known, the report ");
  textBytes(REPORT_PATH, reportPathSize);
  if (earlier == Earlier.Unreadable) {
    textLiteral(" can't be read: ");
    textErrno(fileErrno);
  } else if (earlier == Earlier.NotOurs) {
    textLiteral(" is torn or not one of ferry's");
  } else if (earlier == Earlier.OtherPlatform) {
    textLiteral(" is of another machine, ");
    textBytes(earlierPlatform, earlierPlatformSize);
  }
  sayEnd();
  eventBegin("earlier");
  eventLiteral("report", reasonWord(earlier));
  eventEnd();
}

function tellReport(earlier: Earlier): void {
  if (earlier == Earlier.Usable) {
    const next: Next = earlierPaused ? nextOf() : Next.NotSent;
    sayUsable(next);
    eventUsable(next);
  } else if (earlier == Earlier.Missing) {
    // Before the OS the first run of all is the common one.
    if (afterOs) tellUnusable(earlier);
  } else if (earlier != Earlier.NotAsked) {
    tellUnusable(earlier);
  }
}

/** What the status means that the firmware kept: an exit code, or why ferry.wasm did not run to its end. */
function firmwareMeaning(): string {
  return firmwareStatus > <u64>ExitCode.Usage ? "ferry.wasm could not be run, or was aborted" : exitMeaning(<u32>firmwareStatus);
}

/**
 * Tells what the firmware's variable says, when it says more than the report. A run after the OS replaces the report and
 * not the variable, so a report from after the OS is the newer one.
 */
function tellFirmware(earlier: Earlier): void {
  if (!firmwareKept) return;
  if (earlier == Earlier.Usable && (earlierAfterOs || <u64>earlierExitCode == firmwareStatus)) return;
  sayBegin();
  textLiteral("before the OS: ");
  textLiteral(firmwareMeaning());
  textLiteral(" (from the firmware's variable FerryResult)");
  sayEnd();
  eventBegin("firmware");
  if (firmwareStatus <= <u64>ExitCode.Usage) eventNumber("exitCode", firmwareStatus);
  eventLiteral("meaning", firmwareMeaning());
  eventEnd();
}

/** Whether the run before, by its report or by the firmware's variable, has left a component that needs attention. */
export function beforeNeedsAttention(): bool {
  if (firmwareKept && firmwareStatus == <u64>ExitCode.NeedsAttention) return true;
  // The platform of a device that was not reached is not known.
  const earlier: Earlier = earlierRead();
  return (earlier == Earlier.Usable || earlier == Earlier.OtherPlatform) && earlierExitCode == <u32>ExitCode.NeedsAttention;
}

/** Reads the report of the run before and tells what it says; before this run writes its own, after the plan was made. */
export function tellBefore(): void {
  const earlier: Earlier = earlierRead();
  tellReport(earlier);
  tellFirmware(earlier);
}
