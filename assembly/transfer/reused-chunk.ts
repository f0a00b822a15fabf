/**
 * A chunk for a device that may have some of it: what is sent in place of its bytes (../wire/transmit-data.ts, encodings 2
 * and 3). At first the digests of its blocks; when the device has said which of them it has, the bytes of the others. Erased
 * blocks are never sent.
 */
import { reuseHeld, reuseOffers, UNKNOWN } from "../chunk/reuse";
import { xxh3Each } from "../checksum/xxh3";
import { lz4Encode } from "../compress/lz4-encode";
import { HELD_BLOCK, HELD_MASKS, heldBlockCount, TRANSMIT_DATA_REQUEST_SIZE, transmitDataBlocksEncode, transmitDataDigestsEncode } from "../wire/transmit-data";

/** A chunk that is no larger goes as ever: little would be saved. */
const SMALLEST: u32 = 64;

/** The device has to look at its slot for what was made last, and may not get to it. Set by `reusedChunkEncode`. */
export let reusedChunkLooks: bool = false;

function isErased(at: usize, size: u32): bool {
  const end: usize = at + size;
  while (at + 8 <= end) {
    if (load<u64>(at) != ~(<u64>0)) return false;
    at += 8;
  }
  while (at < end) if (load<u8>(at++) != 0xff) return false;
  return true;
}

function erasedBlocks(chunk: usize, size: u32): u32 {
  let erased: u32 = 0;
  for (let block: u32 = 0; block * HELD_BLOCK < size; block++) {
    const from: u32 = block * HELD_BLOCK;
    if (isErased(chunk + from, min<u32>(HELD_BLOCK, size - from))) erased |= 1 << block;
  }
  return erased;
}

/** Moves the blocks that are in neither mask to the front of the chunk. Answers their bytes. */
function gather(chunk: usize, size: u32, known: u32): u32 {
  let count: u32 = 0;
  for (let block: u32 = 0; block * HELD_BLOCK < size; block++) {
    if (known & (1 << block)) continue;
    const from: u32 = block * HELD_BLOCK;
    const bytes: u32 = min<u32>(HELD_BLOCK, size - from);
    memory.copy(chunk + count, chunk + from, bytes);
    count += bytes;
  }
  return count;
}

/**
 * Makes the body for the chunk of `size` bytes at `chunk`, which is not needed any more when this answers its bytes. 0, and
 * nothing changed, when the chunk goes as ever. `packs`: as an LZ4 block where that saves a sixteenth.
 */
export function reusedChunkEncode(body: usize, transfer: u32, offset: u32, chunk: usize, size: u32, packs: bool): u32 {
  reusedChunkLooks = false;
  if (size <= SMALLEST) return 0;
  const told: u32 = reuseHeld(offset);
  const isOffered: bool = told == UNKNOWN && reuseOffers();
  if (told == UNKNOWN && !isOffered) return 0;
  const all: u32 = (1 << heldBlockCount(size)) - 1;
  const erased: u32 = erasedBlocks(chunk, size);
  if (isOffered && erased != all) {
    reusedChunkLooks = true;
    const count: u32 = xxh3Each(chunk, size, HELD_BLOCK, body + TRANSMIT_DATA_REQUEST_SIZE);
    return transmitDataDigestsEncode(body, transfer, offset, size, count << 3);
  }
  const held: u32 = told == UNKNOWN ? 0 : told & all & ~erased;
  if ((held | erased) == 0) return 0;
  reusedChunkLooks = held != 0;
  const bytes: u32 = gather(chunk, size, held | erased);
  const to: usize = body + TRANSMIT_DATA_REQUEST_SIZE + HELD_MASKS;
  let sent: u32 = packs && bytes > 0 ? lz4Encode(chunk, bytes, to, bytes - (bytes >> 4)) : 0;
  if (sent == 0) {
    memory.copy(to, chunk, bytes);
    sent = bytes;
  }
  return transmitDataBlocksEncode(body, transfer, offset, size, held, erased, sent);
}
