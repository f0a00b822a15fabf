// The mappings FS0:, FS1: … (UEFI Shell 2.2, section 3.7): a name for every volume, with a current directory each.
import type { BootServices } from '../boot-services.ts';
import type { DevicePath } from '../device-path.ts';
import { DEVICE_PATH_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL } from '../guid.ts';
import type { Handle } from '../handle-database.ts';
import type { SimpleFileSystem } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';

/** One mapped volume. */
export interface Mapping {
  /** `FS0`. */
  readonly name: string;
  /** Names that stay the same whatever else is plugged in. */
  readonly aliases: readonly string[];
  readonly handle: Handle;
  readonly fileSystem: SimpleFileSystem;
  readonly devicePath: DevicePath;
  /** The names from the root to the current directory. */
  directory: readonly string[];
}

/** The mappings of a shell. */
export class VolumeMap {
  readonly #boot: BootServices;
  #mappings: Mapping[] = [];
  /** The volume that paths without a mapping are on. None at first. */
  current: Mapping | undefined;

  constructor(boot: BootServices) {
    this.#boot = boot;
    this.refresh();
  }

  /** Looks for volumes anew. Current directories stay. */
  refresh(): void {
    const before = this.#mappings;
    this.#mappings = this.#volumes().map(({ handle, devicePath }, index) => ({
      name: `FS${index}`, aliases: [consistentName(devicePath)], handle, devicePath,
      fileSystem: this.#boot.handleProtocol(handle, SIMPLE_FILE_SYSTEM_PROTOCOL),
      directory: before.find((mapping) => mapping.handle === handle)?.directory ?? [],
    }));
    this.current = this.#mappings.find((mapping) => mapping.handle === this.current?.handle);
  }

  get all(): readonly Mapping[] {
    return this.#mappings;
  }

  /** By name or alias, whatever the case, without the colon. */
  find(name: string): Mapping | undefined {
    const wanted = name.toUpperCase();
    return this.#mappings.find((mapping) => [mapping.name, ...mapping.aliases].some((own) => own.toUpperCase() === wanted));
  }

  #volumes(): { handle: Handle; devicePath: DevicePath }[] {
    try {
      return this.#boot.locateHandle(SIMPLE_FILE_SYSTEM_PROTOCOL)
        .map((handle) => ({ handle, devicePath: this.#boot.handleProtocol(handle, DEVICE_PATH_PROTOCOL) }));
    } catch (error) {
      if (error instanceof EfiError) return [];
      throw error;
    }
  }
}

/** `HD0a65535a1`: the port, the port multiplier's port and the partition, as the EDK II shell numbers a SATA disk. */
function consistentName(devicePath: DevicePath): string {
  const parts = devicePath.nodes.flatMap((node) => {
    if (node.type === 'sata') return [node.port, node.multiplierPort];
    return node.type === 'hd' ? [node.partition] : [];
  });
  return `HD${parts.join('a')}`;
}
