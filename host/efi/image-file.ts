// Where LoadImage finds an image: the volume on the way of its device path, and its bytes. Nothing stays open.
import type { DevicePath } from './device-path.ts';
import { SIMPLE_FILE_SYSTEM_PROTOCOL } from './guid.ts';
import type { Handle, HandleDatabase } from './handle-database.ts';
import { isDirectory, readWhole, type FileProtocol } from './protocols/simple-file-system.ts';
import { EfiError, EfiStatus } from './status.ts';

/** An image's file, read. */
export interface ImageFile {
  readonly device: Handle;
  /** From the volume's root. */
  readonly filePath: DevicePath;
  readonly bytes: Uint8Array;
  /** The file of that name with an ending added, in the same directory; undefined when there is none. */
  beside(ending: string): Uint8Array | undefined;
}

/** Reads an image's file. EFI_NOT_FOUND, or EFI_UNSUPPORTED for a directory and what is too large for an image. */
export function readImageFile(handles: HandleDatabase, path: DevicePath): ImageFile {
  const { handle: device, rest } = handles.locateDevicePath(SIMPLE_FILE_SYSTEM_PROTOCOL, path);
  const name = rest.filePath;
  if (name === undefined) throw new EfiError('NOT_FOUND', `${path.text} names no file`);
  const read = (file: string): Uint8Array => readFile(handles, device, file);
  return {
    device, filePath: rest, bytes: read(name),
    beside: (ending) => ifThere(() => read(`${name}${ending}`)),
  };
}

/** What an action answers; undefined when it ends with EFI_NOT_FOUND. */
export function ifThere<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof EfiError && error.status === EfiStatus.NOT_FOUND) return undefined;
    throw error;
  }
}

function readFile(handles: HandleDatabase, device: Handle, name: string): Uint8Array {
  const root = handles.get(device, SIMPLE_FILE_SYSTEM_PROTOCOL)?.openVolume();
  try {
    const bytes = root && readClosing(root.open(name, 'read'));
    if (!bytes) throw new EfiError('UNSUPPORTED', `${name} is a directory or too large for an image`);
    return bytes;
  } finally {
    root?.close();
  }
}

function readClosing(file: FileProtocol): Uint8Array | undefined {
  try {
    return isDirectory(file.getInfo()) ? undefined : readWhole(file);
  } finally {
    file.close();
  }
}
