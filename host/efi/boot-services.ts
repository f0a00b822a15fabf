// EFI_BOOT_SERVICES (UEFI 2.10, section 7): what images may ask of the firmware. The driver model, configuration tables
// and notices of new protocols are null in the table: nothing here uses them.
import { crc32 } from 'node:zlib';
import type { DevicePath } from './device-path.ts';
import type { EfiEvent, EventNotify, EventServices, TimerDelay } from './events.ts';
import { EventType } from './events.ts';
import type { ProtocolGuid } from './guid.ts';
import type { Handle, HandleDatabase, OpenProtocolInformation, OpenRequest } from './handle-database.ts';
import type { ImageServices } from './image-services.ts';
import type { MemoryDescriptor, MemoryMap, MemoryTypeName, Placement } from './memory-map.ts';
import type { MemoryPool } from './memory-pool.ts';
import type { RuntimeServices } from './runtime-services.ts';
import { EfiError } from './status.ts';
import { pointerTo, tableBytes } from './table-header.ts';
import type { Waiting } from './waiting.ts';
import type { Watchdog } from './watchdog.ts';

const BOOT_SERVICES_SIGNATURE = 0x56524553544f4f42n;

/** The provided services by their place in the table, which has 44. */
const SERVICES: Readonly<Record<number, keyof BootServices>> = {
  0: 'raiseTpl', 1: 'restoreTpl', 2: 'allocatePages', 3: 'freePages', 4: 'getMemoryMap', 5: 'allocatePool', 6: 'freePool',
  7: 'createEvent', 8: 'setTimer', 9: 'waitForEvent', 10: 'signalEvent', 11: 'closeEvent', 12: 'checkEvent',
  13: 'installProtocolInterface', 15: 'uninstallProtocolInterface', 16: 'handleProtocol', 19: 'locateHandle', 20: 'locateDevicePath',
  22: 'loadImage', 23: 'startImage', 24: 'exit', 25: 'unloadImage', 26: 'exitBootServices', 27: 'getNextMonotonicCount',
  28: 'stall', 29: 'setWatchdogTimer', 32: 'openProtocol', 33: 'closeProtocol', 34: 'openProtocolInformation',
  35: 'protocolsPerHandle', 36: 'locateHandle', 37: 'locateProtocol', 40: 'calculateCrc32',
};
const SERVICE_COUNT = 44;

/** What the services are made of. */
export interface BootServicesParts {
  readonly handles: HandleDatabase;
  readonly images: ImageServices;
  readonly events: EventServices;
  readonly memory: MemoryMap;
  readonly pool: MemoryPool;
  readonly watchdog: Watchdog;
  readonly waiting: Waiting;
  readonly runtime: RuntimeServices;
  /** Told when the machine was handed over. */
  exited(): void;
}

/** GetMemoryMap's answer: the descriptors and the key of this very state of the map. */
export interface MemoryMapSnapshot {
  readonly descriptors: readonly MemoryDescriptor[];
  readonly mapKey: number;
}

/** The boot services of one power-on. */
export class BootServices {
  readonly #parts: BootServicesParts;
  #hasExited = false;

  constructor(parts: BootServicesParts) {
    this.#parts = parts;
  }

  raiseTpl = (level: number): number => this.#parts.events.raiseTpl(level);
  restoreTpl = (level: number): void => this.#parts.events.restoreTpl(level);
  createEvent = (type: number, notifyTpl: number, notify?: EventNotify): EfiEvent => this.#parts.events.createEvent(type, notifyTpl, notify);
  /** `units` of 100 nanoseconds. */
  setTimer = (event: EfiEvent, delay: TimerDelay, units?: number): void => this.#parts.events.setTimer(event, delay, units);
  signalEvent = (event: EfiEvent): void => this.#parts.events.signalEvent(event);
  closeEvent = (event: EfiEvent): void => this.#parts.events.closeEvent(event);
  checkEvent = (event: EfiEvent): boolean => this.#parts.events.checkEvent(event);

  /** AllocatePages: answers the address. */
  allocatePages = (placement: Placement, type: MemoryTypeName, count: number): number => this.#parts.memory.allocate(placement, type, count);
  freePages = (address: number, count: number): void => this.#parts.memory.free(address, count);
  getMemoryMap = (): MemoryMapSnapshot => ({ descriptors: this.#parts.memory.descriptors(), mapKey: this.#parts.memory.key });
  /** AllocatePool: answers the address. */
  allocatePool = (type: MemoryTypeName, size: number): number => this.#parts.pool.allocate(type, size);
  freePool = (address: number): void => this.#parts.pool.free(address);

  openProtocolInformation = (handle: Handle, protocol: ProtocolGuid<object>): OpenProtocolInformation[] => this.#parts.handles.openInformation(handle, protocol);
  protocolsPerHandle = (handle: Handle): ProtocolGuid<object>[] => this.#parts.handles.protocolsOf(handle);
  locateDevicePath = (protocol: ProtocolGuid<object>, path: DevicePath): { handle: Handle; rest: DevicePath } => this.#parts.handles.locateDevicePath(protocol, path);
  calculateCrc32 = (bytes: Uint8Array): number => crc32(bytes);

  /** The low half counts calls, the high half power-ons in which one was made. */
  getNextMonotonicCount = (): bigint => this.#parts.runtime.nextMonotonicCount();

  installProtocolInterface<T extends object>(handle: Handle | undefined, protocol: ProtocolGuid<T>, provided: T): Handle {
    return this.#parts.handles.install(handle, protocol, provided);
  }

  uninstallProtocolInterface<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, provided: T): void {
    this.#parts.handles.uninstall(handle, protocol, provided);
  }

  /** The interface under a protocol; EFI_UNSUPPORTED when the handle has none. */
  handleProtocol<T extends object>(handle: Handle, protocol: ProtocolGuid<T>): T {
    const provided = this.#parts.handles.get(handle, protocol);
    if (!provided) throw new EfiError('UNSUPPORTED', `handle ${handle.number} has no ${protocol.name}`);
    return provided;
  }

  openProtocol<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, agent: Handle, request?: OpenRequest): T {
    return this.#parts.handles.open(handle, protocol, agent, request);
  }

  closeProtocol(handle: Handle, protocol: ProtocolGuid<object>, agent: Handle, controller?: Handle): void {
    this.#parts.handles.close(handle, protocol, agent, controller);
  }

  /** LocateHandle and LocateHandleBuffer: by protocol, or all. EFI_NOT_FOUND when there is none. */
  locateHandle(protocol?: ProtocolGuid<object>): Handle[] {
    const found = this.#parts.handles.locate(protocol);
    if (found.length === 0) throw new EfiError('NOT_FOUND', `no handle has ${protocol?.name ?? 'any protocol'}`);
    return found;
  }

  /** The first interface of that kind; EFI_NOT_FOUND when there is none. */
  locateProtocol<T extends object>(protocol: ProtocolGuid<T>): T {
    const [first] = this.locateHandle(protocol);
    return this.handleProtocol(first as Handle, protocol);
  }

  loadImage(parent: Handle | undefined, path: DevicePath): Handle {
    return this.#parts.images.loadImage(parent, path);
  }

  startImage(image: Handle): bigint {
    return this.#parts.images.startImage(image);
  }

  exit(image: Handle, status: bigint): never {
    return this.#parts.images.exit(image, status);
  }

  unloadImage(image: Handle): bigint {
    return this.#parts.images.unloadImage(image);
  }

  /** Waits until one of the events is signalled and answers its index. Above the application's priority EFI_UNSUPPORTED. */
  waitForEvent = (events: readonly EfiEvent[]): number => this.#parts.waiting.waitForEvent(events);

  /** Hands the machine over: only who knows the memory map as it is now may. EFI_INVALID_PARAMETER for a stale key. */
  exitBootServices(image: Handle, mapKey: number): void {
    const { images, memory, events, watchdog, runtime, exited } = this.#parts;
    images.expect(image);
    if (mapKey !== memory.key) throw new EfiError('INVALID_PARAMETER', `the memory map has changed: its key is ${memory.key}, ExitBootServices was given ${mapKey}`);
    events.signalAll(EventType.signalExitBootServices);
    watchdog.set(0);
    runtime.exitBootServices();
    this.#hasExited = true;
    exited();
  }

  /** Whether the machine was handed over: there are no boot services and no console of the firmware then. */
  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Waits. Ends early, and answers true, when the one who runs the machine asked it to stop; 0 only asks. */
  stall(microseconds: number): boolean {
    return this.#parts.waiting.stall(microseconds / 1000);
  }

  /** Arms the watchdog timer with seconds; 0 disarms it. */
  setWatchdogTimer(seconds: number): void {
    this.#parts.watchdog.set(seconds);
  }

  /** Not in the specification: whoever goes round in a loop calls this. */
  poll(): void {
    this.#parts.waiting.poll();
  }

  /** The table as it would lie in memory. */
  tableBytes(): Uint8Array {
    return tableBytes(BOOT_SERVICES_SIGNATURE, Array.from({ length: SERVICE_COUNT }, (_, place) => {
      const name = SERVICES[place];
      return pointerTo(name && (this[name] as object));
    }));
  }
}
