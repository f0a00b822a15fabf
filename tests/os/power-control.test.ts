// The management controller's hand on the power while `ferry run` is in the middle of a transfer after the OS.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HostPower } from '../../host/bus/power-registers.ts';
import { openMachineDirectory } from '../../host/bus/machine-directory.ts';
import { LiveController } from '../live-controller.ts';
import { type Run, runFerry } from '../processes.ts';
import { type SmallMachine, smallMachine } from '../small-machine.ts';

const MIB = 1024 * 1024;

let machine: SmallMachine;
let controller: LiveController;

beforeEach(() => {
  machine = smallMachine();
  controller = new LiveController(machine.state, machine.board);
  machine.release(1);
});
afterEach(() => {
  controller.remove();
  machine.remove();
});

const run = (): Promise<Run> => runFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
const resumedAt = ({ events }: Run): unknown => events.find(({ event }) => event === 'resumed')?.['offset'];

it.each([['ForceOff', 'the management controller has switched the machine off'], ['ForceRestart', 'the management controller resets the machine']] as const)(
  '%s ends the process as if killed, its lock is free, and the next run goes on where it was', async (action, message) => {
    const running = run();
    await controller.receives(MIB);
    controller.power(action);
    const first = await running;
    expect(first.code, first.output).toBe('SIGKILL');
    expect(first.output).toMatch(new RegExp(`ferry: ${message}\n$`));
    if (action === 'ForceOff') controller.power('On');
    const second = await run();
    expect(second.code, second.output).toBe(3);
    expect(resumedAt(second), second.output).toBeGreaterThanOrEqual(MIB);
  },
);

it('a graceful shutdown is a clean stop with exit code 4, and then the power is off', async () => {
  const running = run();
  await controller.receives(MIB);
  const off = controller.says('power-off', 'the host has shut down, as asked');
  controller.power('GracefulShutdown');
  await controller.standUntilAnswered();
  const first = await running;
  await off;
  expect(first.code, first.output).toBe(4);
  expect(first.output).toContain('ferry: the management controller asks for a shutdown: stopping at the next chunk');
  expect((await run()).output).toContain('"code":"machine-off"');
});

it('a graceful restart is a clean stop, and the host has been reset', async () => {
  const running = run();
  await controller.receives(MIB);
  const [restarted, reset] = [controller.says('power-restarted', 'as asked'), controller.says('host-reset')];
  controller.power('GracefulRestart');
  await controller.standUntilAnswered();
  expect((await running).code).toBe(4);
  await Promise.all([restarted, reset]);
  const second = await run();
  expect(second.code, second.output).toBe(3);
  expect(resumedAt(second), second.output).toBeGreaterThanOrEqual(MIB);
});

it('status says that the machine is off, not that nobody answers; what asks no device does not mind', async () => {
  const status = () => runFerry(['status', '--machine', machine.state]);
  expect((await status()).code).toBe(0);
  const [off, on] = [controller.says('power-off'), controller.says('power-on')];
  controller.power('ForceOff');
  await off;
  const { code, output } = await status();
  expect([code, output]).toEqual([1, expect.stringMatching(/^ferry: the machine of \S+ is off: expected its power to be on, its management controller has switched it off; nothing was sent\n {2}do:/)]);
  expect((await runFerry(['check', '-c', machine.config, '--machine', machine.state])).code).toBe(0);
  controller.power('On');
  await on;
  expect((await status()).code).toBe(0);
});

it('a host where nothing of Ferry runs shuts down when it is asked to', async () => {
  const off = controller.says('power-off', 'the host has shut down, as asked');
  controller.power('GracefulShutdown');
  await off;
  const { registers, close } = openMachineDirectory(machine.state);
  expect(new HostPower(registers).isOn).toBe(false);
  close();
});
