/**
 * The report that the run before left: read for what is told about it and for nothing else. What goes on, and where, is
 * decided by what the device itself holds; a report may be missing, torn by a power cut, or another machine's.
 */
import { REPORT_PATH, reportPathSize } from "../config/upgrade-section";
import { Status } from "../status";
import { NAME_SIZE } from "../wire/message-type";
import { paddedLength } from "../wire/text";
import { earlierImageRead, earlierImagesBegin } from "./earlier-image";
import { ExitCode } from "./exit-code";
import { fileClose, fileOpen, fileOpened, fileRead, fileReadSize } from "./file";
import {
  ARRAY, jsonEnter, jsonNext, jsonPass, jsonReadBegin, jsonReadEnd, jsonReadKey, jsonReadNumber, jsonReadPlain, jsonReadText,
  jsonReadValue, jsonTextAt, jsonTextIs, jsonTextSize, OBJECT,
} from "./json-reader";
import { sameBytes } from "./literal";
import { SESSION_PLATFORM } from "./session";

/** What there is of an earlier report. */
export enum Earlier {
  /** The config names no report. */
  NotAsked,
  /** No file is there. */
  Missing,
  /** The file could not be read; the reason is in `fileErrno`. */
  Unreadable,
  /** The file is torn, or no report that this program writes. */
  NotOurs,
  /** The report is another machine's: its platform is not the device's. */
  OtherPlatform,
  /** A report, in the results below. */
  Usable,
}

/** Where a run took place, in the words of the report. */
export const BEFORE_OS: string = "before-os";
export const AFTER_OS: string = "after-os";
/** Why a run ended early, in the words of the report. */
export const TIME_LIMIT: string = "time-limit";
export const STOPPED: string = "stopped";

/** Sixteen images take less than half of it, whatever their names. */
const CAPACITY: u32 = 32768;
const document: usize = memory.data(32768, 16);

/** Set by `earlierRead`. */
export let earlierAfterOs: bool = false;
export let earlierExitCode: u32 = 0;
export let earlierByTimeLimit: bool = false;
/** Where the platform of the report stands, also when it is another one. */
export let earlierPlatform: usize = 0;
export let earlierPlatformSize: u32 = 0;

/** Members that were there, a bit each: a report has all of them. */
let seen: u32 = 0;
const ALL: u32 = 0x3f;

/** Reads the report of the run before. Changes nothing. */
export function earlierRead(): Earlier {
  earlierImagesBegin();
  if (reportPathSize == 0) return Earlier.NotAsked;
  let status: Status = fileOpen(REPORT_PATH, reportPathSize);
  if (status == Status.NotFound) return Earlier.Missing;
  if (status != Status.Ok) return Earlier.Unreadable;
  const file: u32 = fileOpened;
  status = fileRead(file, document, CAPACITY);
  fileClose(file);
  if (status == Status.NotFound) return Earlier.Missing;
  if (status != Status.Ok) return Earlier.Unreadable;
  if (fileReadSize == CAPACITY || readReport(fileReadSize) != Status.Ok) return Earlier.NotOurs;
  return isThisPlatform() ? Earlier.Usable : Earlier.OtherPlatform;
}

/** A run that reached no device knows no platform; its report says nothing that could be another machine's. */
function isThisPlatform(): bool {
  return earlierPlatformSize == 0
    || sameBytes(earlierPlatform, earlierPlatformSize, SESSION_PLATFORM, paddedLength(SESSION_PLATFORM, NAME_SIZE));
}

function readReport(size: u32): Status {
  seen = 0;
  jsonReadBegin(document, size);
  let status: Status = jsonEnter(OBJECT);
  while (status == Status.Ok) {
    status = jsonNext(OBJECT);
    if (status == Status.Ok) status = readMember();
  }
  if (status != Status.Empty) return status;
  return seen == ALL ? jsonReadEnd() : Status.BadField;
}

function readMember(): Status {
  const status: Status = jsonReadKey();
  if (status != Status.Ok) return status;
  if (jsonTextIs("ferry")) return found(1, jsonReadPlain());
  if (jsonTextIs("when")) return found(2, readWhen());
  if (jsonTextIs("exitCode")) return found(4, readExitCode());
  if (jsonTextIs("ended")) return found(8, readEnded());
  if (jsonTextIs("platform")) return found(16, readPlatform());
  // A key that a newer ferry has added is passed over.
  return jsonTextIs("images") ? found(32, readImages()) : jsonPass();
}

/** Nothing is given twice: of two values one would be believed that someone else does not see. */
function found(bit: u32, status: Status): Status {
  if ((seen & bit) != 0) return Status.BadField;
  seen |= bit;
  return status;
}

function readWhen(): Status {
  const status: Status = jsonReadPlain();
  earlierAfterOs = jsonTextIs(AFTER_OS);
  return status == Status.Ok && !earlierAfterOs && !jsonTextIs(BEFORE_OS) ? Status.BadField : status;
}

function readEnded(): Status {
  const status: Status = jsonReadPlain();
  earlierByTimeLimit = jsonTextIs(TIME_LIMIT);
  return status;
}

function readExitCode(): Status {
  const status: Status = jsonReadNumber();
  if (status != Status.Ok) return status;
  earlierExitCode = <u32>min<u64>(jsonReadValue, 0xffffffff);
  return earlierExitCode <= <u32>ExitCode.NeedsAttention || earlierExitCode == <u32>ExitCode.Usage ? Status.Ok : Status.BadField;
}

function readPlatform(): Status {
  const status: Status = jsonReadText();
  earlierPlatform = jsonTextAt;
  earlierPlatformSize = jsonTextSize;
  return status;
}

function readImages(): Status {
  let status: Status = jsonEnter(ARRAY);
  while (status == Status.Ok) {
    status = jsonNext(ARRAY);
    if (status == Status.Ok) status = earlierImageRead();
  }
  return status == Status.Empty ? Status.Ok : status;
}
