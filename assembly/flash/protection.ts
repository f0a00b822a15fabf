/**
 * Regions of one slot that no image changes: settings and serial numbers in a firmware hub. Each is whole 64 KiB blocks, so
 * that no erase of a neighbour reaches into one. Who writes the slot asks for every block whether it is one of these.
 */
import { Status } from "../status";
import { GEOMETRY_BLOCK } from "./geometry";

/** The most regions of one slot. */
export const PROTECTION_LIMIT: u32 = 4;
/** Bytes of a table of regions: u32 first byte, u32 first byte after, for each; those that are not there are zeros. */
export const PROTECTION_SIZE: u32 = PROTECTION_LIMIT * 8;

/**
 * Adds bytes `from` up to `to` to the table at `table`, behind the regions that it has. BadArgument when they are no whole
 * blocks of a slot of `slotSize` bytes, or do not lie behind the last region; NoRoom after PROTECTION_LIMIT.
 */
export function protectionAdd(table: usize, from: u32, to: u32, slotSize: u32): Status {
  if (from >= to || to > slotSize || from % GEOMETRY_BLOCK != 0 || (to % GEOMETRY_BLOCK != 0 && to != slotSize)) return Status.BadArgument;
  let last: u32 = 0;
  for (let at: usize = 0; at < PROTECTION_SIZE; at += 8) {
    if (load<u32>(table + at, 4) == 0) {
      if (from < last) return Status.BadArgument;
      store<u32>(table + at, from);
      store<u32>(table + at, to, 4);
      return Status.Ok;
    }
    last = load<u32>(table + at, 4);
  }
  return Status.NoRoom;
}

/** Whether the block that begins at `offset` is in a region of the table. */
export function protectionHas(table: usize, offset: u32): bool {
  for (let at: usize = 0; at < PROTECTION_SIZE; at += 8) {
    if (offset >= load<u32>(table + at) && offset < load<u32>(table + at, 4)) return true;
  }
  return false;
}

/** Whether the table has a region. */
export function protectionIsAny(table: usize): bool {
  return load<u32>(table, 4) != 0;
}
