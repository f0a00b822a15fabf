/**
 * Bytes to and from an open WASI descriptor: partial reads and writes, interruptions and a pipe that is full.
 * Knows neither paths nor text.
 */
import { Status } from "../status";
import { errno, fd_read, fd_write } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { milliseconds } from "./clock";

/** How long a write waits for a reader that takes nothing. An upgrade must not hang on a stopped terminal. */
const PATIENCE_MS: u64 = 2000;
/** The same limit for an environment whose clock stands still: tries within one millisecond. */
const STILL_TRIES: u32 = 100000;

const vector: usize = memory.data(8, 16);
const moved: usize = memory.data(4, 16);

/** The WASI errno of the last `descriptorRead` or `descriptorWrite` that answered FileError. */
export let descriptorErrno: u32 = 0;
/** Set by `descriptorRead`: the bytes read. Fewer than asked for only at the end of the file or on an error. */
export let descriptorSize: u32 = 0;

/** Set while a reader has let the whole patience pass: the writes after it are tried once, not waited for. */
let stalled: bool = false;
/** The wait of the write at hand. */
let waiting: bool = false;
let waitingSince: u64 = 0;
let seenAt: u64 = 0;
let stillTries: u32 = 0;

function describe(at: usize, size: u32): void {
  store<u32>(vector, <u32>at);
  store<u32>(vector, size, 4);
  store<u32>(moved, 0);
}

/** Reads until `size` bytes are at `into` or the file ends. */
export function descriptorRead(descriptor: u32, into: usize, size: u32): Status {
  descriptorSize = 0;
  while (descriptorSize < size) {
    describe(into + <usize>descriptorSize, size - descriptorSize);
    const failed: u32 = fd_read(descriptor, vector, 1, moved);
    if (failed == errno.INTR) continue;
    if (failed != 0) {
      descriptorErrno = failed;
      return Status.FileError;
    }
    const read: u32 = min<u32>(load<u32>(moved), size - descriptorSize);
    if (read == 0) return Status.Ok;
    descriptorSize += read;
  }
  return Status.Ok;
}

/** Writes all of the bytes. A reader that takes nothing for a while is given up: FileError, errno EAGAIN. */
export function descriptorWrite(descriptor: u32, from: usize, size: u32): Status {
  waiting = false;
  while (size > 0) {
    describe(from, size);
    const failed: u32 = fd_write(descriptor, vector, 1, moved);
    if (failed == errno.INTR) continue;
    if (failed != 0 && failed != errno.AGAIN) {
      descriptorErrno = failed;
      return Status.FileError;
    }
    const written: u32 = failed == 0 ? min<u32>(load<u32>(moved), size) : 0;
    if (written > 0) {
      from += <usize>written;
      size -= written;
      waiting = false;
      stalled = false;
    } else if (patienceEnds()) {
      stalled = true;
      descriptorErrno = errno.AGAIN;
      return Status.FileError;
    }
  }
  return Status.Ok;
}

/** Whether the reader has been given time enough since the last byte that it took. */
function patienceEnds(): bool {
  const now: u64 = milliseconds();
  if (!waiting) {
    waiting = true;
    waitingSince = now;
    seenAt = now;
    stillTries = 0;
  }
  if (now != seenAt) stillTries = 0;
  seenAt = now;
  stillTries++;
  return stalled || stillTries > STILL_TRIES || now - waitingSince > PATIENCE_MS;
}
