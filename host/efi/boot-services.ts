// EFI_BOOT_SERVICES (UEFI 2.10, section 7): what images may ask of the firmware. Events, timers with task priorities,
// memory allocation and the driver model are null in the table: nothing here uses them yet.
import type { DevicePath } from './device-path.ts';
import type { ProtocolGuid } from './guid.ts';
import type { Handle, HandleDatabase } from './handle-database.ts';
import type { ImageServices } from './image-services.ts';
import type { Platform } from './platform.ts';
import { PowerEvent } from './power-event.ts';
import { EfiError } from './status.ts';
import { pointerTo, tableBytes } from './table-header.ts';
import type { Watchdog } from './watchdog.ts';

const BOOT_SERVICES_SIGNATURE = 0x56524553544f4f42n;

/** The provided services by their place in the table, which has 44. */
const SERVICES: Readonly<Record<number, keyof BootServices>> = {
  13: 'installProtocolInterface', 15: 'uninstallProtocolInterface', 16: 'handleProtocol', 19: 'locateHandle',
  22: 'loadImage', 23: 'startImage', 24: 'exit', 25: 'unloadImage', 28: 'stall', 29: 'setWatchdogTimer',
  32: 'openProtocol', 33: 'closeProtocol', 36: 'locateHandle', 37: 'locateProtocol',
};
const SERVICE_COUNT = 44;

/** So long at most without a look at the watchdog. */
const WAIT_SLICE_MS = 1000;

/** The boot services of one power-on. */
export class BootServices {
  readonly #handles: HandleDatabase;
  readonly #images: ImageServices;
  readonly #watchdog: Watchdog;
  readonly #platform: Platform;

  constructor(handles: HandleDatabase, images: ImageServices, watchdog: Watchdog, platform: Platform) {
    this.#handles = handles;
    this.#images = images;
    this.#watchdog = watchdog;
    this.#platform = platform;
  }

  installProtocolInterface<T extends object>(handle: Handle | undefined, protocol: ProtocolGuid<T>, provided: T): Handle {
    return this.#handles.install(handle, protocol, provided);
  }

  uninstallProtocolInterface<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, provided: T): void {
    this.#handles.uninstall(handle, protocol, provided);
  }

  /** The interface under a protocol; EFI_UNSUPPORTED when the handle has none. */
  handleProtocol<T extends object>(handle: Handle, protocol: ProtocolGuid<T>): T {
    const provided = this.#handles.get(handle, protocol);
    if (!provided) throw new EfiError('UNSUPPORTED', `handle ${handle.number} has no ${protocol.name}`);
    return provided;
  }

  openProtocol<T extends object>(handle: Handle, protocol: ProtocolGuid<T>, agent: Handle): T {
    return this.#handles.open(handle, protocol, agent);
  }

  closeProtocol(handle: Handle, protocol: ProtocolGuid<object>, agent: Handle): void {
    this.#handles.close(handle, protocol, agent);
  }

  /** LocateHandle and LocateHandleBuffer: by protocol, or all. EFI_NOT_FOUND when there is none. */
  locateHandle(protocol?: ProtocolGuid<object>): Handle[] {
    const found = this.#handles.locate(protocol);
    if (found.length === 0) throw new EfiError('NOT_FOUND', `no handle has ${protocol?.name ?? 'any protocol'}`);
    return found;
  }

  /** The first interface of that kind; EFI_NOT_FOUND when there is none. */
  locateProtocol<T extends object>(protocol: ProtocolGuid<T>): T {
    const [first] = this.locateHandle(protocol);
    return this.handleProtocol(first as Handle, protocol);
  }

  loadImage(parent: Handle | undefined, path: DevicePath): Handle {
    return this.#images.loadImage(parent, path);
  }

  startImage(image: Handle): bigint {
    return this.#images.startImage(image);
  }

  exit(image: Handle, status: bigint): never {
    return this.#images.exit(image, status);
  }

  unloadImage(image: Handle): bigint {
    return this.#images.unloadImage(image);
  }

  /**
   * Waits. Unlike the specification's Stall it ends early, and answers true, when the one who runs the machine asked it
   * to stop; 0 only asks.
   */
  stall(microseconds: number): boolean {
    let leftMs = microseconds / 1000;
    for (;;) {
      this.#watchdog.check();
      const sliceMs = Math.min(leftMs, WAIT_SLICE_MS, this.#watchdog.remainingMs());
      if (this.#platform.sleep(sliceMs)) return true;
      leftMs -= sliceMs;
      if (leftMs > 0) continue;
      this.#watchdog.check();
      return false;
    }
  }

  /** Arms the watchdog timer with seconds; 0 disarms it. */
  setWatchdogTimer(seconds: number): void {
    this.#watchdog.set(seconds);
  }

  /**
   * Not in the specification: where nothing runs on its own, whoever goes round in a loop calls this. It is where the
   * watchdog bites, and where the power goes off when the one who runs the machine asked for that.
   */
  poll(): void {
    this.#watchdog.check();
    if (this.#platform.sleep(0)) throw new PowerEvent({ kind: 'shutdown', stopped: true });
  }

  /** The table as it would lie in memory. */
  tableBytes(): Uint8Array {
    return tableBytes(BOOT_SERVICES_SIGNATURE, Array.from({ length: SERVICE_COUNT }, (_, place) => {
      const name = SERVICES[place];
      return pointerTo(name && this[name]);
    }));
  }
}
