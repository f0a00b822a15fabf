/** Sizes, rates and durations as people read them: pieces of a line, built from those of text.ts. */
import { textCharacter, textLiteral, textNumber } from "./text";

const KIB: u64 = 1 << 10;

function unitOf(bytes: u64): u32 {
  let unit: u32 = 0;
  while (unit < 3 && bytes >= KIB << (10 * <u64>unit)) unit++;
  return unit;
}

function textUnit(unit: u32): void {
  if (unit == 1) textLiteral(" KiB");
  else if (unit == 2) textLiteral(" MiB");
  else if (unit == 3) textLiteral(" GiB");
}

/** In tenths, cut off and not rounded, so that a size is never said to be reached before it is. */
function textInUnit(bytes: u64, unit: u32): void {
  if (unit == 0) return textNumber(bytes);
  const shift: u64 = 10 * <u64>unit;
  textNumber(bytes >> shift);
  textCharacter(0x2e);
  textNumber(((bytes & ((<u64>1 << shift) - 1)) * 10) >> shift);
}

/** "32.0 MiB", "1 byte". */
export function textSize(bytes: u64): void {
  const unit: u32 = unitOf(bytes);
  textInUnit(bytes, unit);
  if (unit > 0) textUnit(unit);
  else textLiteral(bytes == 1 ? " byte" : " bytes");
}

/** "16.6 of 32.0 MiB". */
export function textPart(bytes: u64, total: u64): void {
  textInUnit(bytes, unitOf(total));
  textLiteral(" of ");
  textSize(total);
}

/** "310 MiB/s", "9.6 KiB/s". */
export function textRate(bytesPerSecond: u64): void {
  const unit: u32 = unitOf(bytesPerSecond);
  const whole: u64 = bytesPerSecond >> (10 * <u64>unit);
  if (whole < 10) textInUnit(bytesPerSecond, unit);
  else textNumber(whole);
  if (unit > 0) textUnit(unit);
  else textLiteral(" bytes");
  textLiteral("/s");
}

function textTwoDigits(value: u64): void {
  if (value < 10) textCharacter(0x30);
  textNumber(value);
}

/** "420 ms", "12 s", "1m 05s", "2h 07m". */
export function textDuration(milliseconds: u64): void {
  const seconds: u64 = milliseconds / 1000;
  if (seconds == 0 && milliseconds > 0) {
    textNumber(milliseconds);
    textLiteral(" ms");
  } else if (seconds < 60) {
    textNumber(seconds);
    textLiteral(" s");
  } else if (seconds < 3600) {
    textNumber(seconds / 60);
    textLiteral("m ");
    textTwoDigits(seconds % 60);
    textCharacter(0x73);
  } else {
    textNumber(seconds / 3600);
    textLiteral("h ");
    textTwoDigits((seconds / 60) % 60);
    textCharacter(0x6d);
  }
}
