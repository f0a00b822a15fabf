/**
 * The INI grammar: `[section]`, `key = value`, comments. A comment starts with `;` or `#` at a line's start, or with
 * `;` after white space behind a value; `"..."` keeps spaces and semicolons. Knows no section and no key.
 */
import { Status } from "../status";
import { LINE, lineBegin, lineColumn, lineExpected, lineFound, lineFoundByte, lineNext, lineSize } from "./line-reader";

/** What `iniNext` found. */
export enum IniItem {
  Section,
  Pair,
}

/** Set by `iniNext`. A section's name is in the value. The bytes stay until the next call. */
export let iniItem: IniItem = IniItem.Section;
export let iniKey: usize = 0;
export let iniKeySize: u32 = 0;
export let iniValue: usize = 0;
export let iniValueSize: u32 = 0;

/** Set by `iniNext` when it refuses: the column, from 1, or 0; what was expected; what was found, a literal or bytes. */
export let iniColumn: u32 = 0;
export let iniExpected: string = "";
export let iniFound: string = "";
export let iniFoundAt: usize = 0;
export let iniFoundSize: u32 = 0;

const foundByte: usize = memory.data(1, 16);

const SPACE: u32 = 0x20;
const TAB: u32 = 0x09;
const QUOTE: u32 = 0x22;
const HASH: u32 = 0x23;
const SEMICOLON: u32 = 0x3b;
const EQUALS: u32 = 0x3d;
const OPEN: u32 = 0x5b;
const CLOSE: u32 = 0x5d;

/** Starts at the present position of an open file. */
export function iniBegin(file: u32): void {
  lineBegin(file);
}

/**
 * Finds the next section or pair; its line is `lineNumber`. Empty at the end of the file, FileError when reading
 * failed, ConfigInvalid when a line is no INI.
 */
export function iniNext(): Status {
  while (true) {
    const status: Status = lineNext();
    if (status == Status.ConfigInvalid) return refuseLine();
    if (status != Status.Ok) return status;
    const end: usize = LINE + <usize>lineSize;
    const start: usize = skipSpace(LINE, end);
    if (start == end) continue;
    const first: u32 = load<u8>(start);
    if (first == SEMICOLON || first == HASH) continue;
    return first == OPEN ? readSection(start + 1, end) : readPair(start, end);
  }
}

function isSpace(byte: u32): bool {
  return byte == SPACE || byte == TAB;
}

function skipSpace(at: usize, end: usize): usize {
  while (at < end && isSpace(load<u8>(at))) at++;
  return at;
}

function trimEnd(start: usize, end: usize): usize {
  while (end > start && isSpace(load<u8>(end - 1))) end--;
  return end;
}

function find(at: usize, end: usize, byte: u32): usize {
  while (at < end && <u32>load<u8>(at) != byte) at++;
  return at;
}

function readSection(start: usize, end: usize): Status {
  const close: usize = find(start, end, CLOSE);
  if (close == end) return refuse(end, "a ] after the section's name", start - 1, end);
  const status: Status = expectRest(close + 1, end, "nothing but a comment after the ]");
  if (status != Status.Ok) return status;
  iniItem = IniItem.Section;
  setValue(skipSpace(start, close), close);
  return Status.Ok;
}

function readPair(start: usize, end: usize): Status {
  const sign: usize = find(start, end, EQUALS);
  if (sign == end) return refuse(start, "key = value or [section]", start, end);
  const keyEnd: usize = trimEnd(start, sign);
  if (keyEnd == start) return refuse(start, "a key before the =", start, end);
  iniItem = IniItem.Pair;
  iniKey = start;
  iniKeySize = <u32>(keyEnd - start);
  return readValue(sign + 1, end);
}

function readValue(at: usize, end: usize): Status {
  const start: usize = skipSpace(at, end);
  if (start < end && load<u8>(start) == QUOTE) return readQuoted(start + 1, end);
  let stop: usize = start;
  while (stop < end && (<u32>load<u8>(stop) != SEMICOLON || !isSpace(load<u8>(stop - 1)))) stop++;
  setValue(start, stop);
  return Status.Ok;
}

function readQuoted(start: usize, end: usize): Status {
  const close: usize = find(start, end, QUOTE);
  if (close == end) return refuse(start, "a closing quotation mark", start - 1, end);
  const status: Status = expectRest(close + 1, end, "nothing but a comment after the closing quotation mark");
  if (status != Status.Ok) return status;
  iniValue = start;
  iniValueSize = <u32>(close - start);
  return Status.Ok;
}

function setValue(start: usize, end: usize): void {
  iniValue = start;
  iniValueSize = <u32>(trimEnd(start, end) - start);
}

function expectRest(at: usize, end: usize, expected: string): Status {
  const rest: usize = skipSpace(at, end);
  if (rest == end || load<u8>(rest) == SEMICOLON) return Status.Ok;
  return refuse(rest, expected, rest, end);
}

function refuse(at: usize, expected: string, found: usize, end: usize): Status {
  iniColumn = <u32>(at - LINE) + 1;
  iniExpected = expected;
  iniFound = "";
  iniFoundAt = found;
  iniFoundSize = <u32>(end - found);
  return Status.ConfigInvalid;
}

/** A line that is no text. */
function refuseLine(): Status {
  iniColumn = lineColumn;
  iniExpected = lineExpected;
  iniFound = lineFound;
  store<u8>(foundByte, <u8>lineFoundByte);
  iniFoundAt = foundByte;
  iniFoundSize = 1;
  return Status.ConfigInvalid;
}
