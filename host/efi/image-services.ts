// The image services (UEFI 2.10, section 7.4): LoadImage, StartImage, Exit, UnloadImage. Which format an image has is
// the business of the formats given to it, and whether it may start that of the verification.
import type { DevicePath } from './device-path.ts';
import { LOADED_IMAGE_PROTOCOL } from './guid.ts';
import type { Handle, HandleDatabase } from './handle-database.ts';
import { readImageFile, type ImageFile } from './image-file.ts';
import { PAGE_SIZE, type MemoryMap } from './memory-map.ts';
import type { MemoryPool } from './memory-pool.ts';
import type { LoadedImage } from './protocols/loaded-image.ts';
import { EfiError, EfiStatus } from './status.ts';

/** Runs an image. Answers the status that it returns. */
export type EntryPoint = (image: Handle) => bigint;

/** An image that can run. */
export interface Executable {
  readonly entry: EntryPoint;
  /** What it needs beside its own bytes while it is loaded. */
  readonly dataSize: number;
}

/** A kind of file that can be an image. */
export interface ImageFormat {
  /** Undefined when the bytes are of another format; EFI_LOAD_ERROR when they are of this one and broken. */
  load(bytes: Uint8Array): Executable | undefined;
}

/** What the image services are made of. */
export interface ImageServicesParts {
  readonly handles: HandleDatabase;
  readonly memory: MemoryMap;
  readonly pool: MemoryPool;
  readonly formats: readonly ImageFormat[];
  /** Images in the firmware itself, by the text of their device path. */
  readonly built: ReadonlyMap<string, EntryPoint>;
  /** Throws EFI_SECURITY_VIOLATION or EFI_ACCESS_DENIED for a file that must not start. */
  verify(file: ImageFile): void;
}

interface Image {
  readonly loaded: LoadedImage;
  readonly entry: EntryPoint;
  /** Gives its memory back. */
  readonly free: () => void;
  isStarted: boolean;
}

/** The memory of a LoadedImage structure, 64-bit. */
const LOADED_IMAGE_SIZE = 96;

/** Thrown by Exit, caught by the StartImage of that image. No `Error`: nothing failed. */
class ImageExit {
  readonly image: Handle;
  readonly status: bigint;
  constructor(image: Handle, status: bigint) {
    this.image = image;
    this.status = status;
  }
}

/** The images of one power-on. */
export class ImageServices {
  readonly #parts: ImageServicesParts;
  readonly #images = new Map<Handle, Image>();
  #lastStatus: bigint | undefined;

  constructor(parts: ImageServicesParts) {
    this.#parts = parts;
  }

  /** How many images are loaded. */
  get count(): number {
    return this.#images.size;
  }

  /** How the last image that came from a file ended, or why it could not be loaded. */
  get lastStatus(): bigint | undefined {
    return this.#lastStatus;
  }

  /** EFI_NOT_FOUND, EFI_UNSUPPORTED (no image format), EFI_LOAD_ERROR (broken image), EFI_OUT_OF_RESOURCES, or what verification says. */
  loadImage(parent: Handle | undefined, path: DevicePath): Handle {
    const built = this.#parts.built.get(path.text);
    if (built) return this.#add({ parentHandle: parent, deviceHandle: undefined, filePath: path, loadOptions: '', imageSize: 0 }, { entry: built, dataSize: 0 });
    try {
      return this.#loadFile(parent, path);
    } catch (error) {
      if (error instanceof EfiError) this.#lastStatus = error.status;
      throw error;
    }
  }

  #loadFile(parent: Handle | undefined, path: DevicePath): Handle {
    const file = readImageFile(this.#parts.handles, path);
    this.#parts.verify(file);
    for (const format of this.#parts.formats) {
      const executable = format.load(file.bytes);
      if (!executable) continue;
      return this.#add({ parentHandle: parent, deviceHandle: file.device, filePath: file.filePath, loadOptions: '', imageSize: file.bytes.length }, executable);
    }
    throw new EfiError('UNSUPPORTED', `${path.text} has no image format that this firmware knows`);
  }

  /** Runs a loaded image and unloads it. Answers the status that it returned or gave to Exit. */
  startImage(handle: Handle): bigint {
    const image = this.#image(handle);
    if (image.isStarted) throw new EfiError('INVALID_PARAMETER', `image ${handle.number} was started already`);
    image.isStarted = true;
    try {
      const status = this.#run(handle, image);
      if (!this.#parts.built.has(image.loaded.filePath.text)) this.#lastStatus = status;
      return status;
    } finally {
      this.#remove(handle, image);
    }
  }

  /** Ends a running image. Does not return. */
  exit(handle: Handle, status: bigint): never {
    if (!this.#image(handle).isStarted) throw new EfiError('INVALID_PARAMETER', `image ${handle.number} is not running`);
    throw new ImageExit(handle, status);
  }

  /** Unloads an image that was not started. A running one ends through Exit. */
  unloadImage(handle: Handle): bigint {
    const image = this.#image(handle);
    if (image.isStarted) throw new EfiError('UNSUPPORTED', `image ${handle.number} is running and can not be unloaded`);
    this.#remove(handle, image);
    return EfiStatus.SUCCESS;
  }

  /** EFI_INVALID_PARAMETER when the handle is no loaded image. */
  expect(handle: Handle): void {
    this.#image(handle);
  }

  #run(handle: Handle, image: Image): bigint {
    try {
      return image.entry(handle);
    } catch (error) {
      if (error instanceof ImageExit && error.image === handle) return error.status;
      throw error;
    }
  }

  #image(handle: Handle): Image {
    const image = this.#images.get(handle);
    if (!image) throw new EfiError('INVALID_PARAMETER', `handle ${handle.number} is no image`);
    return image;
  }

  #add(loaded: LoadedImage, { entry, dataSize }: Executable): Handle {
    const free = this.#allocate(loaded.imageSize, dataSize);
    const handle = this.#parts.handles.install(undefined, LOADED_IMAGE_PROTOCOL, loaded);
    this.#images.set(handle, { loaded, entry, free, isStarted: false });
    return handle;
  }

  /** The image's code, its data and its LoadedImage: all of it, or EFI_OUT_OF_RESOURCES and nothing. */
  #allocate(imageSize: number, dataSize: number): () => void {
    const { memory, pool } = this.#parts;
    const given: (() => void)[] = [];
    const free = (): void => given.splice(0).forEach((giveBack) => giveBack());
    const pages = (type: 'loaderCode' | 'loaderData', size: number): void => {
      const count = Math.ceil(size / PAGE_SIZE);
      if (count === 0) return;
      const address = memory.allocate('any', type, count);
      given.push(() => memory.free(address, count));
    };
    try {
      pages('loaderCode', imageSize);
      pages('loaderData', dataSize);
      const structure = pool.allocate('bootServicesData', LOADED_IMAGE_SIZE);
      given.push(() => pool.free(structure));
      return free;
    } catch (error) {
      free();
      throw error;
    }
  }

  #remove(handle: Handle, image: Image): void {
    this.#parts.handles.closeAllOf(handle);
    this.#parts.handles.uninstall(handle, LOADED_IMAGE_PROTOCOL, image.loaded);
    this.#images.delete(handle);
    image.free();
  }
}
