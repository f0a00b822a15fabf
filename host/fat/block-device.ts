// Where the bytes of a disk or a partition are. Knows nothing of what they mean.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { FatError } from './fat-error.ts';

/** A disk, or a part of one. Positions and sizes are bytes; whoever reads beyond the end has made a mistake. */
export interface BlockDevice {
  readonly size: number;
  readonly isReadOnly: boolean;
  /** Fills `into` from this position. */
  read(at: number, into: Uint8Array): void;
  write(at: number, from: Uint8Array): void;
  /** Returns when everything written is on the medium. */
  flush(): void;
}

/** Bytes of a device as a new array. */
export function bytesAt(device: BlockDevice, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  device.read(at, bytes);
  return bytes;
}

/** Throws unless `size` bytes at `at` lie within the device. */
export function expectInside(device: { readonly size: number }, at: number, size: number): void {
  if (at < 0 || size < 0 || at > device.size || size > device.size - at) {
    throw new FatError('device', `access outside of the device: expected at most ${device.size} bytes, got ${size} at ${at}`);
  }
}

/** A part of a device as a device of its own: a partition. */
export function partOf(device: BlockDevice, start: number, size: number): BlockDevice {
  expectInside(device, start, size);
  const inside = <T extends Uint8Array>(at: number, bytes: T): T => {
    expectInside({ size }, at, bytes.length);
    return bytes;
  };
  return {
    size,
    isReadOnly: device.isReadOnly,
    read: (at, into) => device.read(start + at, inside(at, into)),
    write: (at, from) => device.write(start + at, inside(at, from)),
    flush: () => device.flush(),
  };
}

/** An image of a disk in a file. Opened for writing where the file allows it. */
export class ImageFile implements BlockDevice {
  readonly path: string;
  readonly size: number;
  readonly isReadOnly: boolean;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    [this.#descriptor, this.isReadOnly] = openImage(path);
    const stats = fstatSync(this.#descriptor);
    this.size = stats.size;
    if (!stats.isFile()) {
      closeSync(this.#descriptor);
      throw new FatError('device', `${path}: expected an image file, got something else`);
    }
  }

  read(at: number, into: Uint8Array): void {
    expectInside(this, at, into.length);
    for (let done = 0; done < into.length;) {
      const count = this.#access(() => readSync(this.#descriptor, into, done, into.length - done, at + done));
      if (count === 0) throw new FatError('device', `${this.path}: expected ${this.size} bytes as when it was opened, got ${at + done}: it was cut meanwhile`);
      done += count;
    }
  }

  write(at: number, from: Uint8Array): void {
    if (this.isReadOnly) throw new FatError('read-only', `${this.path} can only be read`);
    expectInside(this, at, from.length);
    for (let done = 0; done < from.length;) {
      done += this.#access(() => writeSync(this.#descriptor, from, done, from.length - done, at + done));
    }
  }

  flush(): void {
    if (!this.isReadOnly) this.#access(() => fsyncSync(this.#descriptor));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #access<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new FatError('device', `${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** The descriptor, and whether the file can only be read. */
function openImage(path: string): [number, boolean] {
  try {
    return [openSync(path, 'r+'), false];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw new FatError('device', (error as Error).message, { cause: error });
  }
  try {
    return [openSync(path, 'r'), true];
  } catch (error) {
    throw new FatError('device', (error as Error).message, { cause: error });
  }
}
