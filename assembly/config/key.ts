/** Keys of a section: which were given already, and what was meant by one that is unknown. */
import { Status } from "../status";
import { nearest, nearestBegin } from "../program/nearest";
import { textQuoted } from "../program/quoted";
import { textBytes, textLiteral } from "../program/text";
import { iniKey, iniKeySize } from "./ini";
import { lineNumber } from "./line-reader";
import { problemAdvice, problemBegin, problemEnd, problemEndAdvised, problemOfKey } from "./problem";

/** Bit n is set when the section's n-th key was given. */
export let keysGiven: u32 = 0;

/** A section starts: no key was given. */
export function keysBegin(): void {
  keysGiven = 0;
}

/** Notes that the section's n-th key is given; twice is one time too many. */
export function keyGiven(index: u32): Status {
  const bit: u32 = 1 << index;
  if ((keysGiven & bit) != 0) {
    problemBegin(lineNumber, 0);
    problemOfKey();
    textBytes(iniKey, iniKeySize);
    textLiteral(": expected it once in the section, got it twice");
    return problemEnd();
  }
  keysGiven |= bit;
  return Status.Ok;
}

/** Starts the error of an unknown key: offer the known ones with `nearestOffer`, then end it with `keyUnknown`. */
export function keyUnknownBegin(): void {
  nearestBegin(iniKey, iniKeySize);
}

/** Ends the error of an unknown key; `known` names the keys that the section has. */
export function keyUnknown(known: string): Status {
  problemBegin(lineNumber, 0);
  problemOfKey();
  textLiteral("unknown key ");
  textQuoted(iniKey, iniKeySize);
  textLiteral(": expected ");
  textLiteral(known);
  if (nearest.length == 0) return problemEnd();
  problemAdvice();
  textLiteral("write ");
  textLiteral(nearest);
  textLiteral(" if that was meant");
  return problemEndAdvised();
}
