// A machine that loses its power in the middle of a boot, in a process of its own: kill -9.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GLOBAL_VARIABLE, SHELL_VARIABLE } from '../../host/efi/guid.ts';
import { openVariableStore } from '../../host/efi/nvram-file.ts';
import { bundle } from '../bundle.ts';
import { runSeed, seeded } from '../random.ts';
import { temporaryDirectory } from './virtual-machine.ts';

const CUTS = 30;
const AT_ONCE = 3;
/** Two variables that always say the same, but for the moment between them; then the operating system. */
const SCRIPT = '@echo -off\nif "%first%" == "" then\nset first 0\nset second 0\nendif\necho booted\n'
  + 'for %a run (1 60)\nset first %a\nset second %a\nendfor\nset first done\nset second done\nexit\n';

/** What both variables go through; every boot begins anew with 1. */
const STEPS = ['nothing', ...Array.from({ length: 61 }, (_, count) => `${count}`), 'done'];
const isWhole = (first: string, second: string): boolean => first === second || STEPS.indexOf(first) === STEPS.indexOf(second) + 1 || first === '1';

/** Switches on; cuts the power so long after the script began to write, or not at all. Answers what the console showed. */
function powerOn(scripts: string, directory: string, cutAfterMs?: number): Promise<string> {
  const settings = { volumeDirectory: join(directory, 'esp'), stateDirectory: join(directory, 'machine'), workerFile: join(scripts, 'worker.mjs'), nvramFile: join(directory, 'nvram.json') };
  const child = spawn(process.execPath, [join(scripts, 'boot.mjs'), JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    const hadBegun = output.includes('UEFI');
    output += data.toString();
    if (!hadBegun && cutAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), cutAfterMs);
  });
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

it(`power cut at ${CUTS} moments of booting leaves the variables whole, and the machine boots`, async () => {
  const seed = runSeed();
  const random = seeded(seed);
  const scripts = temporaryDirectory();
  bundle({ boot: 'tests/efi/boot-machine.ts', worker: 'host/efi/worker.ts' }, scripts);
  const machines = Array.from({ length: AT_ONCE }, () => temporaryDirectory());
  for (const machine of machines) {
    mkdirSync(join(machine, 'esp'));
    writeFileSync(join(machine, 'esp', 'startup.nsh'), SCRIPT);
  }
  const cutAll = async (machine: string, moments: readonly number[]): Promise<void> => {
    for (const moment of moments) {
      const where = `seed ${seed}, cut after ${moment} ms`;
      expect(await powerOn(scripts, machine, moment), where).toContain('UEFI');
      const file = join(machine, 'nvram.json');
      if (!existsSync(file)) continue;
      const kept = openVariableStore(file, (message) => expect.unreachable(`${where}: ${message}`));
      const [first, second] = ['first', 'second'].map((name) => {
        const data = kept.get(SHELL_VARIABLE, name)?.data;
        return data === undefined ? 'nothing' : Buffer.from(data).toString('utf16le').replace(/\0$/, '');
      }) as [string, string];
      expect(isWhole(first, second), `${where}: first ${first}, second ${second}`).toBe(true);
      expect(kept.get(GLOBAL_VARIABLE, 'BootOrder')?.data.length ?? 4, where).toBe(4);
    }
  };
  const moments = machines.map(() => Array.from({ length: CUTS / AT_ONCE }, () => Math.floor(random() * 150)));
  await Promise.all(machines.map((machine, index) => cutAll(machine, moments[index] as number[])));
  for (const machine of machines) {
    expect(await powerOn(scripts, machine)).toContain('starting Boot0001 "Ferry OS"');
    expect(readFileSync(join(machine, 'esp', 'startup.nsh'), 'utf8')).toBe(SCRIPT);
  }
}, 60_000);
