// Where a machine's shared files lie, and making them safely: /dev/shm and the temporary directory are writable by
// everyone and the name is predictable, so nothing there is trusted that is not ours.
import { createHash } from 'node:crypto';
import { accessSync, closeSync, constants, fstatSync, ftruncateSync, lstatSync, mkdirSync, openSync, rmSync, statSync, writeSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { FerryError } from '../error.ts';
import { FileMemory } from './file-memory.ts';

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** The user that this process acts for; undefined where the system has no such numbers. */
export const ownUser = (): number | undefined => process.geteuid?.();

/** The directory's name for a state directory: everyone who knows the state directory's real path finds it. */
export function machineName(realStateDirectory: string, user: number | undefined): string {
  const digest = createHash('sha256').update(`${realStateDirectory}\0${user ?? ''}`).digest('hex');
  return `ferry-${digest.slice(0, 32)}`;
}

/** Directories that can hold the shared files, best first: memory, the temporary directory, the state directory. */
export function machineBases(stateDirectory: string): string[] {
  return ['/dev/shm', tmpdir(), stateDirectory].filter(isWritableDirectory);
}

/** Makes the directory, or takes the one that is there if it is ours and closed to others. */
export function makeMachineDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  expectOwnDirectory(path, ownUser());
}

/** Refuses a directory that is a link, someone else's, or open to others. */
export function expectOwnDirectory(path: string, owner: number | undefined): void {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw unsafe(path, `expected a directory, got a ${stats.isSymbolicLink() ? 'link' : 'file'}`);
  expectOwner(path, stats, owner);
  if (owner !== undefined && (stats.mode & 0o077) !== 0) {
    throw unsafe(path, `expected access for its owner only (700), got ${(stats.mode & 0o777).toString(8)}`);
  }
}

/**
 * Opens a shared file of this size, making it where allowed. A file that is there keeps its bytes: the other end may
 * have it open. New ones are written full, because a hole would need space in the middle of a transfer.
 */
export function openMachineFile(path: string, size: number, owner: number | undefined, create: boolean): FileMemory {
  const descriptor = openOwn(path, create);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.nlink !== 1) throw unsafe(path, 'expected a file with one name');
    expectOwner(path, stats, owner);
    if (stats.size !== size) {
      if (!create) throw new FerryError('machine-invalid', `${path}: expected ${size} bytes, got ${stats.size}`, { hint: 'start `ferry bmc` again: it makes the file anew' });
      fill(descriptor, size);
    }
    return new FileMemory(descriptor, size);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Removes a machine's directory with all that is in it. Nothing happens when it is not there or not ours. */
export function removeOwnDirectory(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory() || (ownUser() !== undefined && stats.uid !== ownUser())) return;
  rmSync(path, { recursive: true, force: true });
}

function openOwn(path: string, create: boolean): number {
  try {
    return openSync(path, constants.O_RDWR | NO_FOLLOW | (create ? constants.O_CREAT : 0), 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw unsafe(path, 'expected a file, got a link');
    throw error;
  }
}

function fill(descriptor: number, size: number): void {
  ftruncateSync(descriptor, 0);
  const zeros = new Uint8Array(Math.min(size, 1 << 20));
  for (let at = 0; at < size;) at += writeSync(descriptor, zeros, 0, Math.min(zeros.length, size - at), at);
}

function expectOwner(path: string, stats: Stats, owner: number | undefined): void {
  if (owner !== undefined && stats.uid !== owner) throw unsafe(path, `expected the owner ${owner}, got ${stats.uid}`);
}

function unsafe(path: string, what: string): FerryError {
  return new FerryError('machine-unsafe', `${path}: ${what}; nothing was read from it or written to it`, {
    hint: `find out who made ${path}, remove it, and start \`ferry bmc\` again`,
  });
}

function isWritableDirectory(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
