/**
 * Reads one JSON document (RFC 8259) that lies in memory, value by value and without a copy: the caller knows the shape
 * that it wants and asks for it. Numbers are whole and not negative, as Ferry writes them. Every answer that is not Ok
 * or Empty is BadField: the bytes are no such document, and reading ends there.
 */
import { Status } from "../status";
import { equals, startsWith } from "./literal";

/** How deep arrays and objects may nest in a value that is passed over. */
const DEPTH: u32 = 8;
/** The largest whole number that every reader of JSON takes for itself, 2^53 - 1. */
const LARGEST: u64 = 0x1fffffffffffff;

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;

/** Brackets for `jsonEnter` and `jsonNext`. */
export const OBJECT: u32 = 0x7b;
export const ARRAY: u32 = 0x5b;

/** Set by reading a text or a key: where it lies, between its quotation marks, escapes as they are. */
export let jsonTextAt: usize = 0;
export let jsonTextSize: u32 = 0;
/** Set by `jsonReadNumber`. */
export let jsonReadValue: u64 = 0;

let at: usize = 0;
let end: usize = 0;
/** Whether the object or array at hand has had no element yet. */
let first: bool = false;
/** Whether the text read last has no escapes, so that its bytes are what it says. */
let plain: bool = false;

/** Starts a document. */
export function jsonReadBegin(document: usize, size: u32): void {
  at = document;
  end = document + <usize>size;
  first = false;
}

/** The next byte after white space; 0 at the end, which no document holds outside of a text. */
function peek(): u32 {
  while (at < end) {
    const byte: u32 = load<u8>(at);
    if (byte != 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d) return byte;
    at++;
  }
  return 0;
}

function take(wanted: u32): Status {
  if (peek() != wanted) return Status.BadField;
  at++;
  return Status.Ok;
}

/** Goes into an OBJECT or an ARRAY. */
export function jsonEnter(bracket: u32): Status {
  const status: Status = take(bracket);
  if (status != Status.Ok) return status;
  first = true;
  return Status.Ok;
}

/** `Ok`: one more element comes. `Empty`: the OBJECT or ARRAY has ended. */
export function jsonNext(bracket: u32): Status {
  const wasFirst: bool = first;
  first = false;
  // In ASCII the closing bracket comes two behind the opening one.
  if (peek() == bracket + 2) {
    at++;
    return Status.Empty;
  }
  return wasFirst ? Status.Ok : take(COMMA);
}

/** The name of a member; its value comes next. */
export function jsonReadKey(): Status {
  const status: Status = jsonReadText();
  return status == Status.Ok ? take(COLON) : status;
}

/** Any text. */
export function jsonReadText(): Status {
  const status: Status = take(QUOTE);
  if (status != Status.Ok) return status;
  jsonTextAt = at;
  plain = true;
  while (at < end) {
    const byte: u32 = load<u8>(at);
    if (byte < 0x20) return Status.BadField;
    at++;
    if (byte == QUOTE) {
      jsonTextSize = <u32>(at - 1 - jsonTextAt);
      return Status.Ok;
    }
    if (byte != BACKSLASH) continue;
    plain = false;
    const escaped: Status = passEscape();
    if (escaped != Status.Ok) return escaped;
  }
  return Status.BadField;
}

/** A text without escapes. */
export function jsonReadPlain(): Status {
  const status: Status = jsonReadText();
  return status == Status.Ok && !plain ? Status.BadField : status;
}

/** Whether the text or key that was read is this one. */
export function jsonTextIs(text: string): bool {
  return equals(jsonTextAt, jsonTextSize, text);
}

/** What follows a backslash: one of eight characters, or `u` and four hexadecimal digits. */
function passEscape(): Status {
  if (at == end) return Status.BadField;
  const byte: u32 = load<u8>(at);
  at++;
  switch (byte) {
    case QUOTE: case BACKSLASH: case 0x2f: case 0x62: case 0x66: case 0x6e: case 0x72: case 0x74: return Status.Ok;
    case 0x75: break;
    default: return Status.BadField;
  }
  if (end - at < 4) return Status.BadField;
  for (let i: u32 = 0; i < 4; i++) {
    if (hexadecimalValue(load<u8>(at)) > 15) return Status.BadField;
    at++;
  }
  return Status.Ok;
}

/** What a hexadecimal digit stands for; more than 15 when it is none. */
export function hexadecimalValue(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter: u32 = byte | 0x20;
  return letter - 0x61 < 6 ? letter - 0x61 + 10 : 16;
}

/** A whole number, not negative, of at most 2^53 - 1. */
export function jsonReadNumber(): Status {
  const leading: u32 = peek();
  if (leading - 0x30 > 9) return Status.BadField;
  const start: usize = at;
  jsonReadValue = 0;
  while (at < end) {
    const digit: u32 = <u32>load<u8>(at) - 0x30;
    if (digit > 9) break;
    if (jsonReadValue > (LARGEST - digit) / 10) return Status.BadField;
    // No number goes on behind a leading zero.
    if (leading == 0x30 && at > start) return Status.BadField;
    jsonReadValue = jsonReadValue * 10 + digit;
    at++;
  }
  return Status.Ok;
}

/** Passes over any value. */
export function jsonPass(): Status {
  return pass(0);
}

function pass(depth: u32): Status {
  const byte: u32 = peek();
  if (byte == QUOTE) return jsonReadText();
  if (byte == OBJECT || byte == ARRAY) return depth == DEPTH ? Status.BadField : passAll(byte, depth + 1);
  if (byte == 0x74) return passWord("true");
  if (byte == 0x66) return passWord("false");
  if (byte == 0x6e) return passWord("null");
  return jsonReadNumber();
}

function passAll(bracket: u32, depth: u32): Status {
  let status: Status = jsonEnter(bracket);
  while (status == Status.Ok) {
    status = jsonNext(bracket);
    if (status == Status.Empty) return Status.Ok;
    if (status == Status.Ok && bracket == OBJECT) status = jsonReadKey();
    if (status == Status.Ok) status = pass(depth);
  }
  return status;
}

function passWord(word: string): Status {
  if (!startsWith(at, <u32>(end - at), word)) return Status.BadField;
  at += <usize>word.length;
  return Status.Ok;
}

/** Nothing but white space may be left. */
export function jsonReadEnd(): Status {
  return peek() == 0 && at == end ? Status.Ok : Status.BadField;
}
