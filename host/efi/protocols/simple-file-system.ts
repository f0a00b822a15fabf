// EFI_SIMPLE_FILE_SYSTEM_PROTOCOL and EFI_FILE_PROTOCOL (UEFI 2.10, sections 13.4 and 13.5). Failures are thrown as
// `EfiError` with the status that the specification gives them.
import type { EfiTime } from '../time.ts';

/** EFI_FILE_* attribute bits. */
export const FileAttribute = { readOnly: 0x01, hidden: 0x02, system: 0x04, directory: 0x10, archive: 0x20 } as const;

/** EFI_FILE_INFO. */
export interface FileInfo {
  /** The name alone, without directories. */
  readonly fileName: string;
  /** 0 for a directory. */
  readonly fileSize: number;
  readonly modificationTime: EfiTime;
  readonly attribute: number;
}

/** What SetInfo can change here. */
export interface FileChange {
  /** Cuts the file or lengthens it with zeros. */
  readonly fileSize?: number;
  /** Renames; with a leading `\` from the volume's root, so that it moves to another directory too. */
  readonly fileName?: string;
}

/** EFI_FILE_MODE_*: create includes read and write, and opens what is there already. */
export type FileMode = 'read' | 'read-write' | 'create';

/** An open file or directory. */
export interface FileProtocol {
  /** Opens a path relative to this directory, or from the root with a leading `\`. `directory` matters on creation only. */
  open(path: string, mode: FileMode, options?: { readonly directory?: boolean }): FileProtocol;
  close(): void;
  /** Deletes the file and closes it. A directory has to be empty. */
  delete(): void;
  /** Reads from the present position. Answers the bytes read; 0 at the end of the file. */
  read(into: Uint8Array): number;
  /** The next entry of a directory, `.` and `..` included except in the root; undefined after the last one. */
  readEntry(): FileInfo | undefined;
  /** Writes all of it at the present position. */
  write(from: Uint8Array): void;
  getPosition(): number;
  /** For a directory only 0: begins its entries anew. */
  setPosition(position: number): void;
  getInfo(): FileInfo;
  setInfo(change: FileChange): void;
  /** Returns when what was written is on the medium. */
  flush(): void;
}

/** A volume. */
export interface SimpleFileSystem {
  /** The root directory, open for reading. */
  openVolume(): FileProtocol;
}

/** Whether a file is a directory. */
export const isDirectory = (info: FileInfo): boolean => (info.attribute & FileAttribute.directory) !== 0;

/** The largest file that is read at once: scripts, images and what `type` shows. Firmware images are read in pieces. */
const MAXIMUM_WHOLE = 64 * 1024 * 1024;

/** All bytes of a file, from its beginning; undefined when it is larger than anything that is read at once. */
export function readWhole(file: FileProtocol): Uint8Array | undefined {
  const { fileSize } = file.getInfo();
  if (fileSize > MAXIMUM_WHOLE) return undefined;
  const bytes = new Uint8Array(fileSize);
  file.setPosition(0);
  let size = 0;
  while (size < bytes.length) {
    const count = file.read(bytes.subarray(size));
    if (count === 0) break;
    size += count;
  }
  return bytes.subarray(0, size);
}
