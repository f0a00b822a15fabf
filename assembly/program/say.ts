/** The program's voice for people: lines on descriptor 1. With --json, nothing. */
import { outputJson } from "./event";
import { TextForm, textBegin, textEnd, textLiteral } from "./text";

/** Starts a line; its pieces are those of text.ts and quantity.ts. */
export function sayBegin(): void {
  textBegin(1, outputJson() ? TextForm.Muted : TextForm.Shown);
}

export function sayEnd(): void {
  textEnd();
}

/** A whole line. */
export function say(text: string): void {
  sayBegin();
  textLiteral(text);
  sayEnd();
}
