// A directory as the program's volume. Names are found as on FAT, whatever their case, so that one config works on an
// EFI system partition and on Linux. Nothing outside the directory can be reached, not even through links.
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { FerryError } from '../error.ts';
import { WasiError, type OpenOptions } from '../wasi/system.ts';
import { volumePathNames } from '../wasi/volume-path.ts';
import { asWasi } from './node-errors.ts';
import { NodeFile } from './node-file.ts';

/** The volume's root, by its real path. */
export class NodeVolume {
  readonly #root: string;

  constructor(root: string) {
    this.#root = realRoot(root);
  }

  /** Opens a regular file. A new one takes the name exactly as given. */
  open(path: string, options: OpenOptions): NodeFile {
    return asWasi(() => {
      const place = this.#resolve(volumePathNames(path), options.create);
      return new NodeFile(openRegular(place, options), options.write);
    });
  }

  /** The real path of a file that is there, or of the one to be made. */
  #resolve(names: readonly string[], create: boolean): string {
    let place = this.#root;
    for (const [index, name] of names.entries()) {
      if (name.includes(sep)) throw new WasiError('invalid', `"${name}" is no name of a file`);
      const found = lookUp(place, name);
      if (found !== undefined) place = this.#inside(join(place, found));
      else if (create && index === names.length - 1) return join(place, name);
      else throw new WasiError('noEntry', `${names.slice(0, index + 1).join('/')} does not exist in ${this.#root}`);
    }
    return place;
  }

  /** Follows links as far as they stay in the volume. A link to nowhere is refused too: writing would make its target. */
  #inside(place: string): string {
    const real = realpathSync(place);
    const prefix = this.#root.endsWith(sep) ? this.#root : this.#root + sep;
    if (real !== this.#root && !real.startsWith(prefix)) throw new WasiError('notCapable', `${place} leads out of the volume, to ${real}`);
    return real;
  }
}

/** The entry with this name: the same spelling before any other, then the first in order. */
function lookUp(directory: string, name: string): string | undefined {
  if (lstatSync(join(directory, name), { throwIfNoEntry: false })) return name;
  const wanted = folded(name);
  return readdirSync(directory).filter((entry) => folded(entry) === wanted).sort()[0];
}

/** Upper case and one normal form, as FAT drivers and macOS compare names. */
const folded = (name: string): string => name.normalize('NFC').toUpperCase();

/** Links were followed already, so one that is here now was put here meanwhile. A pipe must not make us wait. */
function openRegular(place: string, options: OpenOptions): number {
  const flags = (options.write ? constants.O_RDWR : constants.O_RDONLY) | (options.create ? constants.O_CREAT : 0)
    | (options.truncate ? constants.O_TRUNC : 0) | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const descriptor = openSync(place, flags, 0o644);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return descriptor;
  closeSync(descriptor);
  throw stats.isDirectory() ? new WasiError('isDirectory', `${place} is a directory`) : new WasiError('access', `${place} is no regular file`);
}

function realRoot(root: string): string {
  try {
    const real = realpathSync(root);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw invalidVolume(root, (error as Error).message, error);
  }
  throw invalidVolume(root, 'expected a directory, got a file');
}

function invalidVolume(root: string, what: string, cause?: unknown): FerryError {
  return new FerryError('volume-invalid', `the volume ${root} can not be used: ${what}; nothing was sent`, {
    hint: 'name the directory that holds the config file and the images', exitCode: 64, cause,
  });
}
