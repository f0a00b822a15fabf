// A volume backed by a directory: SimpleFileSystem over the host's file system. Names are found whatever their case, as
// on FAT. Nothing outside the directory can be reached: links are no files here, and neither are devices or pipes.
import { lstatSync, mkdirSync, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { asEfiError } from './host-failure.ts';
import { OpenDirectory } from './open-directory.ts';
import type { OpenFile } from './open-file.ts';
import { OpenRegularFile } from './open-regular-file.ts';
import type { FileMode, FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import type { Volume } from './volume.ts';

/** What a path leads to. */
export interface Place {
  /** The names as they are on the medium, for what exists. */
  readonly names: readonly string[];
  readonly hostPath: string;
  /** Undefined when only the directory that would hold it exists. */
  readonly stats: Stats | undefined;
}

/** A volume of one power-on. */
export class DirectoryVolume implements Volume {
  readonly #root: string;
  readonly #open = new Set<OpenFile>();

  /** EFI_NO_MEDIA when there is no such directory. */
  constructor(directory: string) {
    const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isThere) throw new EfiError('NO_MEDIA', `the volume ${directory}: expected a directory or an image file, got ${statSync(directory, { throwIfNoEntry: false }) ? 'something else' : 'nothing'}`);
    this.#root = realpathSync(directory);
  }

  openVolume(): FileProtocol {
    return this.#keep(new OpenDirectory(this, []));
  }

  /** How many files and directories are open. */
  get openFileCount(): number {
    return this.#open.size;
  }

  close(): void {
    for (const file of this.#open) file.close();
  }

  /** Opens what the names lead to, or makes it. */
  open(names: readonly string[], mode: FileMode, directory: boolean): FileProtocol {
    const place = this.find(names);
    if (!place.stats) {
      if (mode !== 'create') throw new EfiError('NOT_FOUND', `\\${place.names.join('\\')} is not there`);
      if (directory) asEfiError(place.hostPath, () => mkdirSync(place.hostPath));
    }
    const isDirectory = place.stats?.isDirectory() ?? directory;
    return this.#keep(isDirectory ? new OpenDirectory(this, place.names) : new OpenRegularFile(this, place, mode));
  }

  /** Called by a file that was closed. */
  closed(file: OpenFile): void {
    this.#open.delete(file);
  }

  /** Finds what the names lead to. EFI_NOT_FOUND when a directory on the way is missing, EFI_ACCESS_DENIED at a link. */
  find(names: readonly string[]): Place {
    let place: Place = { names: [], hostPath: this.#root, stats: statsOf(this.#root) };
    for (const name of names) {
      if (!place.stats?.isDirectory()) throw new EfiError('NOT_FOUND', `\\${place.names.join('\\')} is no directory`);
      const found = nameIn(place.hostPath, name);
      const hostPath = join(place.hostPath, found);
      place = { names: [...place.names, found], hostPath, stats: statsOf(hostPath) };
    }
    if (place.stats && !place.stats.isFile() && !place.stats.isDirectory()) {
      throw new EfiError('ACCESS_DENIED', `\\${place.names.join('\\')} is a link or a device of the host, which a volume does not have`);
    }
    return place;
  }

  #keep<T extends OpenFile>(file: T): T {
    this.#open.add(file);
    return file;
  }
}

function statsOf(hostPath: string): Stats | undefined {
  return asEfiError(hostPath, () => lstatSync(hostPath, { throwIfNoEntry: false }));
}

/** The name as it is in the directory: exactly this one, else the first that differs in case only. */
function nameIn(directory: string, name: string): string {
  if (statsOf(join(directory, name))) return name;
  const wanted = name.toLowerCase();
  return asEfiError(directory, () => readdirSync(directory)).sort().find((entry) => entry.toLowerCase() === wanted) ?? name;
}
