/**
 * Lines of a text file, read in pieces: a file of any size costs two small buffers. Accepts a byte order mark, LF and
 * CR LF, and a last line without either. Refuses what is no text a person wrote. Knows no INI.
 */
import { Status } from "../status";
import { fileRead, fileReadSize } from "../program/file";

const PIECE: u32 = 4096;
const piece: usize = memory.data(4096, 16);
const LINE_LIMIT: u32 = 1024;
const FILE_LIMIT: u32 = 1 << 20;

/** The line that `lineNext` found, without its end. The caller may change it. */
export const LINE: usize = memory.data(1024, 16);
/** Set by `lineNext`: bytes of the line. */
export let lineSize: u32 = 0;
/** Set by `lineNext`: the line's number, from 1; 0 when it refuses the file as a whole. */
export let lineNumber: u32 = 0;
/** Set by `lineNext` when it refuses: the column, from 1, what was expected and what was found. */
export let lineColumn: u32 = 0;
export let lineExpected: string = "";
export let lineFound: string = "";
/** Set with `lineFound` when that is empty: the byte that was found. */
export let lineFoundByte: u32 = 0;

let file: u32 = 0;
let pieceSize: u32 = 0;
let at: u32 = 0;
let total: u32 = 0;
let started: bool = false;

/** Starts at the present position of an open file. */
export function lineBegin(from: u32): void {
  file = from;
  pieceSize = 0;
  at = 0;
  total = 0;
  started = false;
  lineNumber = 0;
}

/**
 * Reads the next line. Empty at the end of the file, FileError when reading failed, ConfigInvalid when the bytes are no
 * text; the results above say where and why.
 */
export function lineNext(): Status {
  lineSize = 0;
  lineNumber++;
  let any: bool = false;
  while (true) {
    if (at == pieceSize) {
      const status: Status = nextPiece();
      if (status != Status.Ok) return status;
      if (pieceSize == 0) break;
      continue;
    }
    const byte: u32 = load<u8>(piece + <usize>at);
    at++;
    any = true;
    if (byte == 0x0a) break;
    if (lineSize == LINE_LIMIT) return refuse("a line of at most 1,024 bytes", "a longer one");
    store<u8>(LINE + <usize>lineSize, <u8>byte);
    lineSize++;
  }
  if (!any) return Status.Empty;
  if (lineSize > 0 && load<u8>(LINE + <usize>(lineSize - 1)) == 0x0d) lineSize--;
  return expectText();
}

function nextPiece(): Status {
  const status: Status = fileRead(file, piece, PIECE);
  if (status != Status.Ok) return status;
  pieceSize = fileReadSize;
  at = 0;
  if (pieceSize > FILE_LIMIT - total) return refuseWhole("a config of at most 1 MiB", "a longer one");
  total += pieceSize;
  return started ? Status.Ok : skipMark();
}

/** U+FEFF at the start only tells how the file is encoded. */
function skipMark(): Status {
  started = true;
  if (pieceSize < 2) return Status.Ok;
  const mark: u32 = load<u16>(piece);
  if (mark == 0xfeff || mark == 0xfffe) return refuseWhole("UTF-8 or ASCII text", "UTF-16: save the file as UTF-8");
  if (pieceSize >= 3 && mark == 0xbbef && load<u8>(piece, 2) == 0xbf) at = 3;
  return Status.Ok;
}

function expectText(): Status {
  for (let i: u32 = 0; i < lineSize; i++) {
    const byte: u32 = load<u8>(LINE + <usize>i);
    if ((byte >= 0x20 && byte != 0x7f) || byte == 0x09) continue;
    lineColumn = i + 1;
    lineExpected = "text";
    lineFound = byte == 0 ? "a NUL byte" : "";
    lineFoundByte = byte;
    return Status.ConfigInvalid;
  }
  return Status.Ok;
}

function refuse(expected: string, found: string): Status {
  lineColumn = lineSize + 1;
  lineExpected = expected;
  lineFound = found;
  return Status.ConfigInvalid;
}

function refuseWhole(expected: string, found: string): Status {
  lineNumber = 0;
  lineColumn = 0;
  lineExpected = expected;
  lineFound = found;
  return Status.ConfigInvalid;
}
