/**
 * Errors in three parts: what failed (expected X, got Y), what is true now, what to do. People read them on
 * descriptor 2; with --json they are an event "error" with the members failed, state and advice on descriptor 1.
 * Between the calls come the pieces of text.ts and quantity.ts.
 */
import { eventBegin, eventEnd, eventLiteral, eventNumber, eventText, eventTextBegin, eventTextEnd, outputJson } from "./event";
import { TextForm, textBegin, textEnd, textLiteral } from "./text";

/** The state after every failure before the first message to the device. */
export const NOTHING_SENT: string = "nothing was sent; the device is as it was";
/** The state when the device was never heard. */
export const NOT_HEARD: string = "nothing was sent; the device was not heard, so its state is not known; keep the power on if a run before this one said so";

let textOpen: bool = false;

function closeText(): void {
  if (textOpen) eventTextEnd();
  textOpen = false;
}

function part(key: string, label: string): void {
  if (outputJson()) {
    closeText();
    eventTextBegin(key);
    textOpen = true;
  } else {
    textLiteral(label);
  }
}

/** Starts an error with its first part: what failed. */
export function failBegin(): void {
  if (outputJson()) eventBegin("error");
  else textBegin(2, TextForm.Shown);
  part("failed", "ferry: ");
}

/** The second part: what is true now. */
export function failState(): void {
  if (!outputJson()) nextLine();
  part("state", "  now: ");
}

/** The third part: what to do. */
export function failAdvice(): void {
  if (!outputJson()) nextLine();
  part("advice", "  do:  ");
}

function nextLine(): void {
  textEnd();
  textBegin(2, TextForm.Shown);
}

/** A member for scripts, after the third part. People have read it in the sentence. */
export function failText(key: string, at: usize, size: u32): void {
  closeText();
  eventText(key, at, size);
}

/** A word for scripts, after the third part. */
export function failLiteral(key: string, word: string): void {
  closeText();
  eventLiteral(key, word);
}

/** A number for scripts, after the third part. */
export function failNumber(key: string, value: u64): void {
  closeText();
  eventNumber(key, value);
}

export function failEnd(): void {
  closeText();
  if (outputJson()) eventEnd();
  else textEnd();
}

/** A whole error. */
export function fail(failed: string, state: string, advice: string): void {
  failBegin();
  textLiteral(failed);
  failClose(state, advice);
}

/** The second and third part, and the end, of an error whose first part came in pieces. */
export function failClose(state: string, advice: string): void {
  failState();
  textLiteral(state);
  failAdvice();
  textLiteral(advice);
  failEnd();
}
