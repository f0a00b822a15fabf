/**
 * A chunk that is made of what a slot holds at the same place: compared with digests, or completed with the blocks that were
 * sent. Nothing that a peer says of it is believed: the digest of the whole image decides.
 */
import { xxh3Each } from "../checksum/xxh3";
import { lz4Decode } from "../compress/lz4-decode";
import { Status } from "../status";
import { HELD_BLOCK, heldBlockCount } from "../wire/transmit-data";

/** The chunk: first what the slot holds, then what it is. */
export const HELD_CHUNK: usize = memory.data(65536, 64);
/** The blocks that came as an LZ4 block. */
const unpacked: usize = memory.data(65536, 64);
const digests: usize = memory.data(128, 16);

let size: u32 = 0;
/** Where the peer's digests lie; 0 when blocks came. */
let expected: usize = 0;
let blocks: usize = 0;
let held: u32 = 0;
let erased: u32 = 0;

/** The digests of a chunk of `bytes` bytes lie at `pointer`, and stay there. */
export function heldCompare(pointer: usize, bytes: u32): void {
  size = bytes;
  expected = pointer;
}

function bytesOf(block: u32): u32 {
  return min<u32>(HELD_BLOCK, size - block * HELD_BLOCK);
}

/**
 * The blocks of a chunk of `bytes` bytes that are in neither mask lie at `pointer`, as they are or as an LZ4 block of `count`
 * bytes, and stay there. `BadBlock` when they are not exactly these blocks.
 */
export function heldComplete(pointer: usize, count: u32, bytes: u32, heldMask: u32, erasedMask: u32): Status {
  size = bytes;
  expected = 0;
  blocks = pointer;
  held = heldMask;
  erased = erasedMask;
  let missing: u32 = 0;
  for (let block: u32 = 0; block < heldBlockCount(bytes); block++) if (!((held | erased) & (1 << block))) missing += bytesOf(block);
  if (count == missing) return Status.Ok;
  if (count > missing) return Status.BadBlock;
  blocks = unpacked;
  return lz4Decode(pointer, count, unpacked, missing);
}

/** Whether the slot has to be read for it. */
export function heldNeedsSlot(): bool {
  return expected != 0 || held != 0;
}

/** What the slot holds lies at HELD_CHUNK. Answers the blocks that are right; all of them: the chunk is there. */
export function heldMatches(): u32 {
  const count: u32 = xxh3Each(HELD_CHUNK, size, HELD_BLOCK, digests);
  let matches: u32 = 0;
  for (let block: u32 = 0; block < count; block++) {
    if (load<u64>(digests + (<usize>block << 3)) == load<u64>(expected + (<usize>block << 3))) matches |= 1 << block;
  }
  return matches;
}

/** Whether digests came, and not blocks. */
export function heldIsCompared(): bool {
  return expected != 0;
}

/** All blocks of the chunk. */
export function heldAll(): u32 {
  return (1 << heldBlockCount(size)) - 1;
}

/** Puts what was sent, and what is erased, over what the slot holds. */
export function heldFill(): void {
  let from: usize = blocks;
  for (let block: u32 = 0; block < heldBlockCount(size); block++) {
    const at: usize = HELD_CHUNK + <usize>(block * HELD_BLOCK);
    const bytes: u32 = bytesOf(block);
    if (erased & (1 << block)) {
      memory.fill(at, 0xff, bytes);
    } else if (!(held & (1 << block))) {
      memory.copy(at, from, bytes);
      from += bytes;
    }
  }
}
