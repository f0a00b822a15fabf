// The machine that the emulator powers on: what sits on its PCI bus, and the management controller's function if a
// controller has ever run for it.
import { FerryError } from '../error.ts';
import { type BootProgress, HostBoot } from './boot-registers.ts';
import { type IoPorts, POST_CODE_PORT } from './io-ports.ts';
import { openMachineDirectory, type MachineDirectory } from './machine-directory.ts';
import { managementFunction } from './management-function.ts';
import { PowerLine, PoweredMemory } from './powered-memory.ts';
import { HostPower } from './power-registers.ts';
import { PciBridge } from './pci-bridge.ts';
import { pciAddress, PciBus } from './pci-bus.ts';
import { PciFunction } from './pci-function.ts';

/** Device numbers of a Q35 chipset with an ICH9, which QEMU emulates too. */
const INTEL = 0x8086;
const HOST_BRIDGE = { vendor: INTEL, device: 0x29c0, classCode: 0x060000 };
const ROOT_PORT = { vendor: INTEL, device: 0x2940, revision: 2 };
const ISA_BRIDGE = { vendor: INTEL, device: 0x2918, classCode: 0x060100, revision: 2, isMultifunction: true };
const SATA_CONTROLLER = { vendor: INTEL, device: 0x2922, classCode: 0x010601, revision: 2, isMultifunction: true };
const SMBUS_CONTROLLER = { vendor: INTEL, device: 0x2930, classCode: 0x0c0500, revision: 2, isMultifunction: true };

/**
 * The machine's bus: a host bridge 00:00.0, a root port 00:1c.0 with bus 1 behind it, and the multi-function device
 * 00:1f with a hole at function 1. The management function, if there is one, is 01:00.0, so that only a scan that
 * goes through bridges finds it.
 */
export function emulatedBus(management: PciFunction | undefined): PciBus {
  const behindRootPort = new Map<number, PciFunction>(management ? [[pciAddress(0, 0, 0), management]] : []);
  return new PciBus(new Map<number, PciFunction>([
    [pciAddress(0, 0x00, 0), new PciFunction(HOST_BRIDGE)],
    [pciAddress(0, 0x1c, 0), new PciBridge(ROOT_PORT, 1, behindRootPort)],
    [pciAddress(0, 0x1f, 0), new PciFunction(ISA_BRIDGE)],
    [pciAddress(0, 0x1f, 2), new PciFunction(SATA_CONTROLLER)],
    [pciAddress(0, 0x1f, 3), new PciFunction(SMBUS_CONTROLLER)],
  ]));
}

/** A powered-on machine, as a host process sees it. */
export interface EmulatedMachine {
  readonly bus: PciBus;
  /** Undefined when no management controller has run for this machine: its slot is empty then. */
  readonly directory: MachineDirectory | undefined;
  /** The platform reset that the chipset gives at power-on and at every reset; the management controller sees it. */
  reset(): void;
  /** What the firmware writes to is lost without power, as everything is. */
  readonly ports: IoPorts;
  /** What the firmware tells the management controller of its boot. */
  bootProgress(progress: BootProgress): void;
  close(): void;
}

/**
 * Opens the machine of a state directory for one power-on. When its management controller takes the power away, or has
 * it off already, the function does not answer; `powerLost` is called at the access that finds the power gone.
 */
export function openEmulatedMachine(stateDirectory: string, powerLost: () => void = () => undefined): EmulatedMachine {
  const directory = openIfMade(stateDirectory);
  if (directory === undefined) return { bus: emulatedBus(undefined), directory, reset: () => undefined, ports: { write8: () => undefined }, bootProgress: () => undefined, close: () => undefined };
  const { registers, window } = directory;
  const line = new PowerLine(new HostPower(registers), powerLost);
  const boot = new HostBoot(registers);
  return {
    bus: emulatedBus(managementFunction(new PoweredMemory(registers, line, true), new PoweredMemory(window, line, false))), directory,
    reset: () => boot.reset(),
    ports: { write8: (port, value) => { if (port === POST_CODE_PORT && line.look()) boot.postCode(value); } },
    bootProgress: (progress) => { if (line.look()) boot.progress(progress); },
    close: () => directory.close(),
  };
}

function openIfMade(stateDirectory: string): MachineDirectory | undefined {
  try {
    return openMachineDirectory(stateDirectory);
  } catch (error) {
    if (error instanceof FerryError && error.code === 'machine-missing') return undefined;
    throw error;
  }
}
