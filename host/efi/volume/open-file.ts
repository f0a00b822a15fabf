// What the open files and the open directories of a directory volume have in common.
import { renameSync, rmdirSync, unlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { asEfiError } from './host-failure.ts';
import { FileAttribute, type FileChange, type FileInfo, type FileMode, type FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import { efiTime } from '../time.ts';
import type { DirectoryVolume } from './volume-directory.ts';
import { volumePath } from './volume-path.ts';

const OWNER_WRITE = 0o200;

/** What directories and files have in common. */
export abstract class OpenFile {
  protected readonly volume: DirectoryVolume;
  protected names: readonly string[];
  #isClosed = false;

  constructor(volume: DirectoryVolume, names: readonly string[]) {
    this.volume = volume;
    this.names = names;
  }

  open(path: string, mode: FileMode, options: { readonly directory?: boolean } = {}): FileProtocol {
    this.expectOpen();
    return this.volume.open(volumePath(this.directory(), path), mode, options.directory === true);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.volume.closed(this);
    this.release();
  }

  delete(): void {
    this.expectOpen();
    const { hostPath, stats } = this.volume.find(this.names);
    this.close();
    if (this.names.length === 0) throw new EfiError('ACCESS_DENIED', 'the root directory can not be deleted');
    if (stats && isReadOnly(stats)) throw new EfiError('ACCESS_DENIED', `\\${this.names.join('\\')} is read-only`);
    asEfiError(hostPath, () => (stats?.isDirectory() ? rmdirSync(hostPath) : unlinkSync(hostPath)));
  }

  getInfo(): FileInfo {
    this.expectOpen();
    return fileInfo(this.names.at(-1) ?? '', this.stats());
  }

  setInfo(change: FileChange): void {
    this.expectOpen();
    if (change.fileName !== undefined) this.#rename(change.fileName);
    if (change.fileSize !== undefined) this.resize(change.fileSize);
  }

  protected abstract stats(): Stats;
  protected abstract resize(size: number): void;
  protected abstract release(): void;
  /** Where a relative path starts. */
  protected abstract directory(): readonly string[];

  protected expectOpen(): void {
    if (this.#isClosed) throw new EfiError('INVALID_PARAMETER', `\\${this.names.join('\\')} was closed`);
  }

  /** A name that differs from the present one in case only is the same file. */
  #rename(fileName: string): void {
    const wanted = volumePath(this.names.slice(0, -1), fileName);
    const from = this.volume.find(this.names);
    const to = this.volume.find(wanted);
    const isSame = to.hostPath === from.hostPath;
    if (this.names.length === 0 || (to.stats && !isSame)) throw new EfiError('ACCESS_DENIED', `\\${to.names.join('\\')} is there already`);
    const name = wanted.at(-1) as string;
    const hostPath = isSame ? join(dirname(from.hostPath), name) : to.hostPath;
    asEfiError(from.hostPath, () => renameSync(from.hostPath, hostPath));
    this.names = [...to.names.slice(0, -1), name];
  }
}

/** Whether its owner may not write it. */
export const isReadOnly = (stats: Stats): boolean => (stats.mode & OWNER_WRITE) === 0;

/** EFI_FILE_INFO of what the host has. */
export function fileInfo(fileName: string, stats: Stats): FileInfo {
  const isDirectory = stats.isDirectory();
  return {
    fileName,
    fileSize: isDirectory ? 0 : stats.size,
    modificationTime: efiTime(BigInt(Math.trunc(stats.mtimeMs)) * 1_000_000n),
    attribute: (isDirectory ? FileAttribute.directory : FileAttribute.archive) | (isReadOnly(stats) ? FileAttribute.readOnly : 0),
  };
}
