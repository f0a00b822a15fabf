/** The program's voice for scripts: with --json, one JSON object a line on descriptor 1. Without it, nothing. */
import {
  jsonBegin, jsonBool, jsonHex, jsonKey, jsonLiteral, jsonNumber, jsonObject, jsonObjectEnd, jsonText, jsonTextBegin,
  jsonTextEnd,
} from "./json";
import { TextForm, textBegin, textEnd } from "./text";

let json: bool = false;

/** Whether the program speaks JSON Lines. */
export function outputJson(): bool {
  return json;
}

/** Chooses the voice; called once, when the arguments are read. */
export function setOutputJson(wanted: bool): void {
  json = wanted;
}

/** Starts an event of this name. */
export function eventBegin(name: string): void {
  if (!json) return;
  textBegin(1, TextForm.Raw);
  jsonBegin();
  jsonObject();
  eventLiteral("event", name);
}

export function eventEnd(): void {
  if (!json) return;
  jsonObjectEnd();
  textEnd();
}

/** Starts a member whose text comes in pieces; see text.ts. */
export function eventTextBegin(key: string): void {
  if (!json) return;
  jsonKey(key);
  jsonTextBegin();
}

export function eventTextEnd(): void {
  if (json) jsonTextEnd();
}

export function eventText(key: string, at: usize, size: u32): void {
  if (!json) return;
  jsonKey(key);
  jsonText(at, size);
}

export function eventLiteral(key: string, text: string): void {
  if (!json) return;
  jsonKey(key);
  jsonLiteral(text);
}

export function eventNumber(key: string, value: u64): void {
  if (!json) return;
  jsonKey(key);
  jsonNumber(value);
}

export function eventBool(key: string, value: bool): void {
  if (!json) return;
  jsonKey(key);
  jsonBool(value);
}

/** A SHA-256 digest: 32 bytes. */
export function eventDigest(key: string, at: usize): void {
  if (!json) return;
  jsonKey(key);
  jsonHex(at, 32);
}
