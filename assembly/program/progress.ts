/**
 * How far a transfer is: drawn in place on a terminal, whole lines into a log, events for scripts. Draws no more often
 * than the reader can use; the caller reports as often as it likes.
 */
import { fd_fdstat_get, fdstat, filetype } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { milliseconds } from "./clock";
import { eventBegin, eventEnd, eventNumber, eventText, outputJson } from "./event";
import { textDuration, textPart, textRate } from "./quantity";
import { TextForm, textBegin, textBytes, textCharacter, textColumn, textEnd, textLeaveOpen, textLiteral, textNumber, textRedraw, textWidth } from "./text";

/** A terminal and a script are told at most ten times a second. */
const DRAW_MS: u64 = 100;
/** A log is told every 5 s or every tenth of the whole, whichever comes first. */
const LINE_MS: u64 = 5000;
const LINE_PERCENT: u64 = 10;
/** The rate is that of the last 4 to 8 s: steady to look at, and honest soon after a stall. */
const RATE_MS: u64 = 4000;
/** A shorter time says nothing about a rate. */
const SHORTEST_MS: u64 = 50;
const BAR: u64 = 10;
const LABEL: u32 = 6;

const status: usize = memory.data(24, 16);

let label: usize = 0;
let labelSize: u32 = 0;
let total: u64 = 0;
let startedAt: u64 = 0;
let startedDone: u64 = 0;
let drawn: bool = false;
let drawnAt: u64 = 0;
let drawnPercent: u64 = 0;
let drawnWidth: u32 = 0;
let terminal: bool = false;
/** Two moments to measure the rate from: the older is used, the younger takes its place after RATE_MS. */
let olderAt: u64 = 0;
let olderDone: u64 = 0;
let youngerAt: u64 = 0;
let youngerDone: u64 = 0;

function isTerminal(descriptor: u32): bool {
  if (fd_fdstat_get(descriptor, changetype<fdstat>(status)) != 0) return false;
  return load<u8>(status, offsetof<fdstat>("filetype")) == filetype.CHARACTER_DEVICE;
}

/**
 * Starts a transfer of `whole` bytes, of which the other end holds `from` already. The label's bytes stay the
 * caller's and must not change until `progressEnd`.
 */
export function progressBegin(labelAt: usize, size: u32, whole: u64, from: u64): void {
  const now: u64 = milliseconds();
  label = labelAt;
  labelSize = size;
  total = whole;
  startedAt = now;
  startedDone = from;
  drawn = false;
  drawnAt = now;
  drawnPercent = percentOf(from);
  drawnWidth = 0;
  terminal = isTerminal(1);
  olderAt = now;
  olderDone = from;
  youngerAt = now;
  youngerDone = from;
}

/** Says that the other end holds `done` bytes. */
export function progress(done: u64): void {
  const now: u64 = milliseconds();
  if (now - youngerAt >= RATE_MS) {
    olderAt = youngerAt;
    olderDone = youngerDone;
    youngerAt = now;
    youngerDone = done;
  }
  const passed: u64 = now - drawnAt;
  if (terminal || outputJson()) {
    if (!drawn || passed >= DRAW_MS) draw(done, now, false);
  } else if (passed >= LINE_MS || percentOf(done) >= drawnPercent + LINE_PERCENT) {
    draw(done, now, false);
  }
}

/** Draws where the transfer ended, with the rate and the time of the whole, and leaves the line standing. */
export function progressEnd(done: u64): void {
  olderAt = startedAt;
  olderDone = startedDone;
  draw(done, milliseconds(), true);
}

function percentOf(done: u64): u64 {
  return total == 0 ? 100 : min<u64>(done * 100 / total, 100);
}

/** Bytes a second; 0 when nothing can be said yet. */
function rateOf(done: u64, now: u64): u64 {
  if (now < olderAt + SHORTEST_MS || done <= olderDone) return 0;
  return (done - olderDone) * 1000 / (now - olderAt);
}

/** Rounded up: 0 is said only when nothing is left. */
function secondsLeft(done: u64, rate: u64): u64 {
  const left: u64 = total > done ? total - done : 0;
  return (left + rate - 1) / rate;
}

function draw(done: u64, now: u64, last: bool): void {
  const rate: u64 = rateOf(done, now);
  drawn = true;
  drawnAt = now;
  drawnPercent = percentOf(done);
  const passed: u64 = now - startedAt;
  if (outputJson()) return drawEvent(done, rate, passed, last);
  if (terminal) textRedraw();
  else textBegin(1, TextForm.Shown);
  drawLine(done);
  if (rate > 0) {
    textLiteral("  ");
    textRate(rate);
    textLiteral(last ? "  in " : "  ");
    textDuration(last ? passed : secondsLeft(done, rate) * 1000);
    if (!last) textLiteral(" left");
  }
  if (terminal) coverBefore();
  if (terminal && !last) textLeaveOpen();
  else textEnd();
}

function drawEvent(done: u64, rate: u64, passed: u64, last: bool): void {
  eventBegin("progress");
  eventText("image", label, labelSize);
  eventNumber("done", done);
  eventNumber("total", total);
  if (rate > 0) {
    eventNumber("bytesPerSecond", rate);
    if (!last) eventNumber("secondsLeft", secondsLeft(done, rate));
  }
  if (last) eventNumber("milliseconds", passed);
  eventEnd();
}

/** Spaces over the rest of the line before: a firmware console may know no escape sequences. */
function coverBefore(): void {
  const width: u32 = textWidth;
  if (width < drawnWidth) textColumn(drawnWidth);
  drawnWidth = width;
}

function drawLine(done: u64): void {
  const percent: u64 = percentOf(done);
  textBytes(label, labelSize);
  textColumn(LABEL);
  textCharacter(0x5b);
  for (let i: u64 = 0; i < BAR; i++) textCharacter(i < percent * BAR / 100 ? 0x23 : 0x2d);
  textLiteral(percent < 10 ? "]   " : percent < 100 ? "]  " : "] ");
  textNumber(percent);
  textLiteral(" %  ");
  textPart(done, total);
}
