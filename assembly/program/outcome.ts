/** How the run went for each image, for the last lines, the report and the exit code. */
import { MAXIMUM_IMAGES } from "../config/image-table";

/** Append only: reports name them. */
export enum Outcome {
  /** Not reached, because the run ended before. */
  NotTried = 0,
  /** Nothing had to be sent; the plan says why. */
  Skipped = 1,
  /** Stored, read back and acknowledged. */
  Stored = 2,
  /** Failed; the component is on its old image. */
  Failed = 3,
  /** Failed, and the component holds no whole image. */
  Broken = 4,
  /** Left off at a chunk; the next run goes on. */
  Paused = 5,
}

// One entry an image: u32 outcome, u32 slot, u32 bytes that the device had already, u32 flash milliseconds, u32 milliseconds
// that it took, u32 bytes equal, u32 bytes of the messages that carried it.
const ENTRY: usize = 28;
const entries: usize = memory.data(448, 16);
if (<usize>448 != ENTRY * <usize>MAXIMUM_IMAGES) ERROR("one entry an image");

function entry(index: u32): usize {
  return entries + <usize>index * ENTRY;
}

export function outcomesClear(): void {
  memory.fill(entries, 0, 448);
}

export function outcomeSet(index: u32, outcome: Outcome): void {
  store<u32>(entry(index), outcome);
}

export function outcomeOf(index: u32): Outcome {
  return <Outcome>load<u32>(entry(index));
}

export function outcomeStored(index: u32, slot: u32, resumed: u32, flashMs: u32, tookMs: u32, equal: u32, busBytes: u32): void {
  store<u32>(entry(index), Outcome.Stored);
  store<u32>(entry(index), slot, 4);
  store<u32>(entry(index), resumed, 8);
  store<u32>(entry(index), flashMs, 12);
  store<u32>(entry(index), tookMs, 16);
  store<u32>(entry(index), equal, 20);
  store<u32>(entry(index), busBytes, 24);
}

export function outcomeSlot(index: u32): u32 {
  return load<u32>(entry(index), 4);
}

export function outcomeResumed(index: u32): u32 {
  return load<u32>(entry(index), 8);
}

export function outcomeFlashMs(index: u32): u32 {
  return load<u32>(entry(index), 12);
}

export function outcomeTookMs(index: u32): u32 {
  return load<u32>(entry(index), 16);
}

export function outcomeEqual(index: u32): u32 {
  return load<u32>(entry(index), 20);
}

export function outcomeBusBytes(index: u32): u32 {
  return load<u32>(entry(index), 24);
}

/** How many images ended so. */
export function outcomeCount(count: u32, outcome: Outcome): u32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) if (outcomeOf(i) == outcome) found++;
  return found;
}
