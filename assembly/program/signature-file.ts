/**
 * The form of a signature file as minisign writes it. No cryptography: whether the signature is right is the management
 * controller's to judge, which takes no host's word for it.
 *
 *   1  untrusted comment: <free text>
 *   2  base64( "ED" | key id 8 | signature 64 over the image )
 *   3  trusted comment: <signed text, see trusted-comment.ts>
 *   4  base64( signature 64 over the signature above and the trusted comment's text )
 */
import { Status } from "../status";
import { base64Decode, base64Length } from "./base64";
import { startsWith } from "./literal";
import { trustedCommentRead } from "./trusted-comment";
import { utf8Code, utf8Next } from "./utf8";

/** What is wrong with a file, or one of its lines. */
export enum FileFault {
  /** It has a CR. */
  Return,
  /** It is no UTF-8. */
  NotUtf8,
  /** It has another number of lines than four: `signatureFaultCount`. */
  Lines,
  /** The line does not start as it has to. */
  Start,
  /** The comment in the line is too long: `signatureFaultCount` bytes. */
  Long,
  /** The comment in the line has a control character. */
  Control,
  /** The line has another number of characters than its base64: `signatureFaultCount`. */
  Base64Size,
  /** The line is no base64, or not the one way to write it. */
  Base64,
  /** A signature over the file itself, as minisign before 0.10 and signify make them. */
  Legacy,
  /** An algorithm that is not minisign's. */
  Algorithm,
  /** The trusted comment: trusted-comment.ts has what is wrong with it. */
  Comment,
}

/** The lines' fixed starts. */
export const UNTRUSTED_COMMENT: string = "untrusted comment: ";
export const TRUSTED_COMMENT: string = "trusted comment: ";
/** The longest comment in line 1, in bytes. */
export const UNTRUSTED_LIMIT: u32 = 1024;

const LINES: u32 = 4;
const KEY_ID_SIZE: usize = 8;
const SIGNED_SIZE: u32 = 74;
const GLOBAL_SIZE: u32 = 64;
const LINE_FEED: u32 = 0x0a;

/** Set by `signatureFileRead`: the eight bytes of the key id, as they lie in the file. */
export const SIGNATURE_KEY_ID: usize = memory.data(8, 16);
/** Set by `signatureFileRead` when it answers BadField: what, and in which line from 1, or 0; and a number that goes with it. */
export let signatureFault: FileFault = FileFault.Return;
export let signatureFaultLine: u32 = 0;
export let signatureFaultCount: u32 = 0;

const decoded: usize = memory.data(80, 16);
const starts: usize = memory.data(16, 16);
const ends: usize = memory.data(16, 16);

function refuse(fault: FileFault, line: u32, count: u32): Status {
  signatureFault = fault;
  signatureFaultLine = line;
  signatureFaultCount = count;
  return Status.BadField;
}

/** Reads a signature file of `size` bytes, and its trusted comment. BadField for one that is not written so. */
export function signatureFileRead(file: usize, size: u32): Status {
  let status: Status = findLines(file, file + <usize>size);
  if (status == Status.Ok) status = readComment(1, UNTRUSTED_COMMENT, UNTRUSTED_LIMIT);
  if (status == Status.Ok) status = readSigned();
  // The protocol's limit for a whole file is below minisign's for this comment.
  if (status == Status.Ok) status = readComment(3, TRUSTED_COMMENT, size);
  if (status == Status.Ok) status = readBase64(4, GLOBAL_SIZE);
  if (status != Status.Ok) return status;
  const start: u32 = TRUSTED_COMMENT.length;
  if (trustedCommentRead(lineStart(3) + <usize>start, lineSize(3) - start) == Status.Ok) return Status.Ok;
  return refuse(FileFault.Comment, 3, 0);
}

function lineStart(line: u32): usize {
  return <usize>load<u32>(starts + (<usize>(line - 1) << 2));
}

function lineSize(line: u32): u32 {
  return load<u32>(ends + (<usize>(line - 1) << 2)) - <u32>lineStart(line);
}

/** Finds the four lines. A line feed after the last one may be missing. */
function findLines(file: usize, end: usize): Status {
  let count: u32 = 0;
  let start: usize = file;
  for (let at: usize = file; at < end; ) {
    if (<u32>load<u8>(at) == 0x0d) return refuse(FileFault.Return, count + 1, 0);
    const width: u32 = utf8Next(at, end);
    if (width == 0) return refuse(FileFault.NotUtf8, count + 1, 0);
    at += <usize>width;
    if (utf8Code != LINE_FEED && at < end) continue;
    if (count < LINES) {
      store<u32>(starts + (<usize>count << 2), <u32>start);
      store<u32>(ends + (<usize>count << 2), <u32>(utf8Code == LINE_FEED ? at - 1 : at));
    }
    count++;
    start = at;
  }
  return count == LINES ? Status.Ok : refuse(FileFault.Lines, 0, count);
}

function readComment(line: u32, start: string, limit: u32): Status {
  const startSize: u32 = start.length;
  if (!startsWith(lineStart(line), lineSize(line), start)) return refuse(FileFault.Start, line, 0);
  const size: u32 = lineSize(line) - startSize;
  if (size > limit) return refuse(FileFault.Long, line, size);
  let at: usize = lineStart(line) + <usize>startSize;
  const end: usize = at + <usize>size;
  while (at < end) {
    at += <usize>utf8Next(at, end);
    // C0 but for the tab, DEL and C1 would reach a terminal.
    if ((utf8Code < 0x20 && utf8Code != 0x09) || (utf8Code >= 0x7f && utf8Code <= 0x9f)) return refuse(FileFault.Control, line, 0);
  }
  return Status.Ok;
}

function readBase64(line: u32, size: u32): Status {
  if (lineSize(line) != base64Length(size)) return refuse(FileFault.Base64Size, line, lineSize(line));
  return base64Decode(lineStart(line), size, decoded) ? Status.Ok : refuse(FileFault.Base64, line, 0);
}

function readSigned(): Status {
  const status: Status = readBase64(2, SIGNED_SIZE);
  if (status != Status.Ok) return status;
  // "Ed" and "ED" in the order of the bytes.
  const algorithm: u32 = load<u16>(decoded);
  if (algorithm == 0x6445) return refuse(FileFault.Legacy, 2, 0);
  if (algorithm != 0x4445) return refuse(FileFault.Algorithm, 2, 0);
  memory.copy(SIGNATURE_KEY_ID, decoded + 2, KEY_ID_SIZE);
  return Status.Ok;
}

/** Characters of base64 that a line has to have, and the bytes that they stand for. */
export function signatureBase64Size(line: u32): u32 {
  return line == 2 ? SIGNED_SIZE : GLOBAL_SIZE;
}
