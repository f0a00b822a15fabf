/**
 * Makes an image from its base and a patch, sans-IO: it says what it wants read and written, in order. The patch may come
 * from someone hostile: no more bytes are made than the image has, none is read from outside of base and patch, each
 * byte costs a bounded time, and the memory is what lies here. What comes out is what it is: its digest is for the caller.
 *
 *   begin ─► Header ─► Coded ──► (segment ─► inserted ─► copied)… ─► Done
 *               └────────┴─── not what it should be ──► Failed
 */
import { Status } from "../status";
import { AROUND, BYTE_BITS, bytesReset, copiedByte, insertedByte } from "./bytes";
import {
  CODED, CODER_BIT_LIMIT, coderBeginApplying, coderFilled, coderLeft, coderMakeRoom, coderRanOut, coderStart,
} from "./coder";
import { PATCH_HEADER_SIZE, patchBaseDigest, patchBaseSize, patchHeaderDecode, patchImageDigest, patchImageSize } from "./header";
import { predictorReset } from "./predictor";
import { SEGMENT_LIMIT, segmentCode, segmentCopied, segmentFrom, segmentInserted, segmentReset } from "./segment";

/** What the caller does next; then it asks again. */
export enum PatchAction {
  /** All of the image has been written. */
  Done = 0,
  /** Read `patchSize` bytes of the patch at `patchOffset` to `patchPointer`. */
  ReadPatch = 1,
  /** Read `patchSize` bytes of the base at `patchOffset` to `patchPointer`. */
  ReadBase = 2,
  /** Write `patchSize` bytes at `patchPointer` to `patchOffset` of the image. Offsets follow each other. */
  Write = 3,
  /** It is no patch that makes this image from this base. */
  Failed = 4,
}

/** Set by `patchNext`. */
export let patchOffset: u32 = 0;
export let patchSize: u32 = 0;
export let patchPointer: usize = 0;
/** Bytes of the image that have been written. */
export let patchWritten: u32 = 0;

/** Bytes that are made between two actions, and bytes of the base that are there at a time. */
const PIECE: u32 = 16384;
export const PATCH_IMAGE: usize = memory.data(16384, 64);
export const PATCH_BASE: usize = memory.data(16400, 64);
const READ: u32 = 32768;
const header: usize = memory.data(80, 16);
const imageDigest: usize = memory.data(32, 16);
const baseDigest: usize = memory.data(32, 16);
const BYTE_LIMIT: u32 = BYTE_BITS * CODER_BIT_LIMIT;

enum State {
  Header,
  Check,
  Start,
  Go,
  Done,
  Failed,
}

let state: State = State.Failed;
let totalSize: u32 = 0;
let imageSize: u32 = 0;
let baseLimit: u32 = 0;
/** Bytes of the patch that have been read. */
let taken: u32 = 0;
/** Bytes that lie at PATCH_IMAGE. */
let made: u32 = 0;
/** Bytes of the segment that are still inserted and copied. */
let inserted: u32 = 0;
let copied: u32 = 0;
/** The next byte that is copied, and where the bytes at PATCH_BASE begin and end, margins not counted. */
let from: u32 = 0;
let windowStart: u32 = 0;
let windowEnd: u32 = 0;

/** Begins with a patch of `size` bytes. The digests, DIGEST_SIZE bytes, are those that were announced. */
export function patchBegin(size: u32, announcedSize: u32, announced: usize, base: usize, baseSlotSize: u32): void {
  totalSize = size;
  imageSize = announcedSize;
  baseLimit = baseSlotSize;
  memory.copy(imageDigest, announced, 32);
  memory.copy(baseDigest, base, 32);
  taken = 0;
  made = 0;
  inserted = 0;
  copied = 0;
  windowStart = 0;
  windowEnd = 0;
  patchWritten = 0;
  state = size <= PATCH_HEADER_SIZE ? State.Failed : State.Header;
}

function ask(action: PatchAction, offset: u32, size: u32, pointer: usize): PatchAction {
  patchOffset = offset;
  patchSize = size;
  patchPointer = pointer;
  return action;
}

function isAnnounced(): bool {
  if (patchHeaderDecode(header, PATCH_HEADER_SIZE) != Status.Ok) return false;
  if (patchImageSize != imageSize || patchBaseSize > baseLimit) return false;
  return memory.compare(patchImageDigest, imageDigest, 32) == 0 && memory.compare(patchBaseDigest, baseDigest, 32) == 0;
}

/** Has more of the patch read. */
function refill(): PatchAction {
  const room: usize = CODED + coderMakeRoom();
  const size: u32 = min<u32>(READ, totalSize - taken);
  const offset: u32 = taken;
  taken += size;
  coderFilled(size);
  return ask(PatchAction.ReadPatch, offset, size, room);
}

/** Whether so many coded bytes are there, or all that there are. */
function has(bytes: u32): bool {
  return coderLeft() >= bytes || taken == totalSize;
}

function beginSegment(): bool {
  if (!segmentCode(0, 0, 0, imageSize - patchWritten - made, patchBaseSize)) return false;
  inserted = segmentInserted;
  copied = segmentCopied;
  from = segmentFrom;
  return true;
}

function insert(): void {
  while (inserted > 0 && made < PIECE && has(BYTE_LIMIT)) {
    store<u8>(PATCH_IMAGE + made++, <u8>insertedByte(0));
    inserted--;
  }
}

/** Has the bytes of the base read that are copied next, with those around them; zeros where the base has none. */
function fetch(): PatchAction {
  windowStart = from;
  windowEnd = from + min<u32>(copied, PIECE);
  const first: u32 = from - min<u32>(from, AROUND);
  const end: u32 = windowEnd + min<u32>(patchBaseSize - windowEnd, AROUND);
  memory.fill(PATCH_BASE, 0, AROUND);
  memory.fill(PATCH_BASE + AROUND + (windowEnd - windowStart), 0, AROUND);
  return ask(PatchAction.ReadBase, first, end - first, PATCH_BASE + AROUND - (from - first));
}

function copy(): void {
  const base: usize = PATCH_BASE + AROUND - windowStart;
  while (copied > 0 && from < windowEnd && made < PIECE && has(BYTE_LIMIT)) {
    store<u8>(PATCH_IMAGE + made++, <u8>copiedByte(0, base + from, from));
    from++;
    copied--;
  }
}

/** Whether every byte of the patch was needed, and no more. */
function isUsedUp(): bool {
  return !coderRanOut && coderLeft() == 0 && taken == totalSize;
}

function go(): PatchAction {
  while (!coderRanOut) {
    if (made == PIECE || (made > 0 && patchWritten + made == imageSize)) return flush();
    if (patchWritten == imageSize) {
      state = isUsedUp() ? State.Done : State.Failed;
      return patchNext();
    }
    if (!has(SEGMENT_LIMIT)) return refill();
    if (inserted > 0) insert();
    else if (copied > 0) {
      if (from < windowStart || from >= windowEnd) return fetch();
      copy();
    } else {
      windowEnd = 0;
      if (!beginSegment()) break;
    }
  }
  state = State.Failed;
  return PatchAction.Failed;
}

function flush(): PatchAction {
  const at: u32 = patchWritten;
  const size: u32 = made;
  patchWritten += size;
  made = 0;
  return ask(PatchAction.Write, at, size, PATCH_IMAGE);
}

/** What the caller does now. What it was asked for before has been done. */
export function patchNext(): PatchAction {
  switch (state) {
    case State.Header:
      state = State.Check;
      return ask(PatchAction.ReadPatch, 0, PATCH_HEADER_SIZE, header);
    case State.Check:
      if (!isAnnounced()) {
        state = State.Failed;
        return PatchAction.Failed;
      }
      taken = PATCH_HEADER_SIZE;
      predictorReset();
      bytesReset();
      segmentReset();
      coderBeginApplying();
      state = State.Start;
      return refill();
    case State.Start:
      coderStart();
      state = State.Go;
      return go();
    case State.Go: return go();
    case State.Done: return PatchAction.Done;
    default: return PatchAction.Failed;
  }
}
