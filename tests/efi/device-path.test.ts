import { describe, expect, it } from 'vitest';
import { decodeLoadOption, encodeLoadOption } from '../../host/efi/boot-option.ts';
import { INTERNAL_SHELL, OPERATING_SYSTEM } from '../../host/efi/boot-manager.ts';
import { DevicePath } from '../../host/efi/device-path.ts';
import { SYSTEM_PARTITION } from '../../host/efi/devices.ts';
import { guidBytes, guidText, PCI_IO_PROTOCOL, DEVICE_PATH_PROTOCOL } from '../../host/efi/guid.ts';
import { EfiError } from '../../host/efi/status.ts';
import { VirtualMachine } from './virtual-machine.ts';

const FILE = SYSTEM_PARTITION.append({ type: 'file', path: '\\EFI\\BOOT\\BOOTX64.EFI' });

describe('a device path', () => {
  it('has the text form of the specification', () => {
    expect(FILE.text).toBe('PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,1B8A5C0E-7D42-4C0A-9A57-6F6572727901,0x800,0x100000)/\\EFI\\BOOT\\BOOTX64.EFI');
  });

  it.each([FILE, INTERNAL_SHELL, OPERATING_SYSTEM, new DevicePath()])('comes back from its bytes: %s', (path) => {
    expect(DevicePath.fromBytes(path.toBytes())).toEqual(path);
  });

  it('has the bytes of the specification', () => {
    const path = new DevicePath({ type: 'pci-root', uid: 0 }, { type: 'pci', device: 0x1f, fn: 2 });
    expect(Buffer.from(path.toBytes()).toString('hex')).toBe('02010c00d041030a00000000' + '01010600021f' + '7fff0400');
  });

  it('cut anywhere, its bytes are refused', () => {
    const bytes = FILE.toBytes();
    for (let size = 0; size < bytes.length; size++) expect(() => DevicePath.fromBytes(bytes.subarray(0, size)), `${size} bytes`).toThrow(EfiError);
  });

  it('names every function on the way to a function behind a bridge', () => {
    const { system } = new VirtualMachine().assemble();
    const texts = system.bootServices.locateHandle(PCI_IO_PROTOCOL).map((handle) => system.bootServices.handleProtocol(handle, DEVICE_PATH_PROTOCOL).text);
    expect(texts).toContain('PciRoot(0x0)/Pci(0x1F,0x3)');
    expect(texts).toContain('PciRoot(0x0)/Pci(0x1C,0x0)');
  });
});

describe('a GUID', () => {
  it('has its first three fields little endian', () => {
    const bytes = guidBytes('8BE4DF61-93CA-11D2-AA0D-00E098032B8C');
    expect(Buffer.from(bytes).toString('hex')).toBe('61dfe48bca93d211aa0d00e098032b8c');
    expect(guidText(bytes)).toBe('8BE4DF61-93CA-11D2-AA0D-00E098032B8C');
  });
});

describe('a load option', () => {
  const option = { attributes: 1, description: 'Ferry — Überfahrt', path: FILE, optionalData: '-delay 3' };

  it('comes back from its bytes', () => {
    expect(decodeLoadOption(encodeLoadOption(option))).toEqual(option);
  });

  it('cut before its device path ends, its bytes are refused', () => {
    const bytes = encodeLoadOption({ ...option, optionalData: '' });
    for (let size = 0; size < bytes.length; size++) expect(() => decodeLoadOption(bytes.subarray(0, size)), `${size} bytes`).toThrow(EfiError);
  });
});
