/**
 * Where a path of the config or the command line leads on the volume. Both kinds of slash separate names; a leading
 * one starts at the volume's root, any other path at the given directory; `.` and `..` are worked out by the names
 * alone. The result has `/` between names and none in front, as WASI wants it. Knows no files.
 */
import { Status } from "../status";

/** The longest path that is taken, in bytes. */
export const PATH_CAPACITY: u32 = 1024;

/** Set by `pathResolve`: bytes of the result. */
export let pathSize: u32 = 0;
/** Set by `pathResolve` when it refuses: what was expected. */
export let pathExpected: string = "";

const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;

let out: usize = 0;
let room: u32 = 0;

function isSlash(byte: u32): bool {
  return byte == SLASH || byte == BACKSLASH;
}

/** Bytes of the directory in front of a resolved path's last name; 0 for the root. */
export function pathDirectorySize(path: usize, size: u32): u32 {
  while (size > 0 && load<u8>(path + <usize>(size - 1)) != SLASH) size--;
  return size == 0 ? 0 : size - 1;
}

/** Bytes of a volume or drive name with its colon, as in `fs0:`, in front of a path; 0 for none. */
export function pathVolumeSize(path: usize, size: u32): u32 {
  for (let i: u32 = 0; i < size; i++) {
    const byte: u32 = load<u8>(path + <usize>i);
    if (byte == COLON) return i + 1;
    if (isSlash(byte)) return 0;
  }
  return 0;
}

/**
 * Resolves a path against a directory (itself a result of this function) into a buffer of `capacity` bytes.
 * PathEscapes when it climbs above the root, BadArgument when it names no file of this volume, NoRoom when it is too
 * long; what was expected is in `pathExpected` then.
 */
export function pathResolve(directory: usize, directorySize: u32, path: usize, size: u32, into: usize, capacity: u32): Status {
  out = into;
  room = capacity;
  pathSize = 0;
  if (pathVolumeSize(path, size) > 0) {
    return refuse(Status.BadArgument, "a path on this volume, without a drive or volume name in front");
  }
  if (size == 0 || isSlash(load<u8>(path + <usize>(size - 1)))) return refuse(Status.BadArgument, "the path of a file");
  if (!isSlash(load<u8>(path))) {
    if (directorySize > capacity) return refuse(Status.NoRoom, "a path of at most 1,024 bytes");
    memory.copy(into, directory, directorySize);
    pathSize = directorySize;
  }
  const status: Status = appendNames(path, size);
  if (status != Status.Ok) return status;
  if (pathSize == 0) return refuse(Status.BadArgument, "the path of a file");
  return Status.Ok;
}

function refuse(status: Status, expected: string): Status {
  pathExpected = expected;
  return status;
}

function appendNames(path: usize, size: u32): Status {
  let at: u32 = 0;
  while (at < size) {
    const start: u32 = at;
    while (at < size && !isSlash(load<u8>(path + <usize>at))) at++;
    const status: Status = appendName(path + <usize>start, at - start);
    if (status != Status.Ok) return status;
    at++;
  }
  return Status.Ok;
}

function appendName(name: usize, size: u32): Status {
  if (size == 0 || (size == 1 && load<u8>(name) == DOT)) return Status.Ok;
  if (size == 2 && load<u8>(name) == DOT && load<u8>(name, 1) == DOT) {
    if (pathSize == 0) return refuse(Status.PathEscapes, "a path that stays on the volume");
    pathSize = pathDirectorySize(out, pathSize);
    return Status.Ok;
  }
  const slash: u32 = pathSize == 0 ? 0 : 1;
  if (room - pathSize < slash || room - pathSize - slash < size) return refuse(Status.NoRoom, "a path of at most 1,024 bytes");
  if (slash == 1) store<u8>(out + <usize>pathSize, <u8>SLASH);
  memory.copy(out + <usize>(pathSize + slash), name, size);
  pathSize += slash + size;
  return Status.Ok;
}
