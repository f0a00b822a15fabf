import { beforeEach, expect, test } from 'vitest';
import { DeviceBoot, HostBoot } from '../../host/bus/boot-registers.ts';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { REGISTERS_SIZE } from '../../host/bus/management-function.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';

let registers: LocalMemory;
let host: HostBoot;
let device: DeviceBoot;

beforeEach(() => {
  registers = new LocalMemory(REGISTERS_SIZE);
  [host, device] = [new HostBoot(registers), new DeviceBoot(registers)];
});

test('a POST code lies in the registers as the specification says: code, count, and the boot it belongs to', () => {
  registers.write32(Register.hostResets, 0x1234);
  host.postCode(0x4f);
  expect(registers.read32(0x90)).toBe(0x34_0001_4f);
  host.postCode(0x4f);
  expect(registers.read32(0x90), 'the same code twice is two').toBe(0x34_0002_4f);
  host.progress('bootComplete');
  expect(registers.read32(0x94)).toBe(0x34_0001_02);
  device.fail({ stage: 'frb2', code: 0x4f });
  expect(registers.read32(0x4c)).toBe(0x34_804f_02);
  device.fail({ stage: 'frb3', code: undefined });
  expect(registers.read32(0x4c)).toBe(0x34_0100_01);
});

test('what an earlier boot has left is not taken for this one\'s', () => {
  host.reset();
  host.postCode(0x90);
  host.progress('bootComplete');
  device.fail({ stage: 'frb2', code: 0x90 });
  expect(device.signs()).toEqual({ boot: 1, post: { code: 0x90, count: 1 }, progress: 'bootComplete', reportsCodes: true });
  expect(device.failure).toEqual({ stage: 'frb2', code: 0x90 });
  host.reset();
  expect(device.signs()).toEqual({ boot: 2, post: undefined, progress: undefined, reportsCodes: true });
  expect(device.failure).toBeUndefined();
});

test('the count of codes goes round without becoming none, and the count of resets too', () => {
  registers.write32(Register.hostResets, 0xffff_ffff);
  registers.write32(Register.postCode, 0xff_ffff_10);
  host.postCode(0x11);
  expect(device.signs().post).toEqual({ code: 0x11, count: 1 });
  host.reset();
  expect(device.signs()).toEqual({ boot: 0, post: undefined, progress: undefined, reportsCodes: true });
});

test('a register that holds anything at all is read as something that the specification knows', () => {
  for (let value = 0; value < 0x1_0000; value += 7) {
    for (const register of [Register.postCode, Register.bootProgress, Register.bootFailure]) registers.write32(register, value * 0x1_0001 >>> 0);
    registers.write32(Register.hostResets, value >>> 8);
    const { post, progress } = device.signs();
    if (post !== undefined) expect(post.count).toBeGreaterThan(0);
    expect([undefined, 'postComplete', 'bootComplete']).toContain(progress);
    expect([undefined, 'frb2', 'frb3']).toContain(device.failure?.stage);
  }
});
