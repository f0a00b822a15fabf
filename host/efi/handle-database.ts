// The handle database (UEFI 2.10, section 7.3): which handle has which protocols, and which image uses them. Openings
// by drivers and exclusive ones are not there: no driver model needs them yet.
import type { ProtocolGuid } from './guid.ts';
import { EfiError } from './status.ts';

/** A device, an image or a service. The number is what the shell shows. */
export class Handle {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}

interface Entry {
  readonly handle: Handle;
  readonly protocols: Map<string, object>;
  readonly openings: { readonly guid: string; readonly agent: Handle }[];
}

/** All handles of one power-on. */
export class HandleDatabase {
  readonly #entries = new Map<Handle, Entry>();
  #next = 1;

  /** InstallProtocolInterface: on a handle, or on a new one when none is given. */
  install<T extends object>(handle: Handle | undefined, protocol: ProtocolGuid<T>, provided: T): Handle {
    const entry = handle ? this.#entry(handle) : this.#add();
    if (entry.protocols.has(protocol.guid)) throw new EfiError('INVALID_PARAMETER', `handle ${entry.handle.number} has ${protocol.name} already`);
    entry.protocols.set(protocol.guid, provided);
    return entry.handle;
  }

  /** UninstallProtocolInterface: with its last protocol the handle goes too. */
  uninstall<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, provided: T): void {
    const entry = this.#entry(handle);
    if (entry.protocols.get(protocol.guid) !== provided) throw new EfiError('NOT_FOUND', `handle ${handle.number} has no such ${protocol.name}`);
    entry.protocols.delete(protocol.guid);
    remove(entry.openings, (opening) => opening.guid === protocol.guid);
    if (entry.protocols.size === 0) this.#entries.delete(handle);
  }

  /** OpenProtocol with GET_PROTOCOL: an image uses the protocol until it closes it or ends. */
  open<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, agent: Handle): T {
    this.#entry(agent);
    const provided = this.get(handle, protocol);
    if (!provided) throw new EfiError('UNSUPPORTED', `handle ${handle.number} has no ${protocol.name}`);
    this.#entry(handle).openings.push({ guid: protocol.guid, agent });
    return provided;
  }

  /** CloseProtocol: ends all uses of the protocol by this image. */
  close(handle: Handle, protocol: ProtocolGuid<object>, agent: Handle): void {
    const closed = remove(this.#entry(handle).openings, (opening) => opening.guid === protocol.guid && opening.agent === agent);
    if (closed === 0) throw new EfiError('NOT_FOUND', `handle ${agent.number} does not use ${protocol.name} of handle ${handle.number}`);
  }

  /** The end of an image closes what it left open. */
  closeAllOf(agent: Handle): void {
    for (const entry of this.#entries.values()) remove(entry.openings, (opening) => opening.agent === agent);
  }

  /** The interface under a protocol, without a record of its use. Undefined when the handle has none. */
  get<T extends object>(handle: Handle, protocol: ProtocolGuid<T>): T | undefined {
    return this.#entry(handle).protocols.get(protocol.guid) as T | undefined;
  }

  /** LocateHandle: all handles with a protocol, or all there are, oldest first. */
  locate(protocol?: ProtocolGuid<object>): Handle[] {
    const all = [...this.#entries.values()];
    return all.filter((entry) => !protocol || entry.protocols.has(protocol.guid)).map((entry) => entry.handle);
  }

  /** How many uses of protocols are recorded. */
  get openCount(): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + entry.openings.length, 0);
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

/** Removes what matches. Answers how many that were. */
function remove<T>(list: T[], matches: (item: T) => boolean): number {
  const kept = list.filter((item) => !matches(item));
  const removed = list.length - kept.length;
  list.splice(0, list.length, ...kept);
  return removed;
}
