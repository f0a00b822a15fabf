// A LIF volume as the program sees it through WASI. A volume has no directories: a path is one name. A directory in front
// of it is refused, not dropped, since two images of the same name in two directories must not become one.
import { FileType } from '../lif/file-type.ts';
import { LifError, type LifErrorCode } from '../lif/lif-error.ts';
import type { LifContent, LifVolume } from '../lif/volume.ts';
import { WasiError, type ErrnoName, type OpenOptions, type WasiFile } from '../wasi/system.ts';
import { volumePathNames } from '../wasi/volume-path.ts';

const ERRNO_OF: Readonly<Record<LifErrorCode, ErrnoName>> = {
  'not-lif': 'io', 'not-found': 'noEntry', 'bad-name': 'invalid', 'long-name': 'nameTooLong', 'no-space': 'noSpace',
  'directory-full': 'noSpace', 'damaged': 'io', 'read-only': 'readOnly', 'io': 'io',
};
/** What a program writes is kept in memory until it closes the file: as large as the largest image. */
const MAXIMUM_WRITTEN = 64 * 1024 * 1024;

function asWasiError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof LifError)) throw error;
    throw new WasiError(ERRNO_OF[error.code], error.message, { cause: error });
  }
}

/** Opens a file of the volume. `now` gives the time of creation, in milliseconds since 1970. */
export function openLifFile(volume: LifVolume, path: string, options: OpenOptions, now: () => number): WasiFile {
  const [name, ...more] = volumePathNames(path);
  if (name === undefined) throw new WasiError('isDirectory', `${JSON.stringify(path)} is the volume itself`);
  if (more.length > 0) throw new WasiError('notDirectory', `${JSON.stringify(path)}: a LIF volume has no directories`);
  return asWasiError(() => {
    const file = options.create ? volume.find(name) : volume.get(name);
    if (!options.write) return new ReadFile(file ? volume.open(file) : EMPTY);
    const content = file && !options.truncate ? volume.read(file) : new Uint8Array(0);
    const isChanged = !file || options.truncate;
    return new WrittenFile(content, isChanged, (bytes) => volume.write(name, bytes, { type: FileType.bin, now: now() }));
  });
}

const EMPTY: LifContent = { size: 0, read: () => new Uint8Array(0) };

function positionOf(base: number, offset: number): number {
  const position = base + offset;
  if (position < 0 || !Number.isSafeInteger(position)) throw new WasiError('invalid', `position ${position} is outside of any file`);
  return position;
}

/** A file that is only read, from the medium as it goes. */
class ReadFile implements WasiFile {
  readonly isTerminal = false;
  readonly #content: LifContent;
  #position = 0;

  constructor(content: LifContent) {
    this.#content = content;
  }

  read(into: Uint8Array): number {
    const bytes = asWasiError(() => this.#content.read(this.#position, into.length));
    into.set(bytes);
    this.#position += bytes.length;
    return bytes.length;
  }

  write(): number {
    throw new WasiError('badDescriptor', 'this file was opened to be read');
  }

  seek(offset: number, whence: 0 | 1 | 2): number {
    this.#position = positionOf([0, this.#position, this.#content.size][whence] as number, offset);
    return this.#position;
  }

  close(): void {}
}

/** A file that is written: a LIF file is one piece of known size, so it goes to the volume when it is closed. */
class WrittenFile implements WasiFile {
  readonly isTerminal = false;
  readonly #store: (bytes: Uint8Array) => void;
  #bytes: Uint8Array;
  #size: number;
  #position = 0;
  #isChanged: boolean;

  constructor(content: Uint8Array, isChanged: boolean, store: (bytes: Uint8Array) => void) {
    this.#bytes = content;
    this.#size = content.length;
    this.#isChanged = isChanged;
    this.#store = store;
  }

  read(into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.#size - this.#position));
    into.set(this.#bytes.subarray(this.#position, this.#position + count));
    this.#position += count;
    return count;
  }

  write(from: Uint8Array): number {
    const end = this.#position + from.length;
    if (end > MAXIMUM_WRITTEN) throw new WasiError('noSpace', `a file of ${end} bytes: expected at most ${MAXIMUM_WRITTEN}`);
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(MAXIMUM_WRITTEN, Math.max(end, this.#bytes.length * 2)));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#bytes.set(from, this.#position);
    this.#position = end;
    this.#size = Math.max(this.#size, end);
    this.#isChanged = true;
    return from.length;
  }

  seek(offset: number, whence: 0 | 1 | 2): number {
    this.#position = positionOf([0, this.#position, this.#size][whence] as number, offset);
    return this.#position;
  }

  close(): void {
    if (this.#isChanged) asWasiError(() => this.#store(this.#bytes.subarray(0, this.#size)));
    this.#isChanged = false;
  }
}
