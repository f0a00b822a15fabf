// The image services (UEFI 2.10, section 7.4): LoadImage, StartImage, Exit, UnloadImage. Which format an image has is
// the business of the formats given to it.
import { DevicePath } from './device-path.ts';
import { DEVICE_PATH_PROTOCOL, LOADED_IMAGE_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL } from './guid.ts';
import type { Handle, HandleDatabase } from './handle-database.ts';
import type { LoadedImage } from './protocols/loaded-image.ts';
import { isDirectory, readWhole } from './protocols/simple-file-system.ts';
import { EfiError, EfiStatus } from './status.ts';

/** Runs an image. Answers the status that it returns. */
export type EntryPoint = (image: Handle) => bigint;

/** A kind of file that can be an image. */
export interface ImageFormat {
  /** Undefined when the bytes are of another format; EFI_LOAD_ERROR when they are of this one and broken. */
  load(bytes: Uint8Array): EntryPoint | undefined;
}

interface Image {
  readonly loaded: LoadedImage;
  readonly entry: EntryPoint;
  isStarted: boolean;
}

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
  readonly #handles: HandleDatabase;
  readonly #formats: readonly ImageFormat[];
  readonly #built: Map<string, EntryPoint>;
  readonly #images = new Map<Handle, Image>();
  #lastStatus: bigint | undefined;

  /** `built`: images in the firmware itself, by the text of their device path. */
  constructor(handles: HandleDatabase, formats: readonly ImageFormat[], built: Map<string, EntryPoint>) {
    this.#handles = handles;
    this.#formats = formats;
    this.#built = built;
  }

  /** How many images are loaded. */
  get count(): number {
    return this.#images.size;
  }

  /** How the last image that came from a file ended, or why it could not be loaded. */
  get lastStatus(): bigint | undefined {
    return this.#lastStatus;
  }

  /** EFI_NOT_FOUND, EFI_UNSUPPORTED (no image format), EFI_LOAD_ERROR (broken image). */
  loadImage(parent: Handle | undefined, path: DevicePath): Handle {
    const built = this.#built.get(path.text);
    if (built) return this.#add(parent, undefined, path, built, 0);
    try {
      return this.#loadFile(parent, path);
    } catch (error) {
      if (error instanceof EfiError) this.#lastStatus = error.status;
      throw error;
    }
  }

  #loadFile(parent: Handle | undefined, path: DevicePath): Handle {
    const { device, filePath, bytes } = this.#read(path);
    for (const format of this.#formats) {
      const entry = format.load(bytes);
      if (entry) return this.#add(parent, device, filePath, entry, bytes.length);
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
      if (!this.#isBuilt(image)) this.#lastStatus = status;
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

  #run(handle: Handle, image: Image): bigint {
    try {
      return image.entry(handle);
    } catch (error) {
      if (error instanceof ImageExit && error.image === handle) return error.status;
      throw error;
    }
  }

  #isBuilt(image: Image): boolean {
    return this.#built.has(image.loaded.filePath.text);
  }

  #image(handle: Handle): Image {
    const image = this.#images.get(handle);
    if (!image) throw new EfiError('INVALID_PARAMETER', `handle ${handle.number} is no image`);
    return image;
  }

  #add(parent: Handle | undefined, deviceHandle: Handle | undefined, filePath: DevicePath, entry: EntryPoint, imageSize: number): Handle {
    const loaded: LoadedImage = { parentHandle: parent, deviceHandle, filePath, loadOptions: '', imageSize };
    const handle = this.#handles.install(undefined, LOADED_IMAGE_PROTOCOL, loaded);
    this.#images.set(handle, { loaded, entry, isStarted: false });
    return handle;
  }

  #remove(handle: Handle, image: Image): void {
    this.#handles.closeAllOf(handle);
    this.#handles.uninstall(handle, LOADED_IMAGE_PROTOCOL, image.loaded);
    this.#images.delete(handle);
  }

  #read(path: DevicePath): { device: Handle; filePath: DevicePath; bytes: Uint8Array } {
    const { device, rest } = this.#locate(path);
    const name = rest.filePath;
    if (name === undefined) throw new EfiError('NOT_FOUND', `${path.text} names no file`);
    const root = this.#handles.get(device, SIMPLE_FILE_SYSTEM_PROTOCOL)?.openVolume();
    try {
      const file = root?.open(name, 'read');
      try {
        const bytes = file && !isDirectory(file.getInfo()) ? readWhole(file) : undefined;
        if (!bytes) throw new EfiError('UNSUPPORTED', `${path.text} is a directory or too large for an image`);
        return { device, filePath: rest, bytes };
      } finally {
        file?.close();
      }
    } finally {
      root?.close();
    }
  }

  /** LocateDevicePath for SimpleFileSystem: the volume that the path leads through. */
  #locate(path: DevicePath): { device: Handle; rest: DevicePath } {
    for (const device of this.#handles.locate(SIMPLE_FILE_SYSTEM_PROTOCOL)) {
      const own = this.#handles.get(device, DEVICE_PATH_PROTOCOL);
      const rest = own && path.after(own);
      if (rest) return { device, rest };
    }
    throw new EfiError('NOT_FOUND', `no volume lies on the way of ${path.text}`);
  }
}
