/**
 * How an error of the config file is told: file, line, key, what was expected, what was found; then that nothing was
 * sent, and what to do. Every function that ends a problem answers ConfigInvalid.
 */
import { Status } from "../status";
import { NOTHING_SENT, failAdvice, failBegin, failEnd, failNumber, failState, failText } from "../program/failure";
import { textQuoted } from "../program/quoted";
import { textBytes, textCharacter, textLiteral, textNumber } from "../program/text";
import { iniKey, iniKeySize, iniValue, iniValueSize } from "./ini";
import { lineNumber } from "./line-reader";

let file: usize = 0;
let fileSize: u32 = 0;
let line: u32 = 0;
let column: u32 = 0;
let ofKey: bool = false;

/** The config file's path, for every problem after it. */
export function problemFile(path: usize, size: u32): void {
  file = path;
  fileSize = size;
}

/** The problem at hand is that of the key that was read last; scripts are told its name. */
export function problemOfKey(): void {
  ofKey = true;
}

/** Starts a problem at this place, 0 where a line or column says nothing; its pieces are those of text.ts. */
export function problemBegin(atLine: u32, atColumn: u32): void {
  line = atLine;
  column = atColumn;
  ofKey = false;
  failBegin();
  textBytes(file, fileSize);
  textCharacter(0x3a);
  if (line > 0) {
    textNumber(line);
    textCharacter(0x3a);
  }
  if (column > 0) {
    textNumber(column);
    textCharacter(0x3a);
  }
  textCharacter(0x20);
}

/** The second part, and the start of the third: advice comes in pieces. */
export function problemAdvice(): void {
  failState();
  textLiteral(NOTHING_SENT);
  failAdvice();
}

/** Ends a problem whose advice has been given. */
export function problemEndAdvised(): Status {
  failText("file", file, fileSize);
  if (line > 0) failNumber("line", line);
  if (column > 0) failNumber("column", column);
  if (ofKey) failText("key", iniKey, iniKeySize);
  failEnd();
  return Status.ConfigInvalid;
}

/** Ends a problem with the advice that goes with most. */
export function problemEnd(): Status {
  problemAdvice();
  if (line > 0) {
    textLiteral("correct line ");
    textNumber(line);
    textLiteral("; ");
  }
  textLiteral("ferry check -c FILE tests the config without touching the device");
  return problemEndAdvised();
}

/** The key at hand has a value that it can't have. */
export function problemValue(expected: string): Status {
  beginValue(expected);
  return problemEnd();
}

/** As `problemValue`, with its own advice. */
export function problemValueAdvised(expected: string, advice: string): Status {
  beginValue(expected);
  problemAdvice();
  textLiteral(advice);
  return problemEndAdvised();
}

function beginValue(expected: string): void {
  problemBegin(lineNumber, 0);
  ofKey = true;
  textBytes(iniKey, iniKeySize);
  textLiteral(": expected ");
  textLiteral(expected);
  textLiteral(", got ");
  if (iniValueSize == 0) textLiteral("nothing");
  else textQuoted(iniValue, iniValueSize);
}
