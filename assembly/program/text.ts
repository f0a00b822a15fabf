/**
 * Builds lines of text in one static buffer and writes them to a descriptor. What a piece of text looks like is
 * decided by the line's form, so that the same pieces serve a person, a JSON string and nobody. A line longer than the
 * buffer is written in parts; text that can't be written is lost and noted, because output never stops an upgrade.
 */
import { Status } from "../status";
import { descriptorWrite } from "./descriptor";
import { isControl, utf8Code, utf8Next } from "./utf8";

/** What becomes of the pieces of a line. */
export enum TextForm {
  /** Nothing: nobody reads this line. */
  Muted,
  /** As it is: the punctuation of JSON. */
  Raw,
  /** For a person's terminal: what could drive it is escaped as `\x1b`. */
  Shown,
  /** Inside a JSON string: escaped after RFC 8259, what is no UTF-8 becomes U+FFFD. */
  Json,
}

const CAPACITY: usize = 4096;
const buffer: usize = memory.data(4096, 16);
const encoded: usize = memory.data(4, 16);
const DIGITS: usize = 20;
const digits: usize = memory.data(20, 16);

let used: usize = 0;
let descriptor: u32 = 1;
let form: TextForm = TextForm.Muted;
/** Whether the cursor of descriptor 1's terminal stands behind a line that was drawn in place. */
let openLine: bool = false;

/** Characters in the line so far. Set by every piece. */
export let textWidth: u32 = 0;
/** How the writes since the last `textBegin` went; the errno is in `descriptorErrno`. */
export let textStatus: Status = Status.Ok;

/** Starts a line of this form on this descriptor. An in-place line is left standing above it. */
export function textBegin(onto: u32, as: TextForm): void {
  if (openLine) {
    begin(1, TextForm.Raw);
    put(0x0a);
    textFlush();
    openLine = false;
  }
  begin(onto, as);
}

/** Starts a line that overwrites the in-place line on descriptor 1. End it with `textLeaveOpen` or `textEnd`. */
export function textRedraw(): void {
  begin(1, TextForm.Shown);
  put(0x0d);
  textWidth = 0;
}

function begin(onto: u32, as: TextForm): void {
  textFlush();
  descriptor = onto;
  form = as;
  textWidth = 0;
  textStatus = Status.Ok;
}

/** Ends the line with a line feed and writes it. */
export function textEnd(): void {
  if (form != TextForm.Muted) put(0x0a);
  textFlush();
  form = TextForm.Muted;
  openLine = false;
}

/** Writes the line as it is; the cursor stays behind it. */
export function textLeaveOpen(): void {
  textFlush();
  form = TextForm.Muted;
  openLine = true;
}

/** Changes the form inside a line. */
export function textForm(as: TextForm): void {
  form = as;
}

/** Writes what is in the buffer. */
export function textFlush(): void {
  if (used == 0) return;
  const status: Status = descriptorWrite(descriptor, buffer, <u32>used);
  if (status != Status.Ok) textStatus = status;
  used = 0;
}

function put(byte: u32): void {
  if (used == CAPACITY) textFlush();
  store<u8>(buffer + used, <u8>byte);
  used++;
  if ((byte & 0xc0) != 0x80) textWidth++;
}

/** One ASCII character. */
export function textCharacter(byte: u32): void {
  store<u8>(encoded, <u8>byte);
  textBytes(encoded, 1);
}

/** A literal of this program: characters of the basic plane. */
export function textLiteral(text: string): void {
  const at: usize = changetype<usize>(text);
  for (let i: i32 = 0; i < text.length; i++) {
    const unit: u32 = load<u16>(at + (<usize>i << 1));
    let size: u32 = 1;
    if (unit < 0x80) {
      store<u8>(encoded, <u8>unit);
    } else if (unit < 0x800) {
      store<u8>(encoded, <u8>(0xc0 | (unit >> 6)));
      store<u8>(encoded, <u8>(0x80 | (unit & 0x3f)), 1);
      size = 2;
    } else {
      store<u8>(encoded, <u8>(0xe0 | (unit >> 12)));
      store<u8>(encoded, <u8>(0x80 | ((unit >> 6) & 0x3f)), 1);
      store<u8>(encoded, <u8>(0x80 | (unit & 0x3f)), 2);
      size = 3;
    }
    textBytes(encoded, size);
  }
}

/** Bytes from anywhere: a file's name, a device's answer. They can't break out of the line's form. */
export function textBytes(at: usize, size: u32): void {
  if (form == TextForm.Muted) return;
  const end: usize = at + <usize>size;
  while (at < end) {
    const width: u32 = form == TextForm.Raw ? 1 : utf8Next(at, end);
    if (width == 0) {
      putInvalid(load<u8>(at));
      at++;
      continue;
    }
    if (form == TextForm.Raw || !putEscaped(utf8Code)) {
      for (let i: u32 = 0; i < width; i++) put(load<u8>(at + <usize>i));
    }
    at += <usize>width;
  }
}

/** Puts a character that may not stand for itself. Answers false when it may. */
function putEscaped(code: u32): bool {
  if (form == TextForm.Json && (code == 0x22 || code == 0x5c)) {
    put(0x5c);
    put(code);
    return true;
  }
  if (!isControl(code)) return false;
  put(0x5c);
  if (form == TextForm.Shown && code < 0x100) {
    put(0x78);
  } else {
    put(0x75);
    putHex(code >> 12);
    putHex(code >> 8);
  }
  putHex(code >> 4);
  putHex(code);
  return true;
}

function putInvalid(byte: u32): void {
  if (form == TextForm.Json) {
    put(0xef);
    put(0xbf);
    put(0xbd);
    return;
  }
  put(0x5c);
  put(0x78);
  putHex(byte >> 4);
  putHex(byte);
}

function putHex(value: u32): void {
  const digit: u32 = value & 15;
  put(digit < 10 ? 0x30 + digit : 0x57 + digit);
}

/** Bytes as lower-case hexadecimal digits. */
export function textHex(at: usize, size: u32): void {
  if (form == TextForm.Muted) return;
  for (let i: u32 = 0; i < size; i++) {
    const byte: u32 = load<u8>(at + <usize>i);
    putHex(byte >> 4);
    putHex(byte);
  }
}

/** A number in decimal digits. */
export function textNumber(value: u64): void {
  if (form == TextForm.Muted) return;
  let first: usize = DIGITS;
  do {
    first--;
    store<u8>(digits + first, <u8>(0x30 + value % 10));
    value /= 10;
  } while (value > 0);
  for (let i: usize = first; i < DIGITS; i++) put(load<u8>(digits + i));
}

/** Spaces up to this column of the line, at least one. */
export function textColumn(column: u32): void {
  if (form == TextForm.Muted) return;
  do put(0x20);
  while (textWidth < column);
}
