import { describe, expect, it } from 'vitest';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import { DEVICE_PATH_PROTOCOL, PCI_IO_PROTOCOL, RNG_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL, TIMESTAMP_PROTOCOL } from '../../host/efi/guid.ts';
import { HandleDatabase, OpenAttribute, type Handle } from '../../host/efi/handle-database.ts';
import { EfiStatus, statusName } from '../../host/efi/status.ts';
import { statusOf } from './efi-status.ts';
import { VirtualMachine } from './virtual-machine.ts';

const rng = { getInfo: () => [], getRng: () => undefined };
const timestamp = { getTimestamp: () => 0n, frequency: 1n };

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
    expect(statusOf(() => handles.uninstall(handle, RNG_PROTOCOL, { ...rng }))).toBe('EFI_NOT_FOUND');
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

describe('OpenProtocol attributes', () => {
  const { getProtocol, testProtocol, byDriver, exclusive, byChildController } = OpenAttribute;
  const setUp = () => {
    const handles = new HandleDatabase();
    const make = (): Handle => handles.install(undefined, TIMESTAMP_PROTOCOL, { ...timestamp });
    const device = handles.install(undefined, RNG_PROTOCOL, rng);
    const [driver, other, controller] = [make(), make(), make()];
    const open = (agent: Handle, attributes: number, of?: Handle): string => statusOf(() => handles.open(device, RNG_PROTOCOL, agent, { attributes, controller: of }));
    return { handles, device, driver, other, controller, open };
  };

  it('one driver manages a device: again is EFI_ALREADY_STARTED, another one EFI_ACCESS_DENIED', () => {
    const { handles, device, driver, other, controller, open } = setUp();
    expect(open(driver, byDriver, controller)).toBe('EFI_SUCCESS');
    expect(open(driver, byDriver, controller)).toBe('EFI_ALREADY_STARTED');
    for (const attributes of [byDriver, exclusive, byDriver | exclusive]) expect(open(other, attributes, controller)).toBe('EFI_ACCESS_DENIED');
    expect(open(other, getProtocol)).toBe('EFI_SUCCESS');
    handles.close(device, RNG_PROTOCOL, driver, controller);
    expect(open(other, exclusive)).toBe('EFI_SUCCESS');
    expect(open(driver, byDriver, controller)).toBe('EFI_ACCESS_DENIED');
  });

  it('what a driver uses can not be uninstalled, what others have opened goes with it', () => {
    const { handles, device, driver, other, controller, open } = setUp();
    open(other, getProtocol);
    open(driver, byChildController, controller);
    expect(statusOf(() => handles.uninstall(device, RNG_PROTOCOL, rng))).toBe('EFI_ACCESS_DENIED');
    handles.close(device, RNG_PROTOCOL, driver, controller);
    handles.uninstall(device, RNG_PROTOCOL, rng);
    expect(handles.openCount).toBe(0);
  });

  it('refuses attributes that make no sense together and a driver without its controller', () => {
    const { open, driver, controller } = setUp();
    for (const attributes of [0, getProtocol | testProtocol, byDriver | byChildController, 0x40]) expect(open(driver, attributes, controller)).toBe('EFI_INVALID_PARAMETER');
    expect(open(driver, byDriver)).toBe('EFI_INVALID_PARAMETER');
  });

  it('OpenProtocolInformation tells who, how and how often; a test leaves no trace', () => {
    const { handles, device, driver, other, controller, open } = setUp();
    open(other, getProtocol);
    open(other, getProtocol);
    open(driver, byDriver, controller);
    open(other, testProtocol);
    expect(handles.openInformation(device, RNG_PROTOCOL)).toEqual([
      { agent: other, controller: undefined, attributes: getProtocol, openCount: 2 }, { agent: driver, controller, attributes: byDriver, openCount: 1 },
    ]);
    handles.closeAllOf(other);
    handles.closeAllOf(driver);
    expect([handles.openInformation(device, RNG_PROTOCOL), handles.openCount]).toEqual([[], 0]);
    expect(statusOf(() => handles.openInformation(device, TIMESTAMP_PROTOCOL))).toBe('EFI_NOT_FOUND');
  });

  it('ProtocolsPerHandle and LocateDevicePath tell what is where', () => {
    const { system: { bootServices: boot } } = new VirtualMachine().assemble();
    const path = SYSTEM_PARTITION.append({ type: 'file', path: '\\a' });
    const { handle, rest } = boot.locateDevicePath(SIMPLE_FILE_SYSTEM_PROTOCOL, path);
    expect(rest.text).toBe('\\a');
    expect(boot.protocolsPerHandle(handle)).toEqual(expect.arrayContaining([DEVICE_PATH_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL]));
    const nearest = boot.locateDevicePath(PCI_IO_PROTOCOL, path);
    expect(boot.handleProtocol(nearest.handle, PCI_IO_PROTOCOL).location).toMatchObject({ bus: 0, device: 0x1f, fn: 2 });
    expect(statusOf(() => boot.locateDevicePath(RNG_PROTOCOL, path))).toBe('EFI_NOT_FOUND');
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
