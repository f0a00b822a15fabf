// STATE/machine.json: where a machine's shared files lie. Written by the management controller, read by the host.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { FerryError } from '../error.ts';

const NAME = 'machine.json';
const VERSION = 1;
/** Far more than the record needs: a larger file is not ours and is not read. */
const MAXIMUM_SIZE = 64 * 1024;

/** The record's path in a state directory. */
export const machineRecordPath = (stateDirectory: string): string => join(stateDirectory, NAME);

/** Writes the record so that a reader sees the old one or the new one, never a part, even after a power cut. */
export function writeMachineRecord(stateDirectory: string, directory: string): void {
  const path = machineRecordPath(stateDirectory);
  const fresh = `${path}.new`;
  const descriptor = openSync(fresh, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify({ machine: VERSION, directory })}\n`);
    fsyncSync(descriptor);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** The directory that the record names. Undefined when there is no record. */
export function readMachineRecord(stateDirectory: string): string | undefined {
  const path = machineRecordPath(stateDirectory);
  let text: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAXIMUM_SIZE) throw invalidRecord(path, 'expected a short JSON file');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof FerryError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalidRecord(path, `it can not be read (${code})`, error);
  }
  return recordedDirectory(path, text);
}

function recordedDirectory(path: string, text: string): string {
  const value = parsed(path, text);
  if (typeof value !== 'object' || value === null) throw invalidRecord(path, `expected a JSON object, got ${JSON.stringify(value)}`);
  const { machine, directory } = value as Record<string, unknown>;
  if (machine !== VERSION) throw invalidRecord(path, `expected "machine": ${VERSION}, got ${JSON.stringify(machine)}`);
  if (typeof directory !== 'string' || !isAbsolute(directory) || directory.includes('\0')) {
    throw invalidRecord(path, `expected "directory" to be an absolute path, got ${JSON.stringify(directory)}`);
  }
  return directory;
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidRecord(path, 'expected JSON', error);
  }
}

/** The record is there and can not be used. */
export function invalidRecord(path: string, what: string, cause?: unknown): FerryError {
  return new FerryError('machine-invalid', `${path}: ${what}; nothing was sent`, {
    hint: 'start `ferry bmc` with this state directory again: it writes the file anew',
    cause,
  });
}
