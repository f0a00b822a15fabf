/** The keys of [upgrade]: how the whole upgrade goes. */
import { Status } from "../status";
import { equals } from "../program/literal";
import { nearestOffer } from "../program/nearest";
import { PATH_CAPACITY, pathExpected, pathResolve, pathSize } from "../program/path";
import { iniKey, iniKeySize, iniValue, iniValueSize } from "./ini";
import { keyGiven, keyUnknown, keyUnknownBegin } from "./key";
import { lineNumber } from "./line-reader";
import { problemValue, problemValueAdvised } from "./problem";
import { choice, durationMs, valueChoice, valueDuration } from "./value";

/** Which driver carries the messages. */
export enum BusKind {
  Mailbox,
}

/** What a failed image means for those after it. */
export enum OnError {
  Stop,
  Continue,
}

/** When the device starts to run what it stored. */
export enum Activate {
  Now,
  NextReset,
  No,
}

/** Set by reading the config. */
export let busKind: BusKind = BusKind.Mailbox;
export let onError: OnError = OnError.Stop;
export let activate: Activate = Activate.Now;
/** 0 is no limit. */
export let timeLimitMs: u32 = 0;
/** The report's path on the volume, as `fileCreate` takes it. */
export const REPORT_PATH: usize = memory.data(1024, 16);
/** 0 is no report. */
export let reportPathSize: u32 = 0;
/** Where the report is named, for errors. */
export let reportLine: u32 = 0;

/** Every key at its default. */
export function upgradeSectionBegin(): void {
  busKind = BusKind.Mailbox;
  onError = OnError.Stop;
  activate = Activate.Now;
  timeLimitMs = 0;
  reportPathSize = 0;
  reportLine = 0;
}

/** Takes the pair that `iniNext` found. `directory` is the config file's. */
export function upgradeKey(directory: usize, directorySize: u32): Status {
  if (is("bus")) return readBus();
  if (is("on-error")) return readOnError();
  if (is("activate")) return readActivate();
  if (is("time-limit")) return readTimeLimit();
  if (is("report")) return readReport(directory, directorySize);
  keyUnknownBegin();
  nearestOffer("bus");
  nearestOffer("on-error");
  nearestOffer("activate");
  nearestOffer("time-limit");
  nearestOffer("report");
  return keyUnknown("bus, on-error, activate, time-limit or report in [upgrade]");
}

function is(key: string): bool {
  return equals(iniKey, iniKeySize, key);
}

function readBus(): Status {
  const status: Status = keyGiven(0);
  if (status != Status.Ok) return status;
  if (equals(iniValue, iniValueSize, "mailbox")) return Status.Ok;
  if (equals(iniValue, iniValueSize, "kcs") || equals(iniValue, iniValueSize, "ipmi")) {
    return problemValueAdvised("mailbox", "use bus = mailbox; this version of ferry has no driver for kcs and ipmi");
  }
  return problemValue("mailbox");
}

function readOnError(): Status {
  let status: Status = keyGiven(1);
  if (status != Status.Ok) return status;
  status = valueChoice("stop", "continue", "", "stop or continue");
  if (status != Status.Ok) return status;
  onError = choice;
  return Status.Ok;
}

function readActivate(): Status {
  let status: Status = keyGiven(2);
  if (status != Status.Ok) return status;
  status = valueChoice("now", "next-reset", "no", "now, next-reset or no");
  if (status != Status.Ok) return status;
  activate = choice;
  return Status.Ok;
}

function readTimeLimit(): Status {
  let status: Status = keyGiven(3);
  if (status != Status.Ok) return status;
  status = valueDuration();
  if (status != Status.Ok) return status;
  timeLimitMs = durationMs;
  return Status.Ok;
}

function readReport(directory: usize, directorySize: u32): Status {
  const status: Status = keyGiven(4);
  if (status != Status.Ok) return status;
  if (pathResolve(directory, directorySize, iniValue, iniValueSize, REPORT_PATH, PATH_CAPACITY) != Status.Ok) {
    return problemValue(pathExpected);
  }
  reportPathSize = pathSize;
  reportLine = lineNumber;
  return Status.Ok;
}
