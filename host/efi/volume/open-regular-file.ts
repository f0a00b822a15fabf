// EFI_FILE_PROTOCOL for a file of a directory volume.
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync, type Stats } from 'node:fs';
import { asEfiError } from './host-failure.ts';
import { isReadOnly, OpenFile } from './open-file.ts';
import type { FileMode, FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import type { DirectoryVolume, Place } from './volume-directory.ts';

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

/** An open file. */
export class OpenRegularFile extends OpenFile implements FileProtocol {
  readonly #descriptor: number;
  readonly #mode: FileMode;
  #position = 0;

  constructor(volume: DirectoryVolume, place: Place, mode: FileMode) {
    super(volume, place.names);
    const flags = (mode === 'read' ? O_RDONLY : O_RDWR) | (place.stats ? 0 : O_CREAT | O_EXCL);
    if (mode !== 'read' && place.stats && isReadOnly(place.stats)) throw new EfiError('ACCESS_DENIED', `\\${place.names.join('\\')} is read-only`);
    this.#mode = mode;
    this.#descriptor = asEfiError(place.hostPath, () => openSync(place.hostPath, flags | O_NOFOLLOW | O_NONBLOCK, 0o666));
  }

  read(into: Uint8Array): number {
    this.expectOpen();
    const count = this.#access(() => readSync(this.#descriptor, into, 0, into.length, this.#position));
    this.#position += count;
    return count;
  }

  readEntry(): never {
    throw new EfiError('UNSUPPORTED', `\\${this.names.join('\\')} is no directory`);
  }

  write(from: Uint8Array): void {
    this.#expectWritable();
    for (let done = 0; done < from.length;) {
      const count = this.#access(() => writeSync(this.#descriptor, from, done, from.length - done, this.#position));
      this.#position += count;
      done += count;
    }
  }

  getPosition(): number {
    this.expectOpen();
    return this.#position;
  }

  setPosition(position: number): void {
    this.expectOpen();
    this.#position = position;
  }

  flush(): void {
    this.#expectWritable();
    this.#access(() => fsyncSync(this.#descriptor));
  }

  protected override stats(): Stats {
    return this.#access(() => fstatSync(this.#descriptor));
  }

  protected override resize(size: number): void {
    this.#expectWritable();
    this.#access(() => ftruncateSync(this.#descriptor, size));
  }

  protected override release(): void {
    closeSync(this.#descriptor);
  }

  protected override directory(): readonly string[] {
    return this.names.slice(0, -1);
  }

  #expectWritable(): void {
    this.expectOpen();
    if (this.#mode === 'read') throw new EfiError('ACCESS_DENIED', `\\${this.names.join('\\')} was opened for reading`);
  }

  #access<T>(action: () => T): T {
    return asEfiError(`\\${this.names.join('\\')}`, action);
  }
}
