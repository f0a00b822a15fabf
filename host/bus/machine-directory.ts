// How the two processes of one emulated machine find each other: by the controller's state directory. The controller
// makes the files behind the function's BARs and records where; the host opens them. They share nothing else.
import { existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FerryError } from '../error.ts';
import type { FileMemory } from './file-memory.ts';
import { expectOwnDirectory, machineBases, machineName, makeMachineDirectory, openMachineFile, ownUser, removeOwnDirectory } from './machine-files.ts';
import { invalidRecord, machineRecordPath, readMachineRecord, writeMachineRecord } from './machine-record.ts';
import { REGISTERS_SIZE, WINDOW_SIZE } from './management-function.ts';

const REGISTERS_FILE = 'registers';
const WINDOW_FILE = 'window';

/** The machine's shared files, open. Closing leaves them in place for the other end. */
export interface MachineDirectory {
  readonly stateDirectory: string;
  /** Where the files lie; the host's lock lies there too. */
  readonly directory: string;
  readonly registers: FileMemory;
  readonly window: FileMemory;
  close(): void;
}

/**
 * Called by the management controller. Files of an earlier run are opened again with what is in them, so that a host
 * which has them open sees the controller come back.
 */
export function createMachineDirectory(stateDirectory: string): MachineDirectory {
  try {
    makeDirectories(resolve(stateDirectory));
    const machine = createAt(realpathSync(stateDirectory));
    return recorded(machine);
  } catch (error) {
    if (error instanceof FerryError) throw error;
    throw failed(stateDirectory, 'made', error);
  }
}

/** Called by the host. `machine-missing` when no controller has run since the computer started. */
export function openMachineDirectory(stateDirectory: string): MachineDirectory {
  const directory = readMachineRecord(stateDirectory);
  if (directory === undefined) throw missing(stateDirectory, 'no management controller has run there');
  try {
    const real = realpathSync(stateDirectory);
    const owner = expectOwnRecord(real, directory);
    expectOwnDirectory(directory, owner);
    return openFiles(real, directory, owner, false);
  } catch (error) {
    if (error instanceof FerryError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(stateDirectory, `${directory} is gone, as after a restart of the computer`);
    throw failed(stateDirectory, 'opened', error);
  }
}

/** Removes the shared files and the record. For a controller that goes for good, and for tests. */
export function removeMachineDirectory(stateDirectory: string): void {
  const directory = readMachineRecord(stateDirectory);
  if (directory === undefined) return;
  if (basename(directory) === machineName(realpathSync(stateDirectory), ownUser())) removeOwnDirectory(directory);
  rmSync(machineRecordPath(stateDirectory), { force: true });
}

/** As mkdir -p. Node's own goes round for ever where a directory refuses names with ENOENT, as /proc does. */
function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Takes the first place that has room. Only trouble that another place may not have goes on to the next. */
function createAt(real: string): MachineDirectory {
  const name = machineName(real, ownUser());
  const elsewhere = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM'];
  let trouble: unknown = new Error('no directory is writable');
  for (const base of machineBases(real)) {
    const directory = join(base, name);
    try {
      makeMachineDirectory(directory);
      return openFiles(real, directory, ownUser(), true);
    } catch (error) {
      if (!elsewhere.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      removeOwnDirectory(directory);
      trouble = error;
    }
  }
  throw trouble;
}

/** Tells the host where the machine is. Without the record nobody finds it, so the files are let go again. */
function recorded(machine: MachineDirectory): MachineDirectory {
  try {
    writeMachineRecord(machine.stateDirectory, machine.directory);
    return machine;
  } catch (error) {
    machine.close();
    throw error;
  }
}

function openFiles(stateDirectory: string, directory: string, owner: number | undefined, create: boolean): MachineDirectory {
  const registers = openMachineFile(join(directory, REGISTERS_FILE), REGISTERS_SIZE, owner, create);
  try {
    const window = openMachineFile(join(directory, WINDOW_FILE), WINDOW_SIZE, owner, create);
    return { stateDirectory, directory, registers, window, close: () => [registers, window].forEach((memory) => memory.close()) };
  } catch (error) {
    registers.close();
    throw error;
  }
}

/**
 * The owner that all of the machine's files must have: ours, or whoever runs the controller when we are root. The name
 * is worked out again, so that a copied state directory does not lead to the original's machine.
 */
function expectOwnRecord(real: string, directory: string): number | undefined {
  const path = machineRecordPath(real);
  const user = ownUser();
  const owner = user === undefined ? undefined : lstatSync(path).uid;
  if (user !== 0 && owner !== user) throw new FerryError('machine-unsafe', `${path}: expected the owner ${user}, got ${owner}; nothing was sent`, {
    hint: 'run ferry as the user who runs `ferry bmc`, or as root',
  });
  if (basename(directory) !== machineName(real, owner)) throw invalidRecord(path, `it was written for another directory than ${real}`);
  return owner;
}

function missing(stateDirectory: string, why: string): FerryError {
  return new FerryError('machine-missing', `no machine in ${resolve(stateDirectory)}: ${why}`, {
    hint: `start \`ferry bmc --state ${stateDirectory}\``,
  });
}

function failed(stateDirectory: string, what: string, cause: unknown): FerryError {
  return new FerryError('machine-failed', `the machine of ${resolve(stateDirectory)} can not be ${what}: ${(cause as Error).message}`, {
    hint: 'check that the directory exists, is writable and has space, then run the same command again',
    cause,
  });
}
