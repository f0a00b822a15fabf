// EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL (UEFI 2.10, section 14.2) and the enumeration of what is behind it.
import type { Bus } from '../../bus/bus.ts';
import { PciIo } from './pci-io.ts';

/** A root bridge: its segment, and the access to everything behind it. */
export interface PciRootBridgeIo {
  readonly segmentNumber: number;
  readonly bus: Bus;
}

const VENDOR = 0x00;
const HEADER_TYPE = 0x0e;
const SECONDARY_BUS = 0x19;
const NO_FUNCTION = 0xffff;
const MULTIFUNCTION = 0x80;
const PCI_BRIDGE = 1;

/** A function that was found, with the bridges on the way to it: a device path names them all. */
export interface FoundFunction {
  readonly pciIo: PciIo;
  readonly route: readonly PciIo[];
}

/** Finds every function, through bridges, in the order of the addresses on each bus. */
export function enumeratePci(root: PciRootBridgeIo): FoundFunction[] {
  const found: FoundFunction[] = [];
  const scanned = new Set<number>();
  const scan = (bus: number, route: readonly PciIo[]): void => {
    if (scanned.has(bus)) return;
    scanned.add(bus);
    for (const pciIo of functionsOf(root, bus)) {
      const here = [...route, pciIo];
      found.push({ pciIo, route: here });
      if ((pciIo.read(HEADER_TYPE, 1) & ~MULTIFUNCTION) === PCI_BRIDGE) scan(pciIo.read(SECONDARY_BUS, 1), here);
    }
  };
  scan(0, []);
  return found;
}

function* functionsOf(root: PciRootBridgeIo, bus: number): Generator<PciIo> {
  for (let device = 0; device < 32; device++) {
    for (let fn = 0; fn < 8; fn++) {
      const pciIo = new PciIo(root.bus, { segment: root.segmentNumber, bus, device, fn });
      const answers = pciIo.read(VENDOR, 2) !== NO_FUNCTION;
      if (answers) yield pciIo;
      if (fn === 0 && (!answers || (pciIo.read(HEADER_TYPE, 1) & MULTIFUNCTION) === 0)) break;
    }
  }
}
