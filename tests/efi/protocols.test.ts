import { describe, expect, it } from 'vitest';
import { pciAddress } from '../../host/bus/pci-bus.ts';
import { PCI_IO_PROTOCOL, RNG_PROTOCOL, SIMPLE_TEXT_INPUT_EX_PROTOCOL } from '../../host/efi/guid.ts';
import { PciIoBus } from '../../host/efi/pci-io-bus.ts';
import { RNG_ALGORITHM_RAW } from '../../host/efi/protocols/rng.ts';
import { ConsoleTextInput, Scan } from '../../host/efi/protocols/simple-text-input.ts';
import { Colour, ConsoleTextOutput, NO_SCREEN } from '../../host/efi/protocols/simple-text-output.ts';
import { statusOf } from './efi-status.ts';
import { ScriptedConsole, VirtualClock, VirtualMachine } from './virtual-machine.ts';

describe('PciIo', () => {
  it('is on a handle of every function that the root bridge finds, through bridges too', () => {
    const { system: { bootServices: boot } } = new VirtualMachine().assemble();
    const addresses = boot.locateHandle(PCI_IO_PROTOCOL).map((handle) => boot.handleProtocol(handle, PCI_IO_PROTOCOL).address);
    expect(addresses).toEqual([pciAddress(0, 0, 0), pciAddress(0, 0x1c, 0), pciAddress(0, 0x1f, 0), pciAddress(0, 0x1f, 2), pciAddress(0, 0x1f, 3)]);
  });

  it('is all that an image reaches of the bus: reads and writes go to the function, elsewhere nothing answers', () => {
    const machine = new VirtualMachine();
    const { system: { bootServices: boot, consoleHandle }, handles } = machine.assemble();
    const bus = new PciIoBus(boot, consoleHandle);
    expect(handles.openCount).toBe(5);
    const sata = pciAddress(0, 0x1f, 2);
    const command = 4;
    bus.writeConfiguration(sata, command, 2, 0x6);
    expect([bus.readConfiguration(sata, 0, 2), bus.readConfiguration(sata, command, 2)]).toEqual([0x8086, machine.options.bus.readConfiguration(sata, command, 2)]);
    const nothing = pciAddress(3, 0, 0);
    bus.writeConfiguration(nothing, 0, 4, 1);
    bus.writeMemory(nothing, 0, 0, 4, 1);
    bus.copyToMemory(nothing, 0, 0, new Uint8Array(4));
    const copied = new Uint8Array(4);
    bus.copyFromMemory(nothing, 0, 0, copied);
    expect([bus.readConfiguration(nothing, 0, 2), bus.readMemory(nothing, 0, 0, 4), [...copied]]).toEqual([0xffff, 0xffffffff, [0xff, 0xff, 0xff, 0xff]]);
  });
});

describe('Rng', () => {
  it('names its algorithm, fills with what the platform gives, and refuses other algorithms and nothing', () => {
    const rng = new VirtualMachine().assemble().system.bootServices.locateProtocol(RNG_PROTOCOL);
    expect(rng.getInfo()).toEqual([RNG_ALGORITHM_RAW]);
    const bytes = new Uint8Array(4);
    rng.getRng(bytes, RNG_ALGORITHM_RAW);
    expect([...bytes]).toEqual([11, 48, 85, 122]);
    expect(statusOf(() => rng.getRng(bytes, '00000000-0000-0000-0000-000000000000'))).toBe('EFI_UNSUPPORTED');
    expect(statusOf(() => rng.getRng(new Uint8Array(0)))).toBe('EFI_INVALID_PARAMETER');
  });
});

describe('SimpleTextOutput', () => {
  const output = (isTerminal: boolean) => {
    const device = new ScriptedConsole(new VirtualClock(), [], { isTerminal, isOpen: true });
    return { device, conOut: new ConsoleTextOutput(device) };
  };

  it('draws colours, backgrounds and the cursor on a terminal', () => {
    const { device, conOut } = output(true);
    conOut.setAttribute(Colour.lightRed);
    conOut.setAttribute(Colour.white | (Colour.blue << 4));
    conOut.setAttribute(Colour.lightGreen);
    conOut.setAttribute(Colour.lightGray);
    conOut.setCursorPosition(4, 9);
    conOut.enableCursor(false);
    conOut.enableCursor(false);
    conOut.clearScreen();
    expect(device.output).toBe('\x1b[91m\x1b[97;44m\x1b[0m\x1b[92m\x1b[0m\x1b[10;5H\x1b[?25l\x1b[2J\x1b[H');
    expect(conOut.mode).toEqual({ attribute: Colour.lightGray, columns: 80, rows: 25, isCursorVisible: false, isTerminal: true });
  });

  it('has no cursor outside its screen, and none at all on a pipe or in a file', () => {
    const { conOut } = output(true);
    for (const [column, row] of [[80, 0], [0, 25], [-1, 0]] as const) expect(statusOf(() => conOut.setCursorPosition(column, row))).toBe('EFI_UNSUPPORTED');
    const piped = output(false);
    expect(statusOf(() => piped.conOut.setCursorPosition(0, 0))).toBe('EFI_UNSUPPORTED');
    expect(statusOf(() => NO_SCREEN.setCursorPosition())).toBe('EFI_UNSUPPORTED');
    piped.conOut.setAttribute(Colour.yellow);
    piped.conOut.enableCursor(false);
    piped.conOut.clearScreen();
    expect(piped.device.output).toBe('');
  });
});

describe('SimpleTextInput and its Ex form', () => {
  it('know the function keys of terminals', () => {
    const keys = ['\x1bOP', '\x1b[15~', '\x1b[21~', '\x1b[24~'];
    const input = new ConsoleTextInput(new ScriptedConsole(new VirtualClock(), [{ atMs: 0, keys }], { isTerminal: true, isOpen: true }));
    expect(keys.map(() => input.readKeyStroke()?.scanCode)).toEqual([Scan.f1, Scan.f5, Scan.f10, Scan.f12]);
  });

  it('share their keys: the event is signalled while one waits, whoever reads it', () => {
    const machine = new VirtualMachine({ isTerminal: true, isOpen: true, keys: [{ atMs: 25, keys: ['a'] }, { atMs: 40, keys: ['b'] }] });
    const { system: { bootServices: boot, conIn, consoleHandle } } = machine.assemble();
    const input = boot.handleProtocol(consoleHandle, SIMPLE_TEXT_INPUT_EX_PROTOCOL);
    expect([boot.checkEvent(input.waitForKeyEx), input.readKeyStrokeEx()]).toEqual([false, undefined]);
    boot.waitForEvent([input.waitForKeyEx]);
    expect([boot.checkEvent(input.waitForKeyEx), conIn.readKeyStroke()?.unicodeChar, boot.checkEvent(input.waitForKeyEx)]).toEqual([true, 'a', false]);
    boot.waitForEvent([input.waitForKeyEx]);
    expect(input.readKeyStrokeEx()?.unicodeChar).toBe('b');
  });
});
