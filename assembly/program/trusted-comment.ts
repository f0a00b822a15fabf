/**
 * What a signature says about its image, in its trusted comment:
 *
 *   component=bmc platform=ferry-q35 version=2.4.1 security=3 size=33554432 sha256=<64 hexadecimal digits>
 *
 * These six fields, in this order, with one space between them and one way to write each value. Read here only to judge
 * early; the management controller reads it again and believes no host.
 */
import { Status } from "../status";
import { hexadecimalValue } from "./json-reader";
import { startsWith } from "./literal";

/** The fields, in the order in which they stand. */
export enum Field {
  Component,
  Platform,
  Version,
  Security,
  Size,
  Sha256,
}

/** How many there are. */
export const FIELD_COUNT: u32 = 6;

/** What is wrong with a comment. */
export enum CommentFault {
  /** Another text stands where the field has to stand. */
  Missing,
  /** The field's value is not written as its rule wants it. */
  Value,
  /** Something stands behind the last field. */
  Extra,
}

const DIGEST_SIZE: u32 = 32;
const HIGHEST: u64 = 0xffffffff;
const values: usize = memory.data(24, 16);
const sizes: usize = memory.data(24, 16);

/** Set by `trustedCommentRead`: the numbers and the digest that the comment names. */
export let commentSecurity: u32 = 0;
export let commentSize: u32 = 0;
export const COMMENT_DIGEST: usize = memory.data(32, 16);
/** Set by `trustedCommentRead` when it answers BadField: what is wrong, with which field, and what stood there; at 0: nothing. */
export let commentFault: CommentFault = CommentFault.Missing;
export let commentField: Field = Field.Component;
export let commentFoundAt: usize = 0;
export let commentFoundSize: u32 = 0;

let number: u64 = 0;

/** The name of a field. */
export function fieldName(field: Field): string {
  switch (field) {
    case Field.Component: return "component";
    case Field.Platform: return "platform";
    case Field.Version: return "version";
    case Field.Security: return "security";
    case Field.Size: return "size";
    default: return "sha256";
  }
}

/** What its value must look like. */
export function fieldRule(field: Field): string {
  switch (field) {
    case Field.Component:
    case Field.Platform: return "1 to 15 of a-z, 0-9 and \"-\"";
    case Field.Version: return "1 to 31 printable ASCII characters without space";
    case Field.Security: return "a whole number from 0 to 4294967294";
    case Field.Size: return "a number of bytes from 1 to 4294967295";
    default: return "64 hexadecimal digits in lower case";
  }
}

/** Where the text of a field's value lies: in the comment that was read last. */
export function fieldText(field: Field): usize {
  return <usize>load<u32>(values + (<usize>field << 2));
}

export function fieldTextSize(field: Field): u32 {
  return load<u32>(sizes + (<usize>field << 2));
}

/** Reads a comment of `size` bytes. BadField for one that is not written so. */
export function trustedCommentRead(comment: usize, size: u32): Status {
  const end: usize = comment + <usize>size;
  let at: usize = comment;
  for (let field: Field = Field.Component; <u32>field < FIELD_COUNT; field++) {
    // `at` is one beyond the end when the part before was the last one.
    if (at > end) return refuse(CommentFault.Missing, field, 0, 0);
    const next: usize = partEnd(at, end);
    const status: Status = readField(field, at, <u32>(next - at));
    if (status != Status.Ok) return status;
    at = next + 1;
  }
  return at > end ? Status.Ok : refuse(CommentFault.Extra, Field.Sha256, at, <u32>(end - at));
}

function partEnd(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != 0x20) at++;
  return at;
}

function refuse(fault: CommentFault, field: Field, found: usize, size: u32): Status {
  commentFault = fault;
  commentField = field;
  commentFoundAt = found;
  commentFoundSize = size;
  return Status.BadField;
}

function readField(field: Field, at: usize, size: u32): Status {
  const name: string = fieldName(field);
  const nameSize: u32 = name.length;
  if (!startsWith(at, size, name) || size == nameSize || load<u8>(at + <usize>nameSize) != 0x3d) {
    return refuse(CommentFault.Missing, field, at, size);
  }
  const value: usize = at + <usize>(nameSize + 1);
  const valueSize: u32 = size - nameSize - 1;
  store<u32>(values + (<usize>field << 2), <u32>value);
  store<u32>(sizes + (<usize>field << 2), valueSize);
  return isGood(field, value, valueSize) ? Status.Ok : refuse(CommentFault.Value, field, value, valueSize);
}

/** Whether a value keeps its field's rule; takes numbers and the digest over. */
function isGood(field: Field, at: usize, size: u32): bool {
  switch (field) {
    case Field.Component:
    case Field.Platform: return isName(at, size);
    case Field.Version: return isVersion(at, size);
    case Field.Security:
      // The number after the highest stands for "none" in the slot records.
      if (!readNumber(at, size) || number == HIGHEST) return false;
      commentSecurity = <u32>number;
      return true;
    case Field.Size:
      if (!readNumber(at, size) || number == 0) return false;
      commentSize = <u32>number;
      return true;
    default: return readDigest(at, size);
  }
}

function isName(at: usize, size: u32): bool {
  if (size == 0 || size > 15) return false;
  for (let i: u32 = 0; i < size; i++) {
    const byte: u32 = load<u8>(at + <usize>i);
    if (byte - 0x61 >= 26 && byte - 0x30 >= 10 && byte != 0x2d) return false;
  }
  return true;
}

function isVersion(at: usize, size: u32): bool {
  if (size == 0 || size > 31) return false;
  for (let i: u32 = 0; i < size; i++) if (<u32>load<u8>(at + <usize>i) - 0x21 > 0x7e - 0x21) return false;
  return true;
}

/** Digits without a zero in front, at most ten of them and at most 32 bits. */
function readNumber(at: usize, size: u32): bool {
  if (size == 0 || size > 10 || (size > 1 && load<u8>(at) == 0x30)) return false;
  number = 0;
  for (let i: u32 = 0; i < size; i++) {
    const digit: u32 = <u32>load<u8>(at + <usize>i) - 0x30;
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  return number <= HIGHEST;
}

function readDigest(at: usize, size: u32): bool {
  if (size != DIGEST_SIZE * 2) return false;
  for (let i: u32 = 0; i < DIGEST_SIZE; i++) {
    const high: u32 = lowerHex(load<u8>(at + <usize>(i << 1)));
    const low: u32 = lowerHex(load<u8>(at + <usize>(i << 1), 1));
    if (high > 15 || low > 15) return false;
    store<u8>(COMMENT_DIGEST + <usize>i, <u8>(high << 4 | low));
  }
  return true;
}

/** Over 15 for what is no digit, and for a capital letter. */
function lowerHex(byte: u32): u32 {
  return byte - 0x41 < 26 ? 16 : hexadecimalValue(byte);
}
