// The non-volatile variables in a JSON file. It is replaced as a whole: a reader, and a machine whose power was cut in
// the middle of a write, sees the old file or the new one, never a part.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { EfiError } from './status.ts';
import { VariableStore, type Variable, type VariableMedium } from './variable-store.ts';

const FORMAT = 1;
/** Far more than the store may hold: a larger file is not ours. */
const MAXIMUM_FILE_SIZE = 4 * 1024 * 1024;

/** Opens the store. `report` is told when the file is unreadable: it is then kept aside and defaults are used. */
export function openVariableStore(file: string | undefined, report: (message: string) => void): VariableStore {
  if (file === undefined) return new VariableStore();
  const medium: VariableMedium = { write: (variables) => replaceFile(file, encode(variables)) };
  return new VariableStore(medium, readKept(file, report));
}

function readKept(file: string, report: (message: string) => void): Variable[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new EfiError('DEVICE_ERROR', `${file}: the variables can not be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return decode(text);
  } catch (error) {
    renameSync(file, `${file}.unreadable`);
    report(`${file}: ${(error as Error).message}; the machine starts with default variables, the file is kept as ${file}.unreadable`);
    return [];
  }
}

const encode = (variables: readonly Variable[]): string => `${JSON.stringify({
  nvram: FORMAT,
  variables: variables.map(({ name, guid, attributes, data }) => ({ name, guid, attributes, data: Buffer.from(data).toString('hex') })),
}, undefined, 1)}\n`;

function decode(text: string): Variable[] {
  if (text.length > MAXIMUM_FILE_SIZE) throw new Error(`expected a file of variables, got ${text.length} characters`);
  const value = JSON.parse(text) as { nvram?: unknown; variables?: unknown };
  if (value?.nvram !== FORMAT || !Array.isArray(value.variables)) throw new Error(`expected an object with "nvram": ${FORMAT} and "variables"`);
  return value.variables.map(decodeVariable);
}

function decodeVariable(entry: Record<string, unknown> | null): Variable {
  const { name, guid, attributes, data } = entry ?? {};
  const isVariable = typeof name === 'string' && name !== '' && typeof guid === 'string' && Number.isInteger(attributes)
    && typeof data === 'string' && /^([0-9a-f]{2})+$/i.test(data);
  if (!isVariable) throw new Error(`expected variables with name, guid, attributes and data in hexadecimal, got ${JSON.stringify(entry)?.slice(0, 80)}`);
  return { name, guid, attributes: attributes as number, data: Uint8Array.from(Buffer.from(data, 'hex')) };
}

function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`;
  try {
    withDescriptor(fresh, 'w', (descriptor) => {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    });
    renameSync(fresh, file);
    withDescriptor(dirname(file), 'r', fsyncSync);
  } catch (error) {
    throw new EfiError('DEVICE_ERROR', `${file}: the variables can not be written: ${(error as Error).message}`, { cause: error });
  }
}

function withDescriptor(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
