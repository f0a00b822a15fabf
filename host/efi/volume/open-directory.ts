// EFI_FILE_PROTOCOL for a directory of a directory volume.
import { readdirSync, type Stats } from 'node:fs';
import { asEfiError } from './host-failure.ts';
import { fileInfo, OpenFile } from './open-file.ts';
import type { FileInfo, FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import { volumePath } from './volume-path.ts';

/** An open directory. */
export class OpenDirectory extends OpenFile implements FileProtocol {
  #entries: FileInfo[] | undefined;

  read(): never {
    throw new EfiError('UNSUPPORTED', `\\${this.names.join('\\')} is a directory: its entries are read with readEntry`);
  }

  readEntry(): FileInfo | undefined {
    this.expectOpen();
    this.#entries ??= this.#list();
    return this.#entries.shift();
  }

  write(): never {
    throw new EfiError('UNSUPPORTED', `\\${this.names.join('\\')} is a directory`);
  }

  getPosition(): never {
    throw new EfiError('UNSUPPORTED', `\\${this.names.join('\\')} is a directory and has no position`);
  }

  setPosition(position: number): void {
    if (position !== 0) throw new EfiError('UNSUPPORTED', 'the position of a directory can only become 0');
    this.#entries = undefined;
  }

  flush(): void {
    this.expectOpen();
  }

  protected override stats(): Stats {
    const { hostPath, stats } = this.volume.find(this.names);
    if (!stats) throw new EfiError('NOT_FOUND', `${hostPath} is gone`);
    return stats;
  }

  protected override resize(): never {
    throw new EfiError('ACCESS_DENIED', 'a directory has no size');
  }

  protected override release(): void {
    this.#entries = undefined;
  }

  protected override directory(): readonly string[] {
    return this.names;
  }

  /** Links, devices and names that no FAT volume could have are not listed. */
  #list(): FileInfo[] {
    const { hostPath } = this.volume.find(this.names);
    const own = fileInfo('.', this.stats());
    const dots = this.names.length === 0 ? [] : [own, { ...own, fileName: '..' }];
    return [...dots, ...asEfiError(hostPath, () => readdirSync(hostPath)).sort().flatMap((name) => {
      try {
        const place = this.volume.find(volumePath(this.names, name));
        return place.stats ? [fileInfo(name, place.stats)] : [];
      } catch (error) {
        if (error instanceof EfiError) return [];
        throw error;
      }
    })];
  }
}
