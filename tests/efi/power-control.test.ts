// The management controller's hand on the power of a machine that is in its firmware: real processes, in the middle of a
// transfer over the bus.
import { copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { LiveController } from '../live-controller.ts';
import { ended, type Run, runFerry, spawnFerry } from '../processes.ts';
import { type SmallMachine, smallMachine } from '../small-machine.ts';
import { hungImage } from './test-images.ts';

const MIB = 1024 * 1024;
const SCRIPT = '@echo -off\nfs0:\nferry.wasm run -c ferry.ini --json\necho the script goes on\nexit\n';

let machine: SmallMachine;
let controller: LiveController;

beforeEach(() => {
  machine = smallMachine();
  controller = new LiveController(machine.state, machine.board);
  machine.release(1);
  copyFileSync(artifactPath('ferry.wasm'), join(dirname(machine.config), 'ferry.wasm'));
  writeFileSync(join(dirname(machine.config), 'startup.nsh'), SCRIPT);
});
afterEach(() => {
  controller.remove();
  machine.remove();
});

const boot = (): Promise<Run> => runFerry(['boot', '--esp', dirname(machine.config), '--machine', machine.state, '--delay', '0']);
const run = (): Promise<Run> => runFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
const resumedAt = ({ events }: Run): unknown => events.find(({ event }) => event === 'resumed')?.['offset'];
const said = (event: string): number => controller.events.filter((one) => one.event === event).length;
const banners = ({ output }: Run): number => output.split('Ferry firmware').length - 1;

describe('a machine in its firmware, in the middle of a transfer', () => {
  it('dies at once when it is switched off; after On the next run goes on where it was', async () => {
    const booted = boot();
    await controller.receives(MIB);
    controller.power('ForceOff');
    const first = await booted;
    expect(first.code, first.output).toBe(4);
    expect(first.output).toMatch(/\nThe management controller has switched the machine off\.\n$/);
    expect(first.output).not.toContain('the script goes on');
    await controller.until(() => controller.phase === 'idle');
    const refused = await run();
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('expected its power to be on, its management controller has switched it off; nothing was sent')]);
    expect((await runFerry(['status', '--machine', machine.state])).code, 'nothing answers on the bus').toBe(1);
    controller.power('On');
    const second = await run();
    expect(second.code, second.output).toBe(3);
    expect(resumedAt(second)).toBeGreaterThanOrEqual(MIB);
    expect(controller.events.map(({ event }) => event)).toEqual(expect.arrayContaining(['power-off', 'power-on', 'host-reset', 'upgrade-ended']));
  });

  it('ForceOff ends a program that asks nobody anything', async () => {
    writeFileSync(join(dirname(machine.config), 'hang.wasm'), hungImage());
    writeFileSync(join(dirname(machine.config), 'startup.nsh'), 'fs0:\nhang\n');
    const child = spawnFerry(['boot', '--esp', dirname(machine.config), '--machine', machine.state, '--delay', '0']);
    const end = ended(child);
    let output = '';
    child.stdout?.on('data', (data: Buffer) => { output += data.toString(); });
    while (!output.includes('FS0:\\> hang')) await new Promise((resolve) => child.stdout?.once('data', resolve));
    controller.power('ForceOff');
    expect((await end).code).toBe(4);
  });

  it('starts anew after ForceRestart, and finishes by itself', async () => {
    const booted = boot();
    await controller.receives(MIB);
    controller.power('ForceRestart');
    const result = await booted;
    expect(result.code, result.output).toBe(3);
    expect(result.output).toContain('\nThe management controller resets the machine.\n\n-- cold reset --\n\nFerry firmware');
    expect(resumedAt(result), result.output).toBeGreaterThanOrEqual(MIB);
    expect([said('power-restarted'), said('power-off')]).toEqual([1, 0]);
  });

  it('is off for a while in a power cycle, starts anew, and finishes by itself', async () => {
    const booted = boot();
    await controller.receives(MIB);
    controller.power('PowerCycle');
    await controller.says('power-on', 'the power cycle has ended');
    const result = await booted;
    expect(result.code, result.output).toBe(3);
    expect(banners(result)).toBe(2);
  });

  it('is off for good when it is switched off in a power cycle', async () => {
    const booted = boot();
    await controller.receives(MIB);
    controller.power('PowerCycle');
    controller.power('ForceOff');
    const result = await booted;
    expect([result.code, banners(result)]).toEqual([4, 1]);
    expect(result.output).toContain('The management controller has switched the machine off.');
  });

  it('stops at a chunk for a graceful shutdown; the power button switches it on, and it finishes', async () => {
    const booted = boot();
    await controller.receives(MIB);
    const off = controller.says('power-off', 'the host has shut down, as asked');
    controller.power('GracefulShutdown');
    await controller.standUntilAnswered();
    const first = await booted;
    await off;
    expect(first.code, first.output).toBe(4);
    expect(first.events.at(-1), 'the program had its time to say so').toMatchObject({ event: 'exit', code: 4 });
    expect(first.output).not.toContain('the script goes on');
    const pressed = controller.says('power-on', 'with its power button');
    const second = await boot();
    await pressed;
    expect(second.code, second.output).toBe(3);
    expect(resumedAt(second)).toBeGreaterThanOrEqual(MIB);
  });

  it('stops at a chunk for a graceful restart, starts anew and finishes by itself', async () => {
    const booted = boot();
    await controller.receives(MIB);
    const restarted = controller.says('power-restarted', 'the host has restarted, as asked');
    controller.power('GracefulRestart');
    await controller.standUntilAnswered();
    await restarted;
    const result = await booted;
    expect(result.code, result.output).toBe(3);
    expect([banners(result), said('power-off')]).toEqual([2, 0]);
    expect(resumedAt(result), result.output).toBeGreaterThanOrEqual(MIB);
  });

  it('stays off while its management controller is restarted, and on likewise', async () => {
    const booted = boot();
    await controller.receives(MIB);
    controller.power('ForceOff');
    controller.stop();
    expect((await booted).code).toBe(4);
    controller.start();
    expect((await run()).output).toContain('its management controller has switched it off');
    controller.power('On');
    controller.stop();
    controller.start();
    const result = await run();
    expect(result.code, result.output).toBe(3);
    expect(resumedAt(result), result.output).toBeGreaterThanOrEqual(MIB);
  });
});

describe('a machine that switches itself off', () => {
  it('is off for its management controller, and an operating system that runs later proves that it is on', async () => {
    writeFileSync(join(dirname(machine.config), 'startup.nsh'), 'reset -s\n');
    const off = controller.says('power-off', 'the host has switched itself off');
    expect((await boot()).code).toBe(0);
    await off;
    const on = controller.says('power-on', 'with its power button');
    expect((await run()).code).toBe(3);
    await on;
  });
});
