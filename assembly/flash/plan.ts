/**
 * The cheapest way to turn the bytes of one erase block into others, by the times of geometry.ts. Flash is not
 * touched here: the result is a table of operations, to be carried out in its order.
 *
 *     64 KiB            block            each node: the lesser of what its children cost, and
 *     32 KiB      half        half       one erase of its own size + programming every page that is not blank
 *      4 KiB    s s s s …    s s s s …   each sector: nothing if equal; the pages that differ if bits only fall;
 *                                        else one 4 KiB erase + every page that is not blank
 */
import { Status } from "../status";
import {
  GEOMETRY_BLOCK,
  GEOMETRY_HALF,
  GEOMETRY_PAGE,
  GEOMETRY_SECTOR,
  geometryBlock,
  geometryHalf,
  geometryProgram,
  geometrySector,
} from "./geometry";

/** What one entry of the table does. */
export enum PlanOperation {
  /** Erases `size` bytes, one of the part's erase sizes, aligned to it. */
  Erase = 1,
  /** Programs `size` bytes, whole pages. */
  Program = 2,
}

/** Bytes of one entry: u32 operation, u32 offset in the block, u32 size. */
export const PLAN_ENTRY_SIZE: u32 = 12;
const SIZE_AT: usize = 8;
/** In each of 16 sectors at most one erase and, with every other page equal, eight runs of pages. */
const ENTRY_LIMIT: u32 = 16 * 9;
/** The table that `planBlock` fills. */
export const PLAN_ENTRIES: usize = memory.data(1728, 16);

/** Entries in the table. Set by `planBlock`; 0 when the bytes are equal. */
export let planCount: u32 = 0;
/** Erase operations in the table. Set by `planBlock`. */
export let planErases: u32 = 0;
/** Pages that the table programs. Set by `planBlock`. */
export let planPages: u32 = 0;
/** What the table takes by the part's times. Set by `planBlock`. */
export let planMicroseconds: u32 = 0;

const PAGES_PER_SECTOR: u32 = GEOMETRY_SECTOR / GEOMETRY_PAGE;
const SECTORS_PER_HALF: u32 = GEOMETRY_HALF / GEOMETRY_SECTOR;
const SECTORS_PER_BLOCK: u32 = GEOMETRY_BLOCK / GEOMETRY_SECTOR;

/** What is known of a page, as bits of `pages`. */
const DIFFERS: u8 = 1;
const RISES: u8 = 2;
const FILLED: u8 = 4;
/** The bits above for each page of the block. */
const pages: usize = memory.data(256, 16);
/** For each sector: microseconds of the best plan that ends at this node. */
const costs: usize = memory.data(64, 16);
/** For each sector: pages of the wanted bytes that are not blank. */
const filled: usize = memory.data(64, 16);
/** For each sector: how many sectors the erase that starts here takes; 0 when none starts here. */
const eraseAt: usize = memory.data(16, 16);

/**
 * Plans `size` bytes (a multiple of 4096, at most 65536) at `old` to become those at `wanted`. With `distrust`, what
 * is read at `old` proves nothing (power failed inside an operation on this block): everything is erased and written.
 */
export function planBlock(old: usize, wanted: usize, size: u32, distrust: bool): Status {
  if (geometryProgram == 0) return Status.WrongState;
  if (size == 0 || size > GEOMETRY_BLOCK || size % GEOMETRY_SECTOR != 0) return Status.BadArgument;
  const sectors: u32 = size / GEOMETRY_SECTOR;
  for (let i: u32 = 0; i < sectors * PAGES_PER_SECTOR; i++) {
    const at: usize = <usize>i * GEOMETRY_PAGE;
    store<u8>(pages + i, classify(old + at, wanted + at) | (distrust ? DIFFERS | RISES : 0));
  }
  for (let i: u32 = 0; i < sectors; i++) planSector(i);
  for (let first: u32 = 0; first < sectors; first += SECTORS_PER_HALF) {
    planNode(first, min<u32>(SECTORS_PER_HALF, sectors - first), SECTORS_PER_HALF, geometryHalf);
  }
  planMicroseconds = planNode(0, sectors, SECTORS_PER_BLOCK, geometryBlock);
  emit(sectors);
  return Status.Ok;
}

/** One page: does it differ, must a bit rise, and is there anything to program after an erase? */
function classify(old: usize, wanted: usize): u8 {
  return ASC_FEATURE_SIMD ? classifyVectors(old, wanted) : classifyWords(old, wanted);
}

function classifyWords(old: usize, wanted: usize): u8 {
  let differs: u64 = 0;
  let rises: u64 = 0;
  let ones: u64 = ~(<u64>0);
  for (let at: usize = 0; at < GEOMETRY_PAGE; at += 16) {
    const oldLow: u64 = load<u64>(old + at);
    const oldHigh: u64 = load<u64>(old + at, 8);
    const low: u64 = load<u64>(wanted + at);
    const high: u64 = load<u64>(wanted + at, 8);
    differs |= (oldLow ^ low) | (oldHigh ^ high);
    rises |= (low & ~oldLow) | (high & ~oldHigh);
    ones &= low & high;
  }
  return (differs != 0 ? DIFFERS : 0) | (rises != 0 ? RISES : 0) | (~ones != 0 ? FILLED : 0);
}

function classifyVectors(old: usize, wanted: usize): u8 {
  let differs: v128 = i64x2.splat(0);
  let rises: v128 = i64x2.splat(0);
  let ones: v128 = i64x2.splat(-1);
  for (let at: usize = 0; at < GEOMETRY_PAGE; at += 64) {
    for (let step: usize = 0; step < 64; step += 16) {
      const was: v128 = v128.load(old + at + step);
      const is: v128 = v128.load(wanted + at + step);
      differs = v128.or(differs, v128.xor(was, is));
      rises = v128.or(rises, v128.andnot(is, was));
      ones = v128.and(ones, is);
    }
  }
  const filled: bool = !i8x16.all_true(i8x16.eq(ones, i64x2.splat(-1)));
  return (v128.any_true(differs) ? DIFFERS : 0) | (v128.any_true(rises) ? RISES : 0) | (filled ? FILLED : 0);
}

function planSector(sector: u32): void {
  let differing: u32 = 0;
  let notBlank: u32 = 0;
  let all: u8 = 0;
  for (let i: u32 = 0; i < PAGES_PER_SECTOR; i++) {
    const page: u8 = load<u8>(pages + sector * PAGES_PER_SECTOR + i);
    differing += page & DIFFERS ? 1 : 0;
    notBlank += page & FILLED ? 1 : 0;
    all |= page;
  }
  const erases: bool = (all & RISES) != 0;
  const cost: u32 = erases ? geometrySector + notBlank * geometryProgram : differing * geometryProgram;
  store<u32>(costs + (<usize>sector << 2), cost);
  store<u32>(filled + (<usize>sector << 2), notBlank);
  store<u8>(eraseAt + sector, erases ? 1 : 0);
}

/**
 * The cost of `count` sectors from `first`, after choosing one erase of `whole` sectors for them when the part has it
 * (`time` is not 0), they are all there, and it is cheaper. A draw keeps the smaller erases: they wear less.
 */
function planNode(first: u32, count: u32, whole: u32, time: u32): u32 {
  let children: u32 = 0;
  let notBlank: u32 = 0;
  for (let i: u32 = first; i < first + count; i++) {
    children += load<u32>(costs + (<usize>i << 2));
    notBlank += load<u32>(filled + (<usize>i << 2));
  }
  const together: u32 = time + notBlank * geometryProgram;
  if (time == 0 || count != whole || together >= children) return children;
  // The node's cost is kept at its first sector, so that the sum one level up still holds.
  memory.fill(costs + (<usize>first << 2), 0, <usize>count << 2);
  memory.fill(eraseAt + first, 0, count);
  store<u32>(costs + (<usize>first << 2), together);
  store<u8>(eraseAt + first, <u8>count);
  return together;
}

/** Writes the table: each erase before the pages it makes room for, in the order of the addresses. */
function emit(sectors: u32): void {
  planCount = 0;
  planErases = 0;
  planPages = 0;
  let sector: u32 = 0;
  while (sector < sectors) {
    const erased: u32 = load<u8>(eraseAt + sector);
    if (erased != 0) {
      add(PlanOperation.Erase, sector * GEOMETRY_SECTOR, erased * GEOMETRY_SECTOR);
      planErases++;
    }
    const count: u32 = max<u32>(erased, 1);
    const reason: u8 = erased != 0 ? FILLED : DIFFERS;
    for (let page: u32 = sector * PAGES_PER_SECTOR; page < (sector + count) * PAGES_PER_SECTOR; page++) {
      if (load<u8>(pages + page) & reason) addPage(page * GEOMETRY_PAGE);
    }
    sector += count;
  }
}

/** Adds a page to the run that ends where it starts, or begins a run. */
function addPage(offset: u32): void {
  planPages++;
  if (planCount > 0) {
    const last: usize = PLAN_ENTRIES + <usize>((planCount - 1) * PLAN_ENTRY_SIZE);
    const size: u32 = load<u32>(last, SIZE_AT);
    if (load<u32>(last) == PlanOperation.Program && load<u32>(last, 4) + size == offset) {
      store<u32>(last, size + GEOMETRY_PAGE, SIZE_AT);
      return;
    }
  }
  add(PlanOperation.Program, offset, GEOMETRY_PAGE);
}

function add(operation: PlanOperation, offset: u32, size: u32): void {
  assert(planCount < ENTRY_LIMIT);
  const entry: usize = PLAN_ENTRIES + <usize>(planCount * PLAN_ENTRY_SIZE);
  store<u32>(entry, operation);
  store<u32>(entry, offset, 4);
  store<u32>(entry, size, SIZE_AT);
  planCount++;
}
