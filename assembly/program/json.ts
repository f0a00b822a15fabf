/**
 * JSON values over the line builder: one line, or a whole file such as the report. A caller opens a line of the form
 * Raw, builds one value and ends the line; objects and arrays nest as their calls do.
 */
import { TextForm, textBytes, textForm, textHex, textLiteral, textNumber, textCharacter } from "./text";

/** Whether a value stands before the next one in the object or array at hand. */
let comma: bool = false;

function separate(): void {
  if (comma) textCharacter(0x2c);
  comma = true;
}

function open(bracket: u32): void {
  separate();
  textCharacter(bracket);
  comma = false;
}

function close(bracket: u32): void {
  textCharacter(bracket);
  comma = true;
}

/** Starts a document: nothing stands before its first value. */
export function jsonBegin(): void {
  comma = false;
}

export function jsonObject(): void {
  open(0x7b);
}

export function jsonObjectEnd(): void {
  close(0x7d);
}

export function jsonArray(): void {
  open(0x5b);
}

export function jsonArrayEnd(): void {
  close(0x5d);
}

/** The name of the member whose value comes next. */
export function jsonKey(key: string): void {
  separate();
  textCharacter(0x22);
  textLiteral(key);
  textLiteral('":');
  comma = false;
}

/** Starts a string whose text comes in pieces; see text.ts. */
export function jsonTextBegin(): void {
  separate();
  textCharacter(0x22);
  textForm(TextForm.Json);
}

export function jsonTextEnd(): void {
  textForm(TextForm.Raw);
  textCharacter(0x22);
}

export function jsonText(at: usize, size: u32): void {
  jsonTextBegin();
  textBytes(at, size);
  jsonTextEnd();
}

export function jsonLiteral(text: string): void {
  jsonTextBegin();
  textLiteral(text);
  jsonTextEnd();
}

/** A string of hexadecimal digits. */
export function jsonHex(at: usize, size: u32): void {
  jsonTextBegin();
  textHex(at, size);
  jsonTextEnd();
}

export function jsonNumber(value: u64): void {
  separate();
  textNumber(value);
}

export function jsonBool(value: bool): void {
  separate();
  textLiteral(value ? "true" : "false");
}
