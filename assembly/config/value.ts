/** Values of the config: words of a list, durations, digests. Each reads the value that `iniNext` found. */
import { Status } from "../status";
import { equals } from "../program/literal";
import { iniValue, iniValueSize } from "./ini";
import { problemValue } from "./problem";

/** A week: beyond it, a clock of 32 bits in milliseconds would come near its end. */
const LONGEST_MS: u64 = 7 * 24 * 3600 * 1000;
const DIGEST_SIZE: u32 = 32;

/** Set by `valueChoice`: the index of the word. */
export let choice: u32 = 0;
/** Set by `valueDuration`: milliseconds. */
export let durationMs: u32 = 0;

/** One of two or three words; the third may be empty. `expected` names them in an error. */
export function valueChoice(first: string, second: string, third: string, expected: string): Status {
  if (equals(iniValue, iniValueSize, first)) choice = 0;
  else if (equals(iniValue, iniValueSize, second)) choice = 1;
  else if (third.length > 0 && equals(iniValue, iniValueSize, third)) choice = 2;
  else return problemValue(expected);
  return Status.Ok;
}

/** A whole number with a unit: `120s`. */
export function valueDuration(): Status {
  let count: u64 = 0;
  let digits: u32 = 0;
  while (digits < iniValueSize) {
    const digit: u32 = <u32>load<u8>(iniValue + <usize>digits) - 0x30;
    if (digit > 9) break;
    if (count <= LONGEST_MS) count = count * 10 + digit;
    digits++;
  }
  const unit: u64 = unitMs(iniValue + <usize>digits, iniValueSize - digits);
  if (digits == 0 || unit == 0) return problemValue("a whole number with a unit, ms, s, m or h, such as 120s");
  if (count == 0 || count > LONGEST_MS / unit) return problemValue("a time from 1ms to 168h");
  durationMs = <u32>(count * unit);
  return Status.Ok;
}

function unitMs(at: usize, size: u32): u64 {
  if (equals(at, size, "ms")) return 1;
  if (equals(at, size, "s")) return 1000;
  if (equals(at, size, "m")) return 60 * 1000;
  if (equals(at, size, "h")) return 3600 * 1000;
  return 0;
}

/** A SHA-256 digest in hexadecimal; its 32 bytes go to `into`. */
export function valueDigest(into: usize): Status {
  if (iniValueSize != DIGEST_SIZE * 2) return problemValue("a SHA-256 digest of 64 hexadecimal digits");
  for (let i: u32 = 0; i < DIGEST_SIZE; i++) {
    const at: usize = iniValue + <usize>(i << 1);
    const high: u32 = hexDigit(load<u8>(at));
    const low: u32 = hexDigit(load<u8>(at, 1));
    if (high > 15 || low > 15) return problemValue("a SHA-256 digest of 64 hexadecimal digits");
    store<u8>(into + <usize>i, <u8>((high << 4) | low));
  }
  return Status.Ok;
}

/** Over 15 for what is no digit. */
function hexDigit(byte: u32): u32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower: u32 = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 16;
}
