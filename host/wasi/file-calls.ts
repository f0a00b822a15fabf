// The calls of WASI preview 1 on files: fd_* and path_open. Results go to memory, failures are thrown as WasiError.
// Layouts: WASI snapshot preview 1, witx "typenames" (iovec, fdstat, oflags, rights).
import { Descriptors, FileType, Right, ROOT_DESCRIPTOR } from './descriptors.ts';
import type { ProgramMemory } from './program-memory.ts';
import { WasiError, type WasiFile, type WasiSystem } from './system.ts';
import { decodeVolumePath, volumePathNames } from './volume-path.ts';

const IOVEC_SIZE = 8;
/** As IOV_MAX of Linux. */
const MAXIMUM_IOVECS = 1024;
const FDSTAT_SIZE = 24;
const FDSTAT_RIGHTS = 8;
const FDSTAT_INHERITING = 16;
const OFlag = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
const FILE_RIGHTS = Right.read | Right.seek | Right.tell | Right.write;

/** The five calls on an open descriptor, and the one that opens a file. */
export function fileCalls(memory: ProgramMemory, descriptors: Descriptors, system: WasiSystem) {
  return {
    fd_read(fd: number, iovecs: number, count: number, resultAt: number): void {
      const file = descriptors.file(fd, Right.read);
      transfer(memory, iovecs, count, resultAt, (buffer) => file.read(buffer));
    },
    fd_write(fd: number, iovecs: number, count: number, resultAt: number): void {
      const file = descriptors.file(fd, Right.write);
      transfer(memory, iovecs, count, resultAt, (buffer) => file.write(buffer));
    },
    fd_seek(fd: number, offset: bigint, whence: number, resultAt: number): void {
      memory.expectRoom(resultAt, 8);
      const position = seek(descriptors.file(fd, Right.seek), offset, whence);
      memory.writeU64(resultAt, BigInt(position));
    },
    fd_close(fd: number): void {
      descriptors.close(fd);
    },
    fd_fdstat_get(fd: number, resultAt: number): void {
      const { type, rights } = descriptors.get(fd);
      const place = memory.bytes(resultAt, FDSTAT_SIZE).fill(0);
      place[0] = type;
      memory.writeU64(resultAt + FDSTAT_RIGHTS, BigInt(rights));
      memory.writeU64(resultAt + FDSTAT_INHERITING, BigInt(type === FileType.directory ? FILE_RIGHTS : 0));
    },
    path_open(
      fd: number, _lookup: number, pathAt: number, pathSize: number, oflags: number,
      wanted: bigint, _inheriting: bigint, fdflags: number, resultAt: number,
    ): void {
      memory.expectRoom(resultAt, 4);
      if (fd !== ROOT_DESCRIPTOR) throw new WasiError('notDirectory', `descriptor ${fd} is no directory`);
      descriptors.get(fd);
      const rights = Number(BigInt.asUintN(32, wanted)) & FILE_RIGHTS;
      const options = openOptions(oflags, fdflags, rights);
      const path = volumePathNames(decodeVolumePath(memory.bytes(pathAt, pathSize))).join('/');
      if (path === '') throw new WasiError('isDirectory', 'the path names the volume’s root');
      descriptors.expectRoom();
      memory.writeU32(resultAt, descriptors.add(system.open(path, options), rights));
    },
  };
}

function openOptions(oflags: number, fdflags: number, rights: number) {
  const write = (rights & Right.write) !== 0;
  const create = (oflags & OFlag.create) !== 0;
  const truncate = (oflags & OFlag.truncate) !== 0;
  const known = OFlag.create | OFlag.truncate;
  if ((oflags & ~known) !== 0) throw new WasiError('invalid', `open flags ${oflags} are not provided: files only, no exclusive creation`);
  if (fdflags !== 0) throw new WasiError('invalid', `descriptor flags ${fdflags} are not provided`);
  if ((create || truncate) && !write) throw new WasiError('invalid', 'creating or truncating needs the right to write');
  return { write, create, truncate };
}

function seek(file: WasiFile, offset: bigint, whence: number): number {
  if (whence !== 0 && whence !== 1 && whence !== 2) throw new WasiError('invalid', `whence ${whence} is none of 0, 1, 2`);
  const distance = Number(offset);
  if (!Number.isSafeInteger(distance)) throw new WasiError('invalid', `the offset ${offset} is outside of any file`);
  return file.seek(distance, whence);
}

/** Passes the program's buffers to `move` in order until one moves less than asked. All are checked before the first. */
function transfer(memory: ProgramMemory, iovecs: number, count: number, resultAt: number, move: (buffer: Uint8Array) => number): void {
  memory.expectRoom(resultAt, 4);
  const buffers = vectors(memory, iovecs >>> 0, count >>> 0);
  let total = 0;
  for (const buffer of buffers) {
    const moved = moveUnlessLater(buffer, total, move);
    total += moved;
    if (moved < buffer.length) break;
  }
  memory.writeU32(resultAt, total);
}

/** What was moved before a failure must be reported; the failure comes back with the program's next call. */
function moveUnlessLater(buffer: Uint8Array, before: number, move: (buffer: Uint8Array) => number): number {
  try {
    return buffer.length === 0 ? 0 : move(buffer);
  } catch (error) {
    if (before > 0 && error instanceof WasiError) return 0;
    throw error;
  }
}

function vectors(memory: ProgramMemory, at: number, count: number): Uint8Array[] {
  if (count > MAXIMUM_IOVECS) throw new WasiError('invalid', `${count} buffers in one call, at most ${MAXIMUM_IOVECS} are allowed`);
  memory.expectRoom(at, count * IOVEC_SIZE);
  const buffers: Uint8Array[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const buffer = memory.bytes(memory.readU32(at + i * IOVEC_SIZE), memory.readU32(at + i * IOVEC_SIZE + 4));
    total += buffer.length;
    buffers.push(buffer);
  }
  if (total > 0x7fffffff) throw new WasiError('invalid', `${total} bytes in one call`);
  return buffers;
}
