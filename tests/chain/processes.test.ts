// Pre-OS starts → time limit → OS → finishes, with real processes and the files of configs/: the management controller,
// `ferry boot` with startup.nsh, then the command of ferry.service as its restart policy has it. Nobody types anything.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { afterExit, parseUnit, valueOf } from '../configs/unit-file.ts';
import { type ControllerProcess, type Run, runFerry, startController } from '../processes.ts';
import { type SmallMachine, smallMachine } from '../small-machine.ts';
import type { Report } from './virtual-chain.ts';

const CONFIGS = resolve(import.meta.dirname, '../../configs');
const service = parseUnit(readFileSync(join(CONFIGS, 'ferry.service'), 'utf8'));
const REPORT = 'report.json';

let machine: SmallMachine;
let controller: ControllerProcess;
/** The EFI system partition. */
let esp: string;
/** In milliseconds: cuts an image in its middle, so twice of it is enough to get on in every run. */
let cuttingLimit = 0;

beforeAll(async () => {
  machine = smallMachine();
  controller = await startController(machine.state, '--board', machine.board, '--lease', '300');
  esp = dirname(machine.config);
  machine.release(0);
  expect((await runFerry(['run', '-c', machine.config, '--machine', machine.state])).code).toBe(3);
  copyFileSync(artifactPath('ferry.wasm'), join(esp, 'ferry.wasm'));
  copyFileSync(join(CONFIGS, 'startup.nsh'), join(esp, 'startup.nsh'));
});
afterAll(async () => {
  await controller.stop();
  machine.remove();
});

const nvram = (): string => join(machine.root, 'nvram.json');
const boot = (): Promise<Run> => runFerry(['boot', '--esp', esp, '--machine', machine.state, '--delay', '0', '--nvram', nvram()]);
const report = (): Report => JSON.parse(readFileSync(join(esp, REPORT), 'utf8')) as Report;

/** The service's command, with this machine's places for those of an installed one. */
function serviceRun(): Promise<Run> {
  const [, ...args] = valueOf(service, 'Service.ExecStart').replaceAll('/boot/efi', esp).split(' ');
  return runFerry([...args, '--machine', machine.state, '--nvram', nvram()]);
}

/** Starts the service's command as often as the unit would. */
async function serviceUntilRest(): Promise<Run[]> {
  const runs = [await serviceRun()];
  while (afterExit(service, Number(runs.at(-1)?.code)) === 'restart') {
    expect(runs.length, runs.at(-1)?.output).toBeLessThan(Number(valueOf(service, 'Unit.StartLimitBurst')));
    runs.push(await serviceRun());
  }
  return runs;
}

const digests = async (): Promise<Record<string, unknown>> => {
  const inventory = await runFerry(['inventory', '--machine', machine.state, '--json']);
  const slots = inventory.events.filter((event) => event['event'] === 'slot' && event['running'] === true);
  return Object.fromEntries(slots.map((slot) => [String(slot['component']), slot['sha256']]));
};

test('a transfer that the time limit cut before the OS is finished by the service, and it says where it goes on', { timeout: 120_000 }, async () => {
  // How fast this computer is decides which limit cuts an image in its middle: it is looked for from both sides.
  let [low, high] = [1, 4000];
  for (let release = 1; ; release++) {
    expect(release, 'a limit that cuts an image is found').toBeLessThan(24);
    const limit = Math.max(1, Math.round(Math.sqrt(low * high)));
    const wanted = machine.release(release, `report = ${REPORT}\ntime-limit = ${limit}ms\n`);
    const first = await boot();
    expect([0, 2, 3, 4], first.output).toContain(first.code);
    const before = report();
    expect(before.when).toBe('before-os');
    const paused = before.images.find((image) => image.outcome === 'paused' && (image.pausedAt ?? 0) > 0 && (image.pausedAt ?? 0) < image.size);
    if (first.code !== 4 || paused === undefined) {
      const isTooShort = first.code === 4 && before.images.every((image) => image.outcome === 'not-tried' || image.pausedAt === 0);
      if (isTooShort) low = limit;
      else high = limit;
      if (high - low < 3) [low, high] = [Math.max(1, low / 2), high * 2];
      continue;
    }
    cuttingLimit = limit;
    expect(first.output).toContain('ferry: paused. The device is as it was; the next run goes on from here. Booting goes on.');
    expect(first.output, 'the OS is started').toMatch(/Boot manager: starting Boot\w+ "Ferry OS"/);
    expect(before).toMatchObject({ exitCode: 4, ended: 'time-limit', platform: 'test-board' });
    // After the OS there is time: what is left is not cut again.
    const config = readFileSync(machine.config, 'utf8');
    writeFileSync(machine.config, config.replace(/time-limit = .*\n/, ''));
    const runs = await serviceUntilRest();
    expect(runs).toHaveLength(1);
    expect(runs[0]?.output).toMatch(new RegExp(`^before the OS: paused at .* of ${paused.image} \\(time limit\\); going on from there$`, 'm'));
    expect(runs[0]?.output).toMatch(new RegExp(`^ {2}${paused.image}: going on at .*, the device has what comes before$`, 'm'));
    expect(runs[0]?.code).toBe(3);
    expect(report()).toMatchObject({ when: 'after-os', exitCode: 3, ended: 'finished', bootId: before.bootId });
    expect(await digests()).toEqual({ bmc: wanted.bmc, bios: wanted.bios });
    return;
  }
});

test('with the time limit in force after the OS too, the service\'s restarts finish it', { timeout: 120_000 }, async () => {
  const wanted = machine.release(41, `report = ${REPORT}\ntime-limit = ${cuttingLimit * 2}ms\n`);
  const first = await boot();
  const runs = await serviceUntilRest();
  expect([0, 2, 3], `${first.output}${runs.map(({ output }) => output).join('')}`).toContain(runs.at(-1)?.code);
  expect(await digests()).toEqual({ bmc: wanted.bmc, bios: wanted.bios });
});

test('a run before the OS whose ferry.wasm is broken is told after it, from the variable that the firmware kept', { timeout: 120_000 }, async () => {
  const wanted = machine.release(42, `report = ${REPORT}\n`);
  rmSync(join(esp, REPORT));
  writeFileSync(join(esp, 'ferry.wasm'), 'no program');
  const first = await boot();
  expect(first.output).toContain('ferry: ferry.wasm could not be run, status 0x8000000000000003.');
  const [run] = await serviceUntilRest();
  expect(run?.output).toContain('\nbefore the OS: there is no report report.json\n');
  expect(run?.output).toContain('\nbefore the OS: ferry.wasm could not be run, or was aborted (from the firmware\'s variable FerryResult)\n');
  expect(run?.code, run?.output).toBe(3);
  expect(await digests()).toEqual({ bmc: wanted.bmc, bios: wanted.bios });
});
