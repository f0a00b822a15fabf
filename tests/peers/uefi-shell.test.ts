// The EDK II shell itself, in QEMU: is the recording that our shell is compared with still what it writes, and does
// configs/startup.nsh do there what it does here?
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingPackages, runRealShell } from '../efi/shell/real-shell.ts';
import { normalised, SESSION_RECORDING, SESSION_VOLUME } from '../efi/shell/session.ts';
import { runShellScript } from '../efi/virtual-machine.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const TIMEOUT_MS = 180_000;

function peerTest(name: string, run: () => Promise<void>): void {
  const isMissing = missingPackages.length > 0;
  test.skipIf(isMissing && !required)(isMissing ? `${name} (skipped: apt-get install ${missingPackages.join(' ')})` : name, async () => {
    expect(missingPackages, 'packages that are needed here').toEqual([]);
    await run();
  }, TIMEOUT_MS);
}

peerTest('the recorded session is what the EDK II shell writes', async () => {
  const recording = readFileSync(SESSION_RECORDING, 'utf8').trimEnd().split('\n');
  expect(normalised(await runRealShell(SESSION_VOLUME))).toEqual(recording);
});

/** configs/startup.nsh with a script in the place of the program, so that both shells can run it; what ends the shell ends the script. */
function startupFor(program: string): string {
  const text = readFileSync('configs/startup.nsh', 'utf8');
  const replaced = text.replace(/^(\s*)ferry\.wasm .*$/m, `$1${program}`).replace(/^(\s*)reset -w$/m, '$1echo RESET').replace(/^(\s*)exit$/gm, '$1exit /b');
  expect(replaced).toContain(program);
  expect(replaced).toContain('RESET');
  return replaced;
}

const CODES = [0, 1, 2, 3, 4, 5, 64];
const CASES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(CODES.map((code) => [`code-${code}.nsh`, startupFor(`program.nsh ${code}`)])),
  'missing.nsh': startupFor('missing.wasm'),
};
const FILES: Readonly<Record<string, string>> = { ...CASES, 'program.nsh': 'exit /b %1\n', 'ferry.ini': '; the config\n' };
const SCRIPT = `@echo -off\nfs0:\n${Object.keys(CASES).map((name) => `echo == ${name}\n${name}\n`).join('')}echo == end\n`;

const casesOf = (output: string): string[] => {
  const lines = output.replace(/\x1b\[[=0-9;]*[A-Za-z]/g, '').replaceAll('\r', '').split('\n');
  return lines.slice(lines.indexOf('== code-0.nsh'), lines.indexOf('== end') + 1);
};

peerTest('configs/startup.nsh does in the EDK II shell what it does here, for every exit code', async () => {
  const scratch = scratchDirectory();
  try {
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(scratch.path, name), text);
    writeFileSync(join(scratch.path, 'startup.nsh'), `${SCRIPT}reset -s\n`);
    const real = casesOf(await runRealShell(scratch.path));
    expect(real.filter((line) => line === 'RESET'), real.join('\n')).toHaveLength(1);
    expect(real.length).toBeGreaterThan(2 * Object.keys(CASES).length);
    expect(casesOf(runShellScript(SCRIPT, { files: FILES }))).toEqual(real);
  } finally {
    scratch.remove();
  }
});
