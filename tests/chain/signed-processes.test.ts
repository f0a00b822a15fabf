// Signed images with real processes, as an owner of a machine and its vendor type it: keygen, sign, a board that trusts the
// key, run; and what each of them says when a signature is missing.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControllerProcess, type Run, runFerry, startController } from '../processes.ts';
import { type SmallMachine, smallMachine } from '../small-machine.ts';

let machine: SmallMachine;
let controller: ControllerProcess;
let key: string;
let keyId: unknown;

const imagePath = (component: string): string => join(dirname(machine.config), 'images', `${component}.bin`);
const sign = (component: string, version: string, security: number): Promise<Run> => runFerry([
  'sign', '--key', key, '--component', component, '--platform', 'test-board', '--version', version, '--security', String(security), imagePath(component),
]);
const ferry = (...args: readonly string[]): Promise<Run> => runFerry([...args, '--machine', machine.state]);
const withConfig = (command: string): Promise<Run> => ferry(command, '-c', machine.config);

/** Waits until the device has committed an image with this security number. */
async function committed(component: string, security: number): Promise<void> {
  for (const until = Date.now() + 30_000; ;) {
    const { events, output } = await ferry('inventory', '--json');
    if (events.some((event) => event['component'] === component && event['securityFloor'] === security)) return;
    if (Date.now() > until) throw new Error(`${component} was not committed:\n${output}`);
  }
}

beforeAll(async () => {
  machine = smallMachine();
  key = join(machine.root, 'vendor.key');
  const made = await runFerry(['keygen', '--key', key, '--no-password', '--json']);
  keyId = made.events[0]?.['keyId'];
  controller = await startController(machine.state, '--board', machine.board, '--trust', join(machine.root, 'vendor.pub'));
});
afterAll(async () => {
  await controller.stop();
  machine.remove();
});

test('signed images are checked, sent and run; what is unsigned is refused before it is sent', { timeout: 60_000 }, async () => {
  const first = machine.release(1, 'report = report.json\n');
  const unsigned = await withConfig('run');
  expect(unsigned.code, unsigned.output).toBe(1);
  expect(unsigned.output).toContain('expected its signature, images/bmc.bin.minisig, because the device takes signed images only, got none');
  expect(unsigned.output).toContain('ferry sign --key KEY --component bmc --platform test-board --version 1.1.0 --security NUMBER images/bmc.bin');
  expect(unsigned.output).not.toMatch(/^upgrade /m);
  expect((await runFerry(['check', '-c', machine.config])).output.match(/no signature/g)).toHaveLength(2);

  for (const component of ['bmc', 'bios']) expect((await sign(component, first.version, 2)).code).toBe(0);
  const checked = await runFerry(['check', '-c', machine.config]);
  expect(checked.code, checked.output).toBe(0);
  expect(checked.output.match(new RegExp(`signed with key ${String(keyId)}, security 2$`, 'gm'))).toHaveLength(2);
  const run = await withConfig('run');
  expect(run.code, run.output).toBe(3);
  expect(run.output).not.toContain('LAB MODE');
  const report = JSON.parse(readFileSync(join(dirname(machine.config), 'report.json'), 'utf8')) as Record<string, unknown>;
  expect(report).toMatchObject({ images: [{ signed: true, keyId, security: 2 }, { signed: true, keyId, security: 2 }] });
  expect(run.output).toContain(`\nupgrade ${String(report['upgradeId'])}: 2 images, `);
  expect((await withConfig('run')).code).toBe(2);

  await committed('bmc', 2);
  const second = machine.release(2);
  for (const component of ['bmc', 'bios']) expect((await sign(component, second.version, 1)).code).toBe(0);
  const lower = await withConfig('plan');
  expect(lower.code, lower.output).toBe(1);
  expect(lower.output).toContain('expected a security number of at least 2, which the component has reached, got 1, which was signed');
  rmSync(`${imagePath('bmc')}.minisig`);
  rmSync(`${imagePath('bios')}.minisig`);
});

test('the same board in lab mode takes them, and every screen says so', { timeout: 60_000 }, async () => {
  const other = smallMachine();
  const lab = await startController(other.state, '--board', other.board, '--lab-mode');
  try {
    other.release(1);
    for (const args of [['plan', '-c', other.config], ['run', '-c', other.config], ['inventory'], ['status']]) {
      expect((await runFerry([...args, '--machine', other.state])).output, args[0]).toMatch(/^\*\*\* LAB MODE \*\*\* /m);
    }
  } finally {
    await lab.stop();
    other.remove();
  }
});
