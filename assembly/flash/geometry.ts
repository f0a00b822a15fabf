/**
 * The flash part in use: what it can erase at once, and what each operation costs by its datasheet. The figures come
 * from the host; the planner only compares them. One part for the whole instance.
 */
import { Status } from "../status";

/** Bytes that one program operation takes. A page of every serial NOR part in the field. */
export const GEOMETRY_PAGE: u32 = 256;
/** The smallest erase block. Every part must have it. */
export const GEOMETRY_SECTOR: u32 = 4096;
/** The middle erase block, where the part has one. */
export const GEOMETRY_HALF: u32 = 32768;
/** The largest erase block that is planned with, where the part has one. */
export const GEOMETRY_BLOCK: u32 = 65536;

/** No erase of a block takes longer: sixteen of them and their pages stay far below 2^32 microseconds. */
const ERASE_LIMIT: u32 = 10000000;
/** No page takes longer to program. */
const PROGRAM_LIMIT: u32 = 100000;

/** Microseconds to program one page. 0 until `geometrySet` has answered Ok. */
export let geometryProgram: u32 = 0;
/** Microseconds to erase 4 KiB. */
export let geometrySector: u32 = 0;
/** Microseconds to erase 32 KiB. 0 when the part has no such erase. */
export let geometryHalf: u32 = 0;
/** Microseconds to erase 64 KiB. 0 when the part has no such erase. */
export let geometryBlock: u32 = 0;

/**
 * Describes the part. Sizes are in bytes and say which erases exist: 256, 4096, then 32768 or 0 and 65536 or 0 (not
 * there). Times are typical ones in microseconds, above zero wherever the size is. BadArgument leaves the part before.
 */
export function geometrySet(
  page: u32,
  program: u32,
  sector: u32,
  sectorTime: u32,
  half: u32,
  halfTime: u32,
  block: u32,
  blockTime: u32,
): Status {
  if (page != GEOMETRY_PAGE || sector != GEOMETRY_SECTOR) return Status.BadArgument;
  if (half != 0 && half != GEOMETRY_HALF) return Status.BadArgument;
  if (block != 0 && block != GEOMETRY_BLOCK) return Status.BadArgument;
  if (program == 0 || program > PROGRAM_LIMIT) return Status.BadArgument;
  if (sectorTime == 0 || sectorTime > ERASE_LIMIT) return Status.BadArgument;
  if (half != 0 && (halfTime == 0 || halfTime > ERASE_LIMIT)) return Status.BadArgument;
  if (block != 0 && (blockTime == 0 || blockTime > ERASE_LIMIT)) return Status.BadArgument;
  geometryProgram = program;
  geometrySector = sectorTime;
  geometryHalf = half == 0 ? 0 : halfTime;
  geometryBlock = block == 0 ? 0 : blockTime;
  return Status.Ok;
}

/** Microseconds to erase `size` bytes, one of the part's erase sizes. */
export function geometryErase(size: u32): u32 {
  if (size == GEOMETRY_SECTOR) return geometrySector;
  return size == GEOMETRY_HALF ? geometryHalf : geometryBlock;
}
