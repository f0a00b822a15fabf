/**
 * Files of the volume, over WASI's raw calls: descriptor 3 is the volume's root, paths come from path.ts. A call that
 * answers FileError leaves the reason in `fileErrno`; errno.ts names it.
 */
import { Status } from "../status";
import {
  errno, fd_close, fd_seek, lookupflags, oflags, path_open, rights, whence,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { descriptorErrno, descriptorRead, descriptorSize } from "./descriptor";

const ROOT: u32 = 3;
const READING: u64 = rights.FD_READ | rights.FD_SEEK | rights.FD_TELL;
const WRITING: u64 = rights.FD_WRITE | rights.FD_SEEK | rights.FD_TELL;

const result: usize = memory.data(8, 16);

/** Set by every call here that does not answer Ok: the WASI errno. */
export let fileErrno: u32 = 0;
/** Set by `fileOpen` and `fileCreate`: the open file. */
export let fileOpened: u32 = 0;
/** Set by `fileRead`: the bytes read. Fewer than asked for only at the end of the file or on an error. */
export let fileReadSize: u32 = 0;
/** Set by `fileMeasure`: the file's size in bytes. */
export let fileSize: u64 = 0;

/** Opens a file to read it. NotFound when no file has this name, PathEscapes when a link leads off the volume. */
export function fileOpen(path: usize, size: u32): Status {
  return open(path, size, 0, READING);
}

/** Opens a file to write it from its start; what it held is gone. */
export function fileCreate(path: usize, size: u32): Status {
  return open(path, size, oflags.CREAT | oflags.TRUNC, WRITING);
}

function open(path: usize, size: u32, flags: u16, wanted: u64): Status {
  store<u32>(result, 0);
  const failed: u32 = path_open(ROOT, lookupflags.SYMLINK_FOLLOW, path, <usize>size, flags, wanted, 0, 0, result);
  if (failed == errno.NOTCAPABLE) {
    fileErrno = failed;
    return Status.PathEscapes;
  }
  if (namesNoFile(failed)) {
    fileErrno = failed;
    return Status.NotFound;
  }
  fileOpened = load<u32>(result);
  return answer(failed);
}

/** A path that is no file's: what the config says is wrong, not the volume. */
function namesNoFile(failed: u32): bool {
  switch (failed) {
    case errno.NOENT:
    case errno.NOTDIR:
    case errno.ISDIR:
    case errno.NAMETOOLONG:
    case errno.ILSEQ:
    case errno.INVAL:
    case errno.LOOP:
      return true;
    default:
      return false;
  }
}

function answer(failed: u32): Status {
  if (failed == errno.SUCCESS) return Status.Ok;
  fileErrno = failed;
  return Status.FileError;
}

/** Reads the next bytes, as many as there are up to `size`. NotFound when the path was that of a directory. */
export function fileRead(file: u32, into: usize, size: u32): Status {
  const status: Status = descriptorRead(file, into, size);
  fileReadSize = descriptorSize;
  if (status == Status.Ok) return Status.Ok;
  fileErrno = descriptorErrno;
  return fileErrno == errno.ISDIR ? Status.NotFound : status;
}

/** Moves to this offset from the file's start. */
export function fileSeek(file: u32, offset: u64): Status {
  return answer(fd_seek(file, <i64>offset, whence.SET, result));
}

/** Finds the file's size and moves to its start. */
export function fileMeasure(file: u32): Status {
  store<u64>(result, 0);
  const status: Status = answer(fd_seek(file, 0, whence.END, result));
  if (status != Status.Ok) return status;
  fileSize = load<u64>(result);
  return fileSeek(file, 0);
}

export function fileClose(file: u32): Status {
  return answer(fd_close(file));
}
