import { beforeEach, expect, it } from 'vitest';
import { HostPowerState, Register } from '../../host/bus/mailbox-registers.ts';
import { PowerLine, PoweredMemory } from '../../host/bus/powered-memory.ts';
import { DevicePower, HostPower } from '../../host/bus/power-registers.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';

let behind: LocalMemory;
let device: DevicePower;
let losses: number;
let registers: PoweredMemory;
let window: PoweredMemory;

function powerOn(): void {
  const line = new PowerLine(new HostPower(behind), () => losses++);
  registers = new PoweredMemory(behind, line, true);
  window = new PoweredMemory(new LocalMemory(64), line, false);
}
beforeEach(() => {
  [behind, losses] = [new LocalMemory(256), 0];
  device = new DevicePower(behind);
  powerOn();
});

const read = (memory: PoweredMemory, offset = 0): number[] => {
  const bytes = new Uint8Array(4);
  memory.read(offset, bytes);
  return [...bytes];
};
const ALL_ONES = [255, 255, 255, 255];

it.each(['force-off', 'restart'] as const)('from the first write to a register after %s, nothing is written and all reads are ones', (command) => {
  registers.write(Register.doorbell, Uint8Array.of(1, 2, 3, 4));
  window.write(0, Uint8Array.of(5, 6, 7, 8));
  device.command(command);
  registers.write(Register.doorbell, Uint8Array.of(9, 9, 9, 9));
  window.write(0, Uint8Array.of(9, 9, 9, 9));
  expect(behind.read32(Register.doorbell)).toBe(0x04030201);
  expect([read(registers, Register.doorbell), read(window)]).toEqual([ALL_ONES, ALL_ONES]);
  expect(losses).toBe(1);
  powerOn();
  expect(read(registers, Register.doorbell), 'the next power-on').toEqual([1, 2, 3, 4]);
});

it.each(['shut-down', 'shut-down-and-restart'] as const)('%s asks only: the bus goes on', (command) => {
  device.command(command);
  registers.write(Register.doorbell, Uint8Array.of(1, 2, 3, 4));
  expect(behind.read32(Register.doorbell)).toBe(0x04030201);
});

it('a machine that is off has no bus; one whose state was never written is on', () => {
  expect(read(registers)).not.toEqual(ALL_ONES);
  for (const state of ['off', 'offForCycle', 'offByHost'] as const) {
    device.state = state;
    powerOn();
    expect(read(registers), state).toEqual(ALL_ONES);
    expect(read(window), state).toEqual(ALL_ONES);
  }
  behind.write32(Register.power, HostPowerState.on);
  powerOn();
  expect(read(registers)).not.toEqual(ALL_ONES);
});

it('an end of the host that has reported and was not heard yet is believed', () => {
  const host = new HostPower(behind);
  host.report('off');
  expect([host.isOn, host.isOffByHost]).toEqual([false, true]);
  host.report('button');
  expect([host.isOn, device.takeReport(), device.takeReport(), host.isOn]).toEqual([true, 'button', undefined, true]);
});
