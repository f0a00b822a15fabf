// A volume on a FAT file system: SimpleFileSystem over an image of a disk.
import type { BlockDevice } from '../../fat/block-device.ts';
import { FatFileSystem } from '../../fat/file-system.ts';
import type { FatNode } from '../../fat/node.ts';
import type { FileMode, FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import { fatAsEfiError } from './fat-failure.ts';
import { OpenFatFile } from './open-fat-file.ts';
import type { Volume } from './volume.ts';

/** A volume of one power-on. */
export class FatVolume implements Volume {
  readonly system: FatFileSystem;
  readonly #open = new Set<OpenFatFile>();

  /** `nowMs`: milliseconds since 1970, for the dates of files. EFI_VOLUME_CORRUPTED when it can not be mounted. */
  constructor(device: BlockDevice, nowMs: () => number) {
    this.system = fatAsEfiError(() => new FatFileSystem(device, { now: nowMs }));
  }

  get openFileCount(): number {
    return this.#open.size;
  }

  openVolume(): FileProtocol {
    return this.open([], 'read', true);
  }

  /** Opens what the names lead to, or makes it. */
  open(names: readonly string[], mode: FileMode, directory: boolean): FileProtocol {
    const node = fatAsEfiError(() => this.system.open(names) ?? (mode === 'create' ? this.system.create(names, directory) : undefined));
    if (!node) throw new EfiError('NOT_FOUND', `\\${names.join('\\')} is not there`);
    try {
      return this.#keep(new OpenFatFile(this, node, mode));
    } catch (error) {
      this.system.release(node);
      throw error;
    }
  }

  /** Called by a file that was closed. */
  closed(file: OpenFatFile, node: FatNode): void {
    this.#open.delete(file);
    fatAsEfiError(() => this.system.release(node));
  }

  close(): void {
    for (const file of this.#open) file.close();
    fatAsEfiError(() => this.system.close());
  }

  #keep(file: OpenFatFile): OpenFatFile {
    this.#open.add(file);
    return file;
  }
}
