// EFI_FILE_PROTOCOL for a file or directory of a FAT volume.
import { Attribute, type EntryRecord } from '../../fat/directory-entry.ts';
import type { FatNode } from '../../fat/node.ts';
import { FileAttribute, type FileChange, type FileInfo, type FileMode, type FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError } from '../status.ts';
import { efiTime } from '../time.ts';
import { fatAsEfiError } from './fat-failure.ts';
import type { FatVolume } from './fat-volume.ts';
import { volumePath } from './volume-path.ts';

/** The attributes that EFI_FILE_INFO shows. */
const SHOWN = FileAttribute.readOnly | FileAttribute.hidden | FileAttribute.system | FileAttribute.directory | FileAttribute.archive;
/** FAT has no date for its root directory: its first possible one. */
const ROOT: EntryRecord = { attributes: Attribute.directory, cluster: 0, size: 0, modified: Date.UTC(1980, 0, 1) };

/** An open file or directory. */
export class OpenFatFile implements FileProtocol {
  readonly #volume: FatVolume;
  readonly #node: FatNode;
  readonly #mode: FileMode;
  #position = 0;
  #entries: FileInfo[] | undefined;
  #isClosed = false;

  /** Takes over the use of the node. */
  constructor(volume: FatVolume, node: FatNode, mode: FileMode) {
    this.#volume = volume;
    this.#node = node;
    this.#mode = mode;
    if (mode !== 'read' && !node.isDirectory && this.#isReadOnly) throw new EfiError('ACCESS_DENIED', `${this.#name} is read-only`);
  }

  open(path: string, mode: FileMode, options: { readonly directory?: boolean } = {}): FileProtocol {
    this.#expectOpen();
    const directory = this.#node.isDirectory ? namesOf(this.#node) : namesOf(this.#node).slice(0, -1);
    return this.#volume.open(volumePath(directory, path), mode, options.directory === true);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#entries = undefined;
    this.#volume.closed(this, this.#node);
  }

  delete(): void {
    this.#expectOpen();
    try {
      if (!this.#node.entry) throw new EfiError('ACCESS_DENIED', 'the root directory can not be deleted');
      if (this.#isReadOnly) throw new EfiError('ACCESS_DENIED', `${this.#name} is read-only`);
      fatAsEfiError(() => this.#volume.system.remove(this.#node));
    } finally {
      this.close();
    }
  }

  read(into: Uint8Array): number {
    this.#expectFile();
    const count = fatAsEfiError(() => this.#node.read(this.#position, into));
    this.#position += count;
    return count;
  }

  readEntry(): FileInfo | undefined {
    this.#expectOpen();
    if (!this.#node.isDirectory) throw new EfiError('UNSUPPORTED', `${this.#name} is no directory`);
    this.#entries ??= this.#list();
    return this.#entries.shift();
  }

  write(from: Uint8Array): void {
    this.#expectWritable();
    fatAsEfiError(() => this.#node.write(this.#position, from));
    this.#position += from.length;
  }

  getPosition(): number {
    this.#expectFile();
    return this.#position;
  }

  setPosition(position: number): void {
    this.#expectOpen();
    if (this.#node.isDirectory && position !== 0) throw new EfiError('UNSUPPORTED', 'the position of a directory can only become 0');
    this.#position = position;
    this.#entries = undefined;
  }

  getInfo(): FileInfo {
    this.#expectOpen();
    return fileInfo(this.#node.entry?.name ?? '', this.#node.entry ?? ROOT);
  }

  setInfo(change: FileChange): void {
    this.#expectOpen();
    const { fileName, fileSize } = change;
    if (fileName !== undefined) this.#rename(fileName);
    if (fileSize === undefined) return;
    if (this.#node.isDirectory) throw new EfiError('ACCESS_DENIED', 'a directory has no size');
    this.#expectWritable();
    fatAsEfiError(() => this.#node.resize(fileSize));
  }

  flush(): void {
    if (!this.#node.isDirectory) this.#expectWritable();
    this.#expectOpen();
    fatAsEfiError(() => this.#volume.system.sync());
  }

  get #name(): string {
    return `\\${namesOf(this.#node).join('\\')}`;
  }

  get #isReadOnly(): boolean {
    return ((this.#node.entry?.attributes ?? 0) & Attribute.readOnly) !== 0;
  }

  #rename(fileName: string): void {
    if (!this.#node.entry) throw new EfiError('ACCESS_DENIED', 'the root directory can not be renamed');
    const names = volumePath(namesOf(this.#node).slice(0, -1), fileName);
    if (names.length === 0) throw new EfiError('ACCESS_DENIED', '\\ is there already');
    fatAsEfiError(() => this.#volume.system.rename(this.#node, names));
  }

  #list(): FileInfo[] {
    const { entries } = fatAsEfiError(() => this.#node.directory.read());
    const own = this.#node.entry && fileInfo('.', this.#node.entry);
    const dots = own ? [own, { ...own, fileName: '..' }] : [];
    return [...dots, ...entries.map((entry) => fileInfo(entry.name, entry))];
  }

  #expectOpen(): void {
    if (this.#isClosed) throw new EfiError('INVALID_PARAMETER', `${this.#name} was closed`);
  }

  #expectFile(): void {
    this.#expectOpen();
    if (this.#node.isDirectory) throw new EfiError('UNSUPPORTED', `${this.#name} is a directory: its entries are read with readEntry`);
  }

  #expectWritable(): void {
    this.#expectFile();
    if (this.#mode === 'read') throw new EfiError('ACCESS_DENIED', `${this.#name} was opened for reading`);
  }
}

/** The names from the root. */
function namesOf(node: FatNode): string[] {
  return node.parent && node.entry ? [...namesOf(node.parent), node.entry.name] : [];
}

function fileInfo(fileName: string, { attributes, size, modified }: EntryRecord): FileInfo {
  return { fileName, fileSize: size, modificationTime: efiTime(BigInt(modified) * 1_000_000n), attribute: attributes & SHOWN };
}
