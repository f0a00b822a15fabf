/**
 * Where the receiving end of a file stands: everything before `cursorNext` is there, and a mask says which of
 * the 32 chunks behind the next one came early. It knows offsets, not bytes.
 *
 *   0 ────────── all there ────────── next ▢ ▣ ▢ ▣ ▣ …        size
 *                                     └ missing  └ bits of the mask, bit 0 is the chunk behind the missing one
 */
import { Status } from "../status";
import { MAXIMUM_CHUNK } from "../wire/message-type";

/** The next offset expected; the size when all is there. */
export let cursorNext: u32 = 0;
/** Bit i: the chunk i + 1 chunks behind the next one is there. */
export let cursorMask: u32 = 0;
/** Bytes of the file. */
export let cursorSize: u32 = 0;
/** Bytes of every chunk but the last. */
export let cursorChunkSize: u32 = 0;

/** What a chunk that came in is to the receiver. */
export enum Arrival {
  /** Not seen before: keep it. */
  New = 0,
  /** Seen before: acknowledge it again, keep nothing. */
  Duplicate = 1,
  /** Further ahead than the mask reaches: drop it, the sender repeats it. */
  Ahead = 2,
  /** No chunk of this file has this offset or size. */
  Wrong = 3,
}

/**
 * Begins a file of `size` bytes of which the first `resume` are there already. `BadArgument` unless the size is
 * positive, the chunk size from 1 to 65,536, and `resume` a whole number of chunks or the size.
 */
export function cursorBegin(size: u32, chunkSize: u32, resume: u32): Status {
  if (size == 0 || chunkSize == 0 || chunkSize > MAXIMUM_CHUNK || resume > size) return Status.BadArgument;
  if (resume != size && resume % chunkSize != 0) return Status.BadArgument;
  cursorSize = size;
  cursorChunkSize = chunkSize;
  cursorNext = resume;
  cursorMask = 0;
  return Status.Ok;
}

/** Whether every byte is there. */
export function cursorIsWhole(): bool {
  return cursorNext == cursorSize;
}

/** Bytes of the chunk at `offset`, which must lie in the file. */
export function cursorChunkAt(offset: u32): u32 {
  return min<u32>(cursorChunkSize, cursorSize - offset);
}

/** What a chunk of `size` bytes at `offset` would be. Changes nothing. */
export function cursorArrival(offset: u32, size: u32): Arrival {
  if (offset >= cursorSize || offset % cursorChunkSize != 0) return Arrival.Wrong;
  if (size != cursorChunkAt(offset)) return Arrival.Wrong;
  if (offset < cursorNext) return Arrival.Duplicate;
  if (offset == cursorNext) return Arrival.New;
  const ahead: u32 = (offset - cursorNext) / cursorChunkSize;
  if (ahead > 32) return Arrival.Ahead;
  return cursorMask & (1 << (ahead - 1)) ? Arrival.Duplicate : Arrival.New;
}

/** Takes note of a chunk that was `New` and is now kept safely. */
export function cursorMark(offset: u32): void {
  if (offset != cursorNext) {
    cursorMask |= 1 << ((offset - cursorNext) / cursorChunkSize - 1);
    return;
  }
  let more: bool = true;
  while (more) {
    cursorNext += cursorChunkAt(cursorNext);
    more = (cursorMask & 1) != 0;
    cursorMask >>= 1;
  }
}
