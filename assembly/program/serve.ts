/**
 * `ferry serve`: lets the management controller read files of the volume, so that it finds images there. The controller
 * wishes, one part of one file at a time; the program answers until it is stopped. Nothing outside of the volume can be
 * named: path.ts and the volume see to that.
 */
import { busSleep } from "../bus/imports";
import { mailboxSize } from "../bus/mailbox";
import { Status } from "../status";
import { Completion } from "../wire/completion";
import { frameBodySize, frameDecode, frameEncode, frameId, frameIsResponse, frameType, HEADER_SIZE } from "../wire/frame";
import {
  SERVE_REQUEST_SIZE, serveCompletion, ServeOutcome, serveOffset, servePath, servePathSize, serveRequestEncode, serveResponseDecode, serveSize, serveWaitMs,
  serveWish, StorageMessage,
} from "../wire/storage-serve";
import { eventBegin, eventEnd, eventNumber, eventText } from "./event";
import { ExitCode } from "./exit-code";
import { failAdvice, failBegin, failEnd, failState, NOTHING_SENT } from "./failure";
import { fileClose, fileMeasure, fileOpen, fileOpened, fileRead, fileReadSize, fileSeek, fileSize } from "./file";
import { failLink } from "./link-failure";
import { LINK_IN, linkNow, linkReceive, linkSend } from "./link";
import { PATH_CAPACITY, pathResolve, pathSize } from "./path";
import { textSize } from "./quantity";
import { say, sayBegin, sayEnd } from "./say";
import { sessionBegin, sessionRenew } from "./session";
import { textBytes, textLiteral } from "./text";

const OUT: usize = memory.data(65568, 16);
const BODY: usize = OUT + HEADER_SIZE;
const BYTES: usize = BODY + SERVE_REQUEST_SIZE;
const PATH: usize = memory.data(1024, 16);

/** How long an answer of the controller is waited for before the request is repeated, and how often. */
const ANSWER_MS: u32 = 1000;
const TRIES: u32 = 8;
/** Sizes on the wire have 32 bits. */
const LARGEST_FILE: u64 = 0xffffffff;

let id: u32 = 0;

/** Sends the request whose body lies at BODY, and waits for its response. `Ok`: it has been decoded. */
function ask(bodySize: u32): Status {
  id++;
  const size: u32 = frameEncode(OUT, StorageMessage.Serve, id, bodySize);
  for (let tries: u32 = 0; tries < TRIES; tries++) {
    const sent: Status = linkSend(OUT, size, ANSWER_MS);
    if (sent != Status.Ok && sent != Status.Full) return sent;
    const status: Status = answer();
    if (status != Status.Empty) return status;
  }
  return Status.TimedOut;
}

/** `Empty` when none has come in time. */
function answer(): Status {
  const since: u32 = linkNow();
  for (let waited: u32 = 0; waited < ANSWER_MS; waited = linkNow() - since) {
    const status: Status = linkReceive(ANSWER_MS - waited);
    if (status != Status.Ok) return status;
    if (frameDecode(LINK_IN, mailboxSize) != Status.Ok || !frameIsResponse || frameType != <u32>StorageMessage.Serve || frameId != id) continue;
    return serveResponseDecode(LINK_IN + HEADER_SIZE, frameBodySize);
  }
  return Status.Empty;
}

function nothing(): u32 {
  return serveRequestEncode(BODY, 0, 0, 0, 0, 0);
}

function refused(how: ServeOutcome): u32 {
  return serveRequestEncode(BODY, serveWish, how, 0, 0, 0);
}

/** Reads what is wished for into the next request; answers the size of its body. */
function fulfil(): u32 {
  if (pathResolve(0, 0, servePath, servePathSize, PATH, PATH_CAPACITY) != Status.Ok) return refused(ServeOutcome.NotFound);
  const opened: Status = fileOpen(PATH, pathSize);
  if (opened != Status.Ok) return refused(opened == Status.FileError ? ServeOutcome.Failed : ServeOutcome.NotFound);
  const file: u32 = fileOpened;
  const body: u32 = readPart(file);
  fileClose(file);
  return body;
}

function readPart(file: u32): u32 {
  if (fileMeasure(file) != Status.Ok || fileSize > LARGEST_FILE) return refused(ServeOutcome.Failed);
  const total: u32 = <u32>fileSize;
  const offset: u32 = min<u32>(serveOffset, total);
  if (fileSeek(file, offset) != Status.Ok || fileRead(file, BYTES, min<u32>(serveSize, total - offset)) != Status.Ok) return refused(ServeOutcome.Failed);
  if (offset == 0 && serveSize > 0) tellFile(total);
  return serveRequestEncode(BODY, serveWish, ServeOutcome.Ok, offset, total, fileReadSize);
}

function tellFile(total: u32): void {
  sayBegin();
  textLiteral("the management controller reads ");
  textBytes(PATH, pathSize);
  textLiteral(", ");
  textSize(total);
  sayEnd();
  eventBegin("serve");
  eventText("file", PATH, pathSize);
  eventNumber("size", total);
  eventEnd();
}

function failRefused(): u32 {
  failBegin();
  textLiteral("the management controller asks for no files: expected one that reads images from its host, it does not know how to");
  failState();
  textLiteral(NOTHING_SENT);
  failAdvice();
  textLiteral("update the management controller's firmware");
  failEnd();
  return ExitCode.Failed;
}

function failed(status: Status): u32 {
  failLink(status, NOTHING_SENT);
  return ExitCode.Failed;
}

/** Whether the controller may be there again a little later. */
function isLost(status: Status): bool {
  return status == Status.PeerRestarted || status == Status.TimedOut || status == Status.Garbage;
}

/** Answers the exit code: being stopped is how it ends well. */
export function serveCommand(): u32 {
  let status: Status = sessionBegin();
  if (status == Status.Ok) say("the management controller may read the files of this directory, until this is stopped");
  let size: u32 = nothing();
  while (status == Status.Ok) {
    status = ask(size);
    size = nothing();
    if (isLost(status)) {
      status = sessionRenew();
      continue;
    }
    if (status != Status.Ok) break;
    if (serveCompletion != <u32>Completion.Ok) return failRefused();
    if (serveWish != 0) size = fulfil();
    else if (busSleep(serveWaitMs)) status = Status.Stopped;
  }
  return status == Status.Stopped ? ExitCode.Done : failed(status);
}
