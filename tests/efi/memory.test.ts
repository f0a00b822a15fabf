import { describe, expect, it } from 'vitest';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import { OPERATING_SYSTEM } from '../../host/efi/boot-targets.ts';
import { EventType, Tpl } from '../../host/efi/events.ts';
import { GLOBAL_VARIABLE } from '../../host/efi/guid.ts';
import { MemoryMap, PAGE_SIZE, type MemoryDescriptor } from '../../host/efi/memory-map.ts';
import { MemoryPool } from '../../host/efi/memory-pool.ts';
import { takeOver } from '../../host/efi/os-loader.ts';
import { VariableAttribute } from '../../host/efi/variable-store.ts';
import { memorySize } from '../../host/efi/wasm-memory.ts';
import { runSeed, seeded } from '../random.ts';
import { statusOf } from './efi-status.ts';
import { exitImage } from './test-images.ts';
import { VirtualMachine } from './virtual-machine.ts';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
const pathTo = (file: string): DevicePath => SYSTEM_PARTITION.append({ type: 'file', path: file });
const pagesOf = (descriptors: readonly MemoryDescriptor[], type: string): number =>
  descriptors.filter((descriptor) => descriptor.type === type).reduce((sum, { numberOfPages }) => sum + numberOfPages, 0);

/** In order, without overlap, neighbours of one type merged. */
function expectSound(descriptors: readonly MemoryDescriptor[], message: string): void {
  descriptors.forEach((descriptor, index) => {
    const next = descriptors[index + 1];
    const end = descriptor.physicalStart + descriptor.numberOfPages * PAGE_SIZE;
    expect(descriptor.numberOfPages, message).toBeGreaterThan(0);
    if (next) expect(end, message).toBeLessThanOrEqual(next.physicalStart);
    if (next && end === next.physicalStart) expect(descriptor.type, message).not.toBe(next.type);
  });
}

describe('the memory map', () => {
  it.each([64 * MEBIBYTE, 2 * GIBIBYTE, 6 * GIBIBYTE])('accounts for %d bytes, and leaves the holes of the address space out', (size) => {
    const map = new MemoryMap(size).descriptors();
    expectSound(map, `${size}`);
    const ram = map.filter(({ type }) => type !== 'memoryMappedIo');
    const hole = 96 * PAGE_SIZE;
    expect(ram.reduce((sum, { numberOfPages }) => sum + numberOfPages * PAGE_SIZE, 0)).toBe(size - hole);
    expect(map.filter(({ type, attribute }) => attribute >> 63n === 1n && type !== 'memoryMappedIo').map(({ type }) => type)).toEqual(['runtimeServicesCode', 'runtimeServicesData']);
  });

  it('AllocatePages takes the highest place, one below an address, or the one that is asked for', () => {
    const map = new MemoryMap(64 * MEBIBYTE);
    const high = map.allocate('any', 'loaderData', 2);
    expect(map.allocate('any', 'loaderData', 1)).toBe(high - PAGE_SIZE);
    expect(map.allocate({ upTo: 2 * MEBIBYTE - 1 }, 'loaderCode', 4)).toBe(2 * MEBIBYTE - 4 * PAGE_SIZE);
    expect(map.allocate({ at: 0x5000 }, 'loaderData', 1)).toBe(0x5000);
    expect(statusOf(() => map.allocate({ at: 0x4000 }, 'loaderData', 2))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => map.allocate({ at: 0x4001 }, 'loaderData', 1))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => map.allocate('any', 'loaderData', 20_000))).toBe('EFI_OUT_OF_RESOURCES');
    expect(statusOf(() => map.allocate('any', 'conventional', 1))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => map.allocate('any', 'loaderData', 0))).toBe('EFI_INVALID_PARAMETER');
  });

  it('FreePages takes back a part, and nothing that was not given out', () => {
    const map = new MemoryMap(64 * MEBIBYTE);
    const address = map.allocate('any', 'loaderData', 3);
    map.free(address + PAGE_SIZE, 1);
    expect(statusOf(() => map.free(address + PAGE_SIZE, 1))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => map.free(address, 3))).toBe('EFI_NOT_FOUND');
    const firmware = map.descriptors().find(({ type }) => type === 'bootServicesCode') as MemoryDescriptor;
    expect(statusOf(() => map.free(firmware.physicalStart, 1))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => map.free(0, 1))).toBe('EFI_NOT_FOUND');
  });

  it('merges neighbours of one type, and is as before when everything was given back, whatever the order', () => {
    const seed = runSeed();
    const random = seeded(seed);
    const map = new MemoryMap(64 * MEBIBYTE);
    const before = map.descriptors();
    const given: { address: number; count: number }[] = [];
    for (let step = 0; step < 400; step++) {
      const isTaken = random() < 0.55;
      const count = 1 + Math.floor(random() * 9);
      if (isTaken) given.push({ address: map.allocate('any', random() < 0.5 ? 'loaderData' : 'bootServicesData', count), count });
      else for (const { address, count: size } of given.splice(Math.floor(random() * given.length), 1)) map.free(address, size);
      expectSound(map.descriptors(), `seed ${seed}, step ${step}`);
    }
    for (const { address, count } of given) map.free(address, count);
    expect(map.descriptors(), `seed ${seed}`).toEqual(before);
  });

  it('has another key after every change, and the same as long as nothing changes', () => {
    const map = new MemoryMap(64 * MEBIBYTE);
    const keys = [map.key, map.key];
    const address = map.allocate('any', 'loaderData', 1);
    keys.push(map.key);
    map.free(address, 1);
    keys.push(map.key);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('pools', () => {
  it('pieces of one size share a page, which goes back with the last of them', () => {
    const map = new MemoryMap(64 * MEBIBYTE);
    const pool = new MemoryPool(map);
    const before = map.descriptors();
    const pieces = Array.from({ length: 100 }, (_, index) => pool.allocate('bootServicesData', index));
    expect(new Set(pieces).size).toBe(100);
    expect(pieces.every((piece) => piece % 8 === 0)).toBe(true);
    expect(pagesOf(map.descriptors(), 'bootServicesData') - pagesOf(before, 'bootServicesData')).toBe(1 + 1 + 2);
    pieces.forEach((piece) => pool.free(piece));
    expect([pool.count, map.descriptors()]).toEqual([0, before]);
  });

  it('large ones get pages; an address that was not given out, or was freed, is refused', () => {
    const map = new MemoryMap(64 * MEBIBYTE);
    const pool = new MemoryPool(map);
    const large = pool.allocate('loaderData', 10_000);
    expect(pagesOf(map.descriptors(), 'loaderData')).toBe(3);
    pool.free(large);
    for (const address of [large, 0x123456]) expect(statusOf(() => pool.free(address))).toBe('EFI_INVALID_PARAMETER');
    expect(pagesOf(map.descriptors(), 'loaderData')).toBe(0);
  });
});

describe('an image\'s memory', () => {
  it('is in the memory map while the image is loaded: its bytes as code, its own memory as data', () => {
    const { system } = new VirtualMachine({ files: { 'a.wasm': exitImage(0) } }).assemble();
    const before = system.bootServices.getMemoryMap().descriptors;
    const image = system.bootServices.loadImage(undefined, pathTo('\\a.wasm'));
    const { descriptors } = system.bootServices.getMemoryMap();
    expect(pagesOf(descriptors, 'loaderCode')).toBe(Math.ceil(exitImage(0).length / PAGE_SIZE));
    expect(pagesOf(descriptors, 'loaderData') * PAGE_SIZE).toBe(4 * 65536);
    system.bootServices.startImage(image);
    expect(system.bootServices.getMemoryMap().descriptors).toEqual(before);
  });

  it('that the machine does not have is EFI_OUT_OF_RESOURCES, and nothing is left behind', () => {
    // A memory of at least one and at most 4096 pages, 256 MiB, and nothing else.
    const large = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 5, 1, 1, 1, 0x80, 0x20);
    expect(memorySize(large)).toBe(256 * MEBIBYTE);
    const { system, handles, images, pool } = new VirtualMachine({ files: { 'large.wasm': large } }).assemble();
    const { descriptors } = system.bootServices.getMemoryMap();
    const before = [handles.locate().length, images.count, pool.count];
    expect(statusOf(() => system.bootServices.loadImage(undefined, pathTo('\\large.wasm')))).toBe('EFI_OUT_OF_RESOURCES');
    expect([handles.locate().length, images.count, pool.count]).toEqual(before);
    expect(system.bootServices.getMemoryMap().descriptors).toEqual(descriptors);
  });
});

describe('ExitBootServices', () => {
  const assembled = () => {
    const machine = new VirtualMachine();
    const { system } = machine.assemble();
    return { machine, system, boot: system.bootServices, image: system.bootServices.loadImage(undefined, OPERATING_SYSTEM) };
  };

  it('refuses a key that is stale, and the boot services stay', () => {
    const { system, boot, image } = assembled();
    const { mapKey } = boot.getMemoryMap();
    boot.allocatePages('any', 'loaderData', 1);
    expect(statusOf(() => boot.exitBootServices(image, mapKey))).toBe('EFI_INVALID_PARAMETER');
    expect([boot.hasExited, boot.loadImage(undefined, OPERATING_SYSTEM).number > 0]).toEqual([false, true]);
    expect(statusOf(() => boot.exitBootServices(system.consoleHandle, boot.getMemoryMap().mapKey))).toBe('EFI_INVALID_PARAMETER');
  });

  it('with the key of the map signals its events, disarms the watchdog and clears console and boot services in the system table', () => {
    const { machine, system, boot, image } = assembled();
    let signalled = 0;
    boot.createEvent(EventType.signalExitBootServices, Tpl.notify, () => { signalled++; });
    boot.setWatchdogTimer(1);
    const fields = (): bigint[] => Array.from({ length: 10 }, (_, index) => new DataView(system.tableBytes().buffer).getBigUint64(24 + index * 8, true));
    expect(fields()).not.toContain(0n);
    takeOver(boot, image);
    expect(signalled).toBe(1);
    machine.clock.pass(10_000);
    boot.poll();
    const [, , consoleIn, conIn, consoleOut, conOut, errorHandle, stdErr, runtime, services] = fields();
    expect([consoleIn, conIn, consoleOut, conOut, errorHandle, stdErr, services]).toEqual([0n, 0n, 0n, 0n, 0n, 0n, 0n]);
    expect(runtime).not.toBe(0n);
  });

  it('leaves the operating system the variables with runtime access only', () => {
    const { nonVolatile, bootServiceAccess, runtimeAccess } = VariableAttribute;
    const { system, boot, image } = assembled();
    const { runtimeServices: runtime } = system;
    runtime.setVariable('Ours', GLOBAL_VARIABLE, nonVolatile | bootServiceAccess, Uint8Array.of(1));
    runtime.setVariable('Theirs', GLOBAL_VARIABLE, nonVolatile | bootServiceAccess | runtimeAccess, Uint8Array.of(2));
    takeOver(boot, image);
    expect(statusOf(() => runtime.getVariable('Ours', GLOBAL_VARIABLE))).toBe('EFI_NOT_FOUND');
    expect([...runtime.getNextVariableName()].map(({ name }) => name)).toEqual(['SetupMode', 'SecureBoot', 'Theirs']);
    expect(statusOf(() => runtime.setVariable('Theirs', GLOBAL_VARIABLE, 7, Uint8Array.of(3)))).toBe('EFI_SUCCESS');
    expect(statusOf(() => runtime.setVariable('Ours', GLOBAL_VARIABLE, 3, Uint8Array.of(3)))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => runtime.setVariable('New', GLOBAL_VARIABLE, bootServiceAccess | runtimeAccess, Uint8Array.of(3)))).toBe('EFI_INVALID_PARAMETER');
  });
});
