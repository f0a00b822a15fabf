// What the firmware kept of the run before the OS: the variable that startup.nsh sets, %lasterror% as text. It is read
// from the kernel's files of variables, or from the file in which `ferry boot --nvram` keeps them. A variable that is
// not there, or that someone else wrote, is none: nothing depends on it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FerryError } from '../error.ts';

const NAME = 'FerryResult';
/** The vendor GUID of Ferry's variables; configs/startup.nsh has it too. */
const GUID = 'CEC8A751-3DC4-456C-ACB6-0EB0899ED6AE';
/** Where Linux shows the variables of a UEFI firmware (efivarfs). */
const EFIVARS = '/sys/firmware/efi/efivars';
/** In front of the data, efivarfs has the attributes, u32. */
const ATTRIBUTES_SIZE = 4;

export interface FirmwareSources {
  /** A directory as efivarfs; the real one when not given. */
  readonly efivars?: string | undefined;
  /** The file of `ferry boot --nvram`; it counts before a directory. */
  readonly nvramFile?: string | undefined;
}

/** The status that the firmware kept, such as `0x4`. Undefined when it kept none. */
export function firmwareResult({ efivars, nvramFile }: FirmwareSources): string | undefined {
  const data = nvramFile === undefined ? fromEfivars(efivars) : fromNvram(nvramFile);
  const text = data?.toString('latin1') ?? '';
  return /^0x[0-9a-f]{1,16}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** Nothing is there on a machine without UEFI, and where nothing ran before the OS. */
function fromEfivars(directory: string | undefined): Buffer | undefined {
  try {
    return readFileSync(join(directory ?? EFIVARS, `${NAME}-${GUID.toLowerCase()}`)).subarray(ATTRIBUTES_SIZE);
  } catch {
    return undefined;
  }
}

function fromNvram(file: string): Buffer | undefined {
  try {
    const { variables } = JSON.parse(readFileSync(file, 'utf8')) as { variables: readonly Readonly<Record<string, unknown>>[] };
    const found = variables.find(({ name, guid }) => name === NAME && String(guid).toUpperCase() === GUID);
    return found === undefined ? undefined : Buffer.from(String(found['data']), 'hex');
  } catch (cause) {
    throw new FerryError('usage', `--nvram: expected the file of variables that \`ferry boot --nvram\` keeps, got ${file}: ${(cause as Error).message}; nothing was touched`, {
      hint: 'name the file that was given to `ferry boot --nvram`, or leave --nvram away', exitCode: 64, cause,
    });
  }
}
