// A PCI-to-PCI bridge: a function with a type 1 header and a bus behind it. PCI-to-PCI Bridge Architecture
// Specification 1.2, chapters 3.2 and 4. Its memory windows are not modelled: the bus addresses BARs, not addresses.
import { Command, Configuration, PciFunction, type PciIdentity } from './pci-function.ts';

const TYPE_1 = 0x01;
const BRIDGE_CLASS = 0x060400;

/** Functions of one bus by device << 3 | function. */
export type BusFunctions = ReadonlyMap<number, PciFunction>;

/** A bridge as the machine's firmware leaves it: bus numbers given out, memory cycles forwarded. */
export class PciBridge extends PciFunction {
  readonly functions: BusFunctions;

  constructor(identity: Omit<PciIdentity, 'classCode' | 'bars'>, secondaryBus: number, functions: BusFunctions) {
    super({ ...identity, classCode: BRIDGE_CLASS });
    const header = this.readConfiguration(Configuration.headerType, 1);
    this.put(Configuration.headerType, 1, header | TYPE_1);
    this.put(Configuration.primaryBus, 1, 0, 0xff);
    this.put(Configuration.secondaryBus, 1, secondaryBus, 0xff);
    this.put(Configuration.subordinateBus, 1, secondaryBus, 0xff);
    this.writeConfiguration(Configuration.command, 2, Command.memorySpace | Command.busMaster);
    this.functions = functions;
  }

  /** The bus behind the bridge, as configured now. */
  get secondaryBus(): number {
    return this.readConfiguration(Configuration.secondaryBus, 1);
  }

  /** Whether memory cycles go through. */
  get forwardsMemory(): boolean {
    return (this.readConfiguration(Configuration.command, 2) & Command.memorySpace) !== 0;
  }
}
