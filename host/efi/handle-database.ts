// The handle database (UEFI 2.10, section 7.3): which handle has which protocols, and who uses them, how.
import type { DevicePath } from './device-path.ts';
import { DEVICE_PATH_PROTOCOL, type ProtocolGuid } from './guid.ts';
import { EfiError } from './status.ts';

/** A device, an image or a service. The number is what the shell shows. */
export class Handle {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}

/** EFI_OPEN_PROTOCOL_*: how a protocol is used. */
export const OpenAttribute = { byHandleProtocol: 0x01, getProtocol: 0x02, testProtocol: 0x04, byChildController: 0x08, byDriver: 0x10, exclusive: 0x20 } as const;

/** Who opens, and how: GET_PROTOCOL when nothing is said. */
export interface OpenRequest {
  /** The handle that a driver manages through this protocol. */
  readonly controller?: Handle | undefined;
  readonly attributes?: number | undefined;
}

/** EFI_OPEN_PROTOCOL_INFORMATION_ENTRY. */
export interface OpenProtocolInformation {
  readonly agent: Handle;
  readonly controller: Handle | undefined;
  readonly attributes: number;
  /** How often it was opened so and not closed. */
  readonly openCount: number;
}

interface Opening extends OpenProtocolInformation {
  readonly guid: string;
  openCount: number;
}

interface Entry {
  readonly handle: Handle;
  readonly protocols: Map<ProtocolGuid<object>, object>;
  openings: Opening[];
}

const { byChildController, byDriver, exclusive } = OpenAttribute;
/** The combinations that OpenProtocol takes. */
const VALID: readonly number[] = [...Object.values(OpenAttribute), byDriver | exclusive];

/** All handles of one power-on. */
export class HandleDatabase {
  readonly #entries = new Map<Handle, Entry>();
  #next = 1;

  /** InstallProtocolInterface: on a handle, or on a new one when none is given. */
  install<T extends object>(handle: Handle | undefined, protocol: ProtocolGuid<T>, provided: T): Handle {
    const entry = handle ? this.#entry(handle) : this.#add();
    if (found(entry, protocol)) throw new EfiError('INVALID_PARAMETER', `handle ${entry.handle.number} has ${protocol.name} already`);
    entry.protocols.set(protocol, provided);
    return entry.handle;
  }

  /** UninstallProtocolInterface: with its last protocol the handle goes too. A driver's use keeps it: EFI_ACCESS_DENIED. */
  uninstall<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, provided: T): void {
    const entry = this.#entry(handle);
    const key = found(entry, protocol);
    if (!key || entry.protocols.get(key) !== provided) throw new EfiError('NOT_FOUND', `handle ${handle.number} has no such ${protocol.name}`);
    const holds = ({ guid, attributes }: Opening): boolean => guid === protocol.guid && (attributes & (byDriver | byChildController)) !== 0;
    if (entry.openings.some(holds)) throw new EfiError('ACCESS_DENIED', `a driver uses ${protocol.name} of handle ${handle.number}`);
    entry.protocols.delete(key);
    entry.openings = entry.openings.filter(({ guid }) => guid !== protocol.guid);
    if (entry.protocols.size === 0) this.#entries.delete(handle);
  }

  /** OpenProtocol: the agent uses the protocol until it closes it or, being an image, ends. */
  open<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, agent: Handle, { controller, attributes = OpenAttribute.getProtocol }: OpenRequest = {}): T {
    this.#entry(agent);
    const entry = this.#entry(handle);
    if (controller) this.#entry(controller);
    if (!VALID.includes(attributes) || ((attributes & (byDriver | byChildController)) !== 0 && !controller)) {
      throw new EfiError('INVALID_PARAMETER', `${protocol.name} can not be opened with attributes 0x${attributes.toString(16)} and ${controller ? 'a' : 'no'} controller`);
    }
    const provided = this.get(handle, protocol);
    if (!provided) throw new EfiError('UNSUPPORTED', `handle ${handle.number} has no ${protocol.name}`);
    const others = entry.openings.filter(({ guid }) => guid === protocol.guid);
    checkSharing(others, { agent, controller, attributes });
    if (attributes === OpenAttribute.testProtocol) return provided;
    const same = others.find((opening) => opening.agent === agent && opening.controller === controller && opening.attributes === attributes);
    if (same) same.openCount++;
    else entry.openings.push({ guid: protocol.guid, agent, controller, attributes, openCount: 1 });
    return provided;
  }

  /** CloseProtocol: ends all uses of the protocol by this agent for this controller. */
  close(handle: Handle, protocol: ProtocolGuid<object>, agent: Handle, controller?: Handle): void {
    const entry = this.#entry(handle);
    const kept = entry.openings.filter((opening) => !(opening.guid === protocol.guid && opening.agent === agent && opening.controller === controller));
    if (kept.length === entry.openings.length) throw new EfiError('NOT_FOUND', `handle ${agent.number} does not use ${protocol.name} of handle ${handle.number}`);
    entry.openings = kept;
  }

  /** The end of an image closes what it left open. */
  closeAllOf(agent: Handle): void {
    for (const entry of this.#entries.values()) entry.openings = entry.openings.filter((opening) => opening.agent !== agent);
  }

  /** OpenProtocolInformation: who uses the protocol. */
  openInformation(handle: Handle, protocol: ProtocolGuid<object>): OpenProtocolInformation[] {
    const entry = this.#entry(handle);
    if (!found(entry, protocol)) throw new EfiError('NOT_FOUND', `handle ${handle.number} has no ${protocol.name}`);
    return entry.openings.filter(({ guid }) => guid === protocol.guid)
      .map(({ agent, controller, attributes, openCount }) => ({ agent, controller, attributes, openCount }));
  }

  /** ProtocolsPerHandle, in the order of their installation. */
  protocolsOf(handle: Handle): ProtocolGuid<object>[] {
    return [...this.#entry(handle).protocols.keys()];
  }

  /** The interface under a protocol, without a record of its use. Undefined when the handle has none. */
  get<T extends object>(handle: Handle, protocol: ProtocolGuid<T>): T | undefined {
    const entry = this.#entry(handle);
    const key = found(entry, protocol);
    return key && (entry.protocols.get(key) as T | undefined);
  }

  /** LocateHandle: all handles with a protocol, or all there are, oldest first. */
  locate(protocol?: ProtocolGuid<object>): Handle[] {
    const all = [...this.#entries.values()];
    return all.filter((entry) => !protocol || found(entry, protocol)).map((entry) => entry.handle);
  }

  /** LocateDevicePath: the handle with the protocol that the path leads to or through, the nearest one, and the rest of the way. */
  locateDevicePath(protocol: ProtocolGuid<object>, path: DevicePath): { handle: Handle; rest: DevicePath } {
    const ways = this.locate(protocol).flatMap((handle) => {
      const rest = this.get(handle, DEVICE_PATH_PROTOCOL);
      const after = rest && path.after(rest);
      return after ? [{ handle, rest: after }] : [];
    });
    const [nearest] = ways.sort((one, other) => one.rest.nodes.length - other.rest.nodes.length);
    if (!nearest) throw new EfiError('NOT_FOUND', `no ${protocol.name} lies on the way of ${path.text}`);
    return nearest;
  }

  /** How many uses of protocols are recorded. */
  get openCount(): number {
    return [...this.#entries.values()].reduce((sum, { openings }) => openings.reduce((count, opening) => count + opening.openCount, sum), 0);
  }

  #add(): Entry {
    const entry: Entry = { handle: new Handle(this.#next++), protocols: new Map(), openings: [] };
    this.#entries.set(entry.handle, entry);
    return entry;
  }

  #entry(handle: Handle): Entry {
    const entry = this.#entries.get(handle);
    if (!entry) throw new EfiError('INVALID_PARAMETER', `handle ${handle.number} is not in the handle database`);
    return entry;
  }
}

/** Protocols are the same by their GUID. */
const found = (entry: Entry, { guid }: ProtocolGuid<object>): ProtocolGuid<object> | undefined => [...entry.protocols.keys()].find((key) => key.guid === guid);

/** Who manages a device shares it with nobody who does too. No driver can be disconnected: there is no driver model. */
function checkSharing(others: readonly Opening[], { agent, controller, attributes }: { agent: Handle; controller: Handle | undefined; attributes: number }): void {
  if ((attributes & (byDriver | exclusive)) === 0) return;
  const holders = others.filter((opening) => (opening.attributes & (byDriver | exclusive)) !== 0);
  if (holders.length === 0) return;
  if (attributes === byDriver && holders.some((opening) => opening.attributes === byDriver && opening.agent === agent && opening.controller === controller)) {
    throw new EfiError('ALREADY_STARTED', `handle ${agent.number} manages the device already`);
  }
  throw new EfiError('ACCESS_DENIED', `handle ${holders[0]?.agent.number} has the device for itself`);
}
