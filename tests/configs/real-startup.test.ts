// configs/startup.nsh in the EDK II shell, over a reset of the virtual machine: does it remember there that it has reset?
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { missingPackages, runRealShell } from '../efi/shell/real-shell.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const isMissing = missingPackages.length > 0;
const NAME = 'a device that never gets done is reset for once, also by the EDK II shell, and the result is in the variable';

/** The script with another script in the place of the program, and switching off in the place of going on to an OS. */
function script(): string {
  const text = readFileSync(resolve(import.meta.dirname, '../../configs/startup.nsh'), 'utf8');
  const guid = /^setvar FerryResult -guid (\S+) /m.exec(text)?.[1];
  return text.replace(/^ferry\.wasm .*$/m, 'program.nsh 3').replace(/^exit$/m, `setvar FerryResult -guid ${guid}\nreset -s`);
}

test.skipIf(isMissing && !required)(isMissing ? `${NAME} (skipped: apt-get install ${missingPackages.join(' ')})` : NAME, { timeout: 180_000 }, async () => {
  expect(missingPackages, 'packages that are needed here').toEqual([]);
  const scratch = scratchDirectory();
  try {
    writeFileSync(join(scratch.path, 'startup.nsh'), script());
    writeFileSync(join(scratch.path, 'program.nsh'), 'exit /b %1\n');
    writeFileSync(join(scratch.path, 'ferry.ini'), '');
    const output = await runRealShell(scratch.path);
    const [reset, kept] = ['ferry: done. The machine is reset now', 'so it is not now. Booting goes on.'].map((text) => output.split(text)) as [string[], string[]];
    expect([reset.length, kept.length], output).toEqual([2, 2]);
    expect(output.indexOf('is reset now')).toBeLessThan(output.indexOf('so it is not now'));
    expect(output, 'FerryResult holds 0x3').toMatch(/FerryResult - 0003 Bytes\s+30 78 33/);
  } finally {
    scratch.remove();
  }
});
