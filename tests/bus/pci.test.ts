import { beforeEach, describe, expect, it } from 'vitest';
import type { Width } from '../../host/bus/bus.ts';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction, MANAGEMENT_IDENTITY, REGISTERS_BAR, REGISTERS_SIZE, WINDOW_BAR, WINDOW_SIZE } from '../../host/bus/management-function.ts';
import { pciAddress, type PciBus } from '../../host/bus/pci-bus.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';

const FN = pciAddress(1, 0, 0);
const BRIDGE = pciAddress(0, 0x1c, 0);
const COMMAND = 0x04;
const ALL_ONES = 0xffffffff;

let registers: LocalMemory;
let window: LocalMemory;
let bus: PciBus;

beforeEach(() => {
  registers = new LocalMemory(REGISTERS_SIZE);
  window = new LocalMemory(WINDOW_SIZE);
  bus = emulatedBus(managementFunction(registers, window));
});

const enable = (): void => bus.writeConfiguration(FN, COMMAND, 2, 0x2);

/** Finds functions as an operating system does: buses through bridges, functions past the multi-function bit. */
function scan(from: PciBus, busNumber = 0): number[] {
  const found: number[] = [];
  for (let device = 0; device < 32; device++) {
    const isMulti = from.readConfiguration(pciAddress(busNumber, device, 0), 0x0e, 1) & 0x80;
    for (let fn = 0; fn < (isMulti ? 8 : 1); fn++) {
      const address = pciAddress(busNumber, device, fn);
      if (from.readConfiguration(address, 0, 2) === 0xffff) continue;
      found.push(address);
      if ((from.readConfiguration(address, 0x0e, 1) & 0x7f) === 1) found.push(...scan(from, from.readConfiguration(address, 0x19, 1)));
    }
  }
  return found;
}

describe('a scan', () => {
  it('finds the controller only behind the bridge, and every function of a device with holes', () => {
    expect(scan(bus)).toEqual([0x0000, BRIDGE, FN, pciAddress(0, 0x1f, 0), pciAddress(0, 0x1f, 2), pciAddress(0, 0x1f, 3)]);
    expect(bus.readConfiguration(FN, 0, 4)).toBe((MANAGEMENT_IDENTITY.device << 16) | MANAGEMENT_IDENTITY.vendor);
    expect(bus.readConfiguration(FN, 8, 4)).toBe(0xff000001);
    expect(bus.readConfiguration(BRIDGE, 8, 4) >>> 8).toBe(0x060400);
    expect(bus.readConfiguration(BRIDGE, 0x18, 4) & 0xffffff).toBe(0x010100);
  });

  it('finds no controller in a machine without one', () => {
    expect(scan(emulatedBus(undefined))).not.toContain(FN);
    expect(emulatedBus(undefined).readMemory(FN, 0, 0, 4)).toBe(ALL_ONES);
  });

  it('follows the bus numbers that software gives to the bridge', () => {
    bus.writeConfiguration(BRIDGE, 0x18, 4, 0x00070700);
    expect(bus.readConfiguration(FN, 0, 4)).toBe(ALL_ONES);
    expect(bus.readConfiguration(pciAddress(7, 0, 0), 0, 2)).toBe(MANAGEMENT_IDENTITY.vendor);
  });
});

describe('configuration space', () => {
  it.each([[0x00, 1], [0x00, 2], [0x01, 2], [0x03, 4], [0x0d, 2], [0xff, 1], [0xfc, 4]] as [number, Width][])(
    'answers an access at %i of width %i with the bytes that lie there', (offset, width) => {
      let expected = 0;
      for (let i = 0; i < width; i++) expected += bus.readConfiguration(FN, offset + i, 1) * 2 ** (8 * i);
      expect(bus.readConfiguration(FN, offset, width)).toBe(expected);
    });

  it('reads all ones of the width where nothing answers, and loses what is written there', () => {
    for (const fn of [pciAddress(0, 1, 0), pciAddress(0, 0x1f, 1), pciAddress(1, 1, 0), pciAddress(9, 0, 0), 0x10000 | FN, ALL_ONES]) {
      bus.writeConfiguration(fn, 0, 4, 0);
      expect([1, 2, 4].map((width) => bus.readConfiguration(fn, 0, width as Width))).toEqual([0xff, 0xffff, ALL_ONES]);
    }
    expect([0x100, 0xfd, ALL_ONES].map((offset) => bus.readConfiguration(FN, offset, 4))).toEqual([ALL_ONES, ALL_ONES, ALL_ONES]);
  });

  it('keeps read-only fields whatever is written', () => {
    const changeable = new Set([0x04, 0x0c, 0x3c, 0x11, 0x12, 0x13, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f]);
    const before = Array.from({ length: 256 }, (_, offset) => bus.readConfiguration(FN, offset, 1));
    for (const value of [ALL_ONES, 0]) {
      for (let offset = 0; offset < 256; offset += 4) bus.writeConfiguration(FN, offset, 4, value);
      for (let offset = 0; offset < 256; offset++) {
        if (!changeable.has(offset)) expect(bus.readConfiguration(FN, offset, 1), `offset ${offset}`).toBe(before[offset]);
      }
    }
  });
});

describe('base address registers', () => {
  /** The sizing protocol of PCI 3.0, section 6.2.5.1; the address is put back. */
  function sized(bar: number): { type: number; size: bigint; address: bigint } {
    const at = 0x10 + bar * 4;
    const low = bus.readConfiguration(FN, at, 4);
    const is64 = (low & 0x6) === 0x4;
    const high = is64 ? bus.readConfiguration(FN, at + 4, 4) : 0;
    bus.writeConfiguration(FN, at, 4, ALL_ONES);
    if (is64) bus.writeConfiguration(FN, at + 4, 4, ALL_ONES);
    const mask = BigInt(bus.readConfiguration(FN, at, 4) & ~0xf) & 0xffffffffn;
    const maskHigh = is64 ? BigInt(bus.readConfiguration(FN, at + 4, 4)) : 0xffffffffn;
    bus.writeConfiguration(FN, at, 4, low);
    if (is64) bus.writeConfiguration(FN, at + 4, 4, high);
    const size = BigInt.asUintN(64, -((maskHigh << 32n) | mask));
    return { type: low & 0xf, size, address: (BigInt(high) << 32n) | BigInt((low & ~0xf) >>> 0) };
  }

  it('tell their size, kind and place, and keep the place', () => {
    expect(sized(REGISTERS_BAR)).toEqual({ type: 0x0, size: BigInt(REGISTERS_SIZE), address: 0xfe80_0000n });
    expect(sized(WINDOW_BAR)).toEqual({ type: 0xc, size: BigInt(WINDOW_SIZE), address: 0x8_0000_0000n });
    expect(sized(WINDOW_BAR).address).toBe(0x8_0000_0000n);
    expect([1, 4, 5].map((bar) => bus.readConfiguration(FN, 0x10 + bar * 4, 4))).toEqual([0, 0, 0]);
  });

  it('answer memory cycles only while memory space is enabled', () => {
    registers.write32(8, 0x11223344);
    expect(bus.readMemory(FN, REGISTERS_BAR, 8, 4)).toBe(ALL_ONES);
    bus.writeMemory(FN, REGISTERS_BAR, 8, 4, 0);
    bus.copyToMemory(FN, REGISTERS_BAR, 8, new Uint8Array(4));
    expect(registers.read32(8)).toBe(0x11223344);
    enable();
    expect(bus.readMemory(FN, REGISTERS_BAR, 8, 4)).toBe(0x11223344);
    bus.writeConfiguration(FN, COMMAND, 1, 0);
    expect(bus.readMemory(FN, REGISTERS_BAR, 8, 2)).toBe(0xffff);
  });

  it('answer memory cycles only while the bridge lets them through', () => {
    enable();
    bus.writeConfiguration(BRIDGE, COMMAND, 2, 0);
    expect(bus.readMemory(FN, REGISTERS_BAR, 0, 4)).toBe(ALL_ONES);
    expect(bus.readConfiguration(FN, 0, 2), 'configuration cycles go through').toBe(MANAGEMENT_IDENTITY.vendor);
    bus.writeConfiguration(BRIDGE, COMMAND, 2, 0x2);
    expect(bus.readMemory(FN, REGISTERS_BAR, 0, 4)).toBe(0);
  });

  it('are read and written in all widths, little endian', () => {
    enable();
    bus.writeMemory(FN, WINDOW_BAR, 4, 4, 0x80112233);
    bus.writeMemory(FN, WINDOW_BAR, 6, 2, 0xfffe4455);
    bus.writeMemory(FN, WINDOW_BAR, 9, 1, 0x166);
    expect(bus.readMemory(FN, WINDOW_BAR, 4, 4)).toBe(0x44552233);
    expect(bus.readMemory(FN, WINDOW_BAR, 5, 4)).toBe(0x00445522);
    expect(bus.readMemory(FN, WINDOW_BAR, 8, 2)).toBe(0x6600);
    expect(window.read32(4)).toBe(0x44552233);
  });

  it('end where they end: beyond reads as ones and is lost, also in copies across the end', () => {
    enable();
    const end = WINDOW_SIZE - 2;
    bus.copyToMemory(FN, WINDOW_BAR, end, Uint8Array.of(1, 2, 3, 4));
    const into = new Uint8Array(6);
    bus.copyFromMemory(FN, WINDOW_BAR, end - 1, into);
    expect([...into]).toEqual([0, 1, 2, 0xff, 0xff, 0xff]);
    expect(bus.readMemory(FN, WINDOW_BAR, end, 4)).toBe(0xffff0201);
    for (const [bar, offset] of [[0, REGISTERS_SIZE], [0, ALL_ONES], [1, 0], [3, 0], [6, 0], [ALL_ONES, 0]] as const) {
      bus.writeMemory(FN, bar, offset, 4, 0);
      expect(bus.readMemory(FN, bar, offset, 4), `BAR ${bar}, offset ${offset}`).toBe(ALL_ONES);
    }
    const nowhere = new Uint8Array(2);
    bus.copyFromMemory(pciAddress(1, 5, 0), 0, 0, nowhere);
    expect([...nowhere]).toEqual([0xff, 0xff]);
  });
});
