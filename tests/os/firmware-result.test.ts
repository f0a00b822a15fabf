import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { VariableAttribute } from '../../host/efi/variable-store.ts';
import { openVariableStore } from '../../host/efi/nvram-file.ts';
import { firmwareResult } from '../../host/os/firmware-result.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const SCRIPT = readFileSync(resolve(import.meta.dirname, '../../configs/startup.nsh'), 'utf8');
/** As the script names it: both must mean the same variable. */
const GUID = /^setvar FerryResult -guid (\S+) /m.exec(SCRIPT)?.[1] ?? '';
const { nonVolatile, bootServiceAccess, runtimeAccess } = VariableAttribute;

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

/** A directory as efivarfs: file names with the GUID in lower case, four bytes of attributes in front of the data. */
function efivars(name: string, data: string | Uint8Array, guid = GUID): string {
  const directory = join(scratch.path, name);
  mkdirSync(directory);
  writeFileSync(join(directory, `FerryResult-${guid.toLowerCase()}`), Buffer.concat([Buffer.from([7, 0, 0, 0]), Buffer.from(data)]));
  return directory;
}

function nvram(name: string, data: string): string {
  const file = join(scratch.path, name);
  openVariableStore(file, () => undefined).set(GUID, 'FerryResult', nonVolatile | bootServiceAccess | runtimeAccess, Buffer.from(data));
  return file;
}

describe('the result that the firmware kept', () => {
  test.each(['0x0', '0x4', '0x40', '0x8000000000000003'])('is %s', (text) => {
    expect(firmwareResult({ efivars: efivars(`e${text}`, text) })).toBe(text);
    expect(firmwareResult({ nvramFile: nvram(`n${text}`, text) })).toBe(text);
  });

  test.each([['nothing', ''], ['no number', 'four'], ['no hexadecimal number', '4'], ['longer than a status', `0x${'1'.repeat(17)}`], ['with more behind it', '0x4 --json']])('is none when it is %s', (name, text) => {
    expect(firmwareResult({ efivars: efivars(name, text) })).toBeUndefined();
  });

  test('is none when the variable is of another vendor, cut off, or there are no variables', () => {
    expect(firmwareResult({ efivars: efivars('other', '0x4', GUID.replace(/^./, '0')) })).toBeUndefined();
    const cut = efivars('cut', '0x4');
    writeFileSync(join(cut, `FerryResult-${GUID.toLowerCase()}`), Buffer.from([7, 0]));
    expect(firmwareResult({ efivars: cut })).toBeUndefined();
    expect(firmwareResult({ efivars: join(scratch.path, 'nowhere') })).toBeUndefined();
    const store = openVariableStore(join(scratch.path, 'others'), () => undefined);
    store.set(GUID, 'Other', nonVolatile | bootServiceAccess, Buffer.from('0x4'));
    expect(firmwareResult({ nvramFile: join(scratch.path, 'others') })).toBeUndefined();
  });

  test('from a file that is none of variables is a wrong command line', () => {
    writeFileSync(join(scratch.path, 'text'), 'no JSON');
    for (const file of ['text', 'nowhere']) {
      expect(() => firmwareResult({ nvramFile: join(scratch.path, file) })).toThrow(expect.objectContaining({ code: 'usage', exitCode: 64 }));
    }
  });
});
