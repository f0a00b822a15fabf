import { describe, expect, it } from 'vitest';
import { RNG_PROTOCOL, TIMESTAMP_PROTOCOL } from '../../host/efi/guid.ts';
import { HandleDatabase } from '../../host/efi/handle-database.ts';
import { EfiError, EfiStatus, statusName } from '../../host/efi/status.ts';
import { VirtualMachine } from './virtual-machine.ts';

const rng = { getRng: () => undefined };
const timestamp = { getTimestamp: () => 0n, frequency: 1n };

function statusOf(action: () => unknown): string {
  try {
    action();
    return 'EFI_SUCCESS';
  } catch (error) {
    if (error instanceof EfiError) return statusName(error.status);
    throw error;
  }
}

describe('the handle database', () => {
  it('InstallProtocolInterface makes a handle, and puts further protocols on it', () => {
    const handles = new HandleDatabase();
    const handle = handles.install(undefined, RNG_PROTOCOL, rng);
    expect(handles.install(handle, TIMESTAMP_PROTOCOL, timestamp)).toBe(handle);
    expect(handles.get(handle, RNG_PROTOCOL)).toBe(rng);
    expect(handles.get(handle, TIMESTAMP_PROTOCOL)).toBe(timestamp);
  });

  it('refuses a protocol that the handle has already', () => {
    const handles = new HandleDatabase();
    const handle = handles.install(undefined, RNG_PROTOCOL, rng);
    expect(statusOf(() => handles.install(handle, RNG_PROTOCOL, rng))).toBe('EFI_INVALID_PARAMETER');
  });

  it('UninstallProtocolInterface needs the very interface, and the last one takes the handle with it', () => {
    const handles = new HandleDatabase();
    const handle = handles.install(undefined, RNG_PROTOCOL, rng);
    expect(statusOf(() => handles.uninstall(handle, RNG_PROTOCOL, { getRng: () => undefined }))).toBe('EFI_NOT_FOUND');
    handles.uninstall(handle, RNG_PROTOCOL, rng);
    expect(handles.locate()).toEqual([]);
    expect(statusOf(() => handles.get(handle, RNG_PROTOCOL))).toBe('EFI_INVALID_PARAMETER');
  });

  it('LocateHandle finds handles by protocol in the order of their making', () => {
    const handles = new HandleDatabase();
    const first = handles.install(undefined, RNG_PROTOCOL, rng);
    const second = handles.install(undefined, TIMESTAMP_PROTOCOL, timestamp);
    const third = handles.install(undefined, RNG_PROTOCOL, { ...rng });
    expect(handles.locate(RNG_PROTOCOL)).toEqual([first, third]);
    expect(handles.locate()).toEqual([first, second, third]);
  });

  it('OpenProtocol records who uses a protocol until CloseProtocol', () => {
    const handles = new HandleDatabase();
    const agent = handles.install(undefined, TIMESTAMP_PROTOCOL, timestamp);
    const handle = handles.install(undefined, RNG_PROTOCOL, rng);
    expect(handles.open(handle, RNG_PROTOCOL, agent)).toBe(rng);
    expect(handles.openCount).toBe(1);
    handles.close(handle, RNG_PROTOCOL, agent);
    expect(handles.openCount).toBe(0);
    expect(statusOf(() => handles.close(handle, RNG_PROTOCOL, agent))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => handles.open(handle, TIMESTAMP_PROTOCOL, agent))).toBe('EFI_UNSUPPORTED');
  });

  it('boot services answer EFI_NOT_FOUND and EFI_UNSUPPORTED for what is not there', () => {
    const { system } = new VirtualMachine().assemble();
    const [handle] = system.bootServices.locateHandle(RNG_PROTOCOL);
    const nothing = { name: 'Nothing', guid: '00000000-0000-0000-0000-000000000000' };
    expect(statusOf(() => system.bootServices.locateHandle(nothing))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => system.bootServices.locateProtocol(nothing))).toBe('EFI_NOT_FOUND');
    expect(statusOf(() => system.bootServices.handleProtocol(handle as never, TIMESTAMP_PROTOCOL))).toBe('EFI_UNSUPPORTED');
  });
});

describe('EFI_STATUS', () => {
  it('errors have the high bit, and names and texts of the specification', () => {
    expect(EfiStatus.NOT_FOUND).toBe(0x800000000000000en);
    expect(EfiStatus.HTTP_ERROR).toBe(0x8000000000000023n);
    expect(statusName(EfiStatus.ABORTED)).toBe('EFI_ABORTED');
    expect(statusName(3n)).toBe('0x3');
  });
});
