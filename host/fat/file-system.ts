// A mounted FAT file system: from paths to files, and what changes the tree. Order of writes, for a cut at any moment: data,
// then allocation table, then entry when something grows; entry, then allocation table when something goes. What a cut
// leaves is clusters that belong to nobody; no file that was there loses anything.
import { AllocationTable } from './allocation-table.ts';
import type { BlockDevice } from './block-device.ts';
import { readBootSector, type Geometry } from './boot-sector.ts';
import { Attribute, encodeEntry, type DirectoryEntry } from './directory-entry.ts';
import { FatError } from './fat-error.ts';
import { validName } from './long-name.ts';
import type { Medium } from './medium.ts';
import { FatNode } from './node.ts';
import { MountState, nextFreeHint, writeInfo } from './mount-state.ts';

export interface FatOptions {
  /** Milliseconds since 1970, for dates of files. */
  readonly now: () => number;
}

/** A mounted file system. */
export class FatFileSystem {
  readonly geometry: Geometry;
  readonly root: FatNode;
  readonly #medium: Medium;
  readonly #state: MountState;
  readonly #nodes = new Map<string, FatNode>();

  /** Mounts what a device holds. Nothing is written before something changes. */
  constructor(device: BlockDevice, { now }: FatOptions) {
    this.geometry = readBootSector(device);
    this.#state = new MountState(device, this.geometry);
    const table = new AllocationTable(device, this.geometry, nextFreeHint(device, this.geometry));
    this.#medium = { device, geometry: this.geometry, table, now, beforeChange: () => this.#state.mark() };
    this.root = new FatNode(this.#medium);
  }

  /** Whether whoever wrote to it last closed it. */
  get wasClean(): boolean {
    return this.#state.wasClean;
  }

  get isReadOnly(): boolean {
    return this.#medium.device.isReadOnly;
  }

  /** The label in the root directory, else the one in the boot sector. */
  get label(): string {
    return this.root.directory.read().label ?? this.geometry.label;
  }

  get freeBytes(): number {
    return this.#medium.table.freeCount * this.geometry.clusterSize;
  }

  /** How many files and directories are in use, the root not counted. */
  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** What the names lead to, or undefined; the caller gives it back with `release`. `not-found` when a directory on the way is missing. */
  open(names: readonly string[]): FatNode | undefined {
    let node = this.root;
    node.users++;
    try {
      for (const [index, name] of names.entries()) {
        const entry = node.directory.find(name);
        if (!entry && index < names.length - 1) throw new FatError('not-found', `\\${names.slice(0, index + 1).join('\\')} is not there`);
        const child = entry && (this.#nodes.get(keyOf(node, entry)) ?? this.#remember(node, entry));
        if (child) child.users++;
        this.release(node);
        if (!child) return undefined;
        node = child;
      }
      return node;
    } catch (error) {
      this.release(node);
      throw error;
    }
  }

  /** Makes an empty file or directory; the caller gives it back with `release`. */
  create(names: readonly string[], isDirectory: boolean): FatNode {
    return this.#inParent(names, (parent, name) => {
      if (parent.directory.find(name)) throw new FatError('exists', `\\${names.join('\\')} is there already`);
      this.#state.mark();
      const record = { attributes: isDirectory ? Attribute.directory : Attribute.archive, size: 0, modified: this.#medium.now() };
      const cluster = isDirectory ? this.#makeCluster(parent, record) : 0;
      try {
        const node = this.#remember(parent, parent.directory.add(name, { ...record, cluster }));
        node.users++;
        return node;
      } catch (error) {
        if (cluster !== 0) this.#medium.table.free(cluster);
        throw error;
      }
    });
  }

  /** Deletes a file or an empty directory. Whoever still uses it gets `not-found`. */
  remove(node: FatNode): void {
    const { parent, entry } = node;
    if (!parent || !entry) throw new FatError('invalid-name', 'the root directory can not be deleted');
    if (node.isDirectory && node.directory.read().entries.length > 0) throw new FatError('not-empty', `the directory "${entry.name}" is not empty`);
    this.#state.mark();
    parent.directory.remove(entry);
    this.#nodes.delete(keyOf(parent, entry));
    node.freeClusters();
  }

  /** Gives it another name, in another directory too. */
  rename(node: FatNode, names: readonly string[]): void {
    const { parent, entry } = node;
    if (!parent || !entry) throw new FatError('invalid-name', 'the root directory can not be renamed');
    this.#inParent(names, (target, name) => {
      for (let above: FatNode | undefined = target; above; above = above.parent) if (above === node) throw new FatError('invalid-name', `"${entry.name}" can not be moved into itself`);
      const present = target.directory.find(name);
      if (present && (target !== parent || present.slot !== entry.slot)) throw new FatError('exists', `\\${names.join('\\')} is there already`);
      this.#state.mark();
      node.sync();
      const before = node.entry as DirectoryEntry;
      node.entry = target === parent ? parent.directory.rename(before, name) : this.#move(node, before, parent, target, name);
      this.#nodes.delete(keyOf(parent, before));
      this.#nodes.set(keyOf(target, node.entry), node);
    });
  }

  /** Ends the use of a node: after the last one its entry is on the medium. */
  release(node: FatNode): void {
    if (--node.users > 0 || !node.parent || !node.entry) return;
    try {
      node.sync();
    } finally {
      if (!node.isGone) this.#nodes.delete(keyOf(node.parent, node.entry));
      this.release(node.parent);
    }
  }

  /** Brings everything to the medium. */
  sync(): void {
    for (const node of this.#nodes.values()) node.sync();
    this.#medium.table.flush();
    if (this.#state.isMarked) writeInfo(this.#medium);
    this.#medium.device.flush();
  }

  /** Brings everything to the medium and takes the mark "in use" off, unless someone before left it there. */
  close(): void {
    this.sync();
    if (!this.#state.isMarked) return;
    this.#state.unmark();
    this.#medium.device.flush();
  }

  /** The new entry first, then `..`, then the old entry goes: a cut leaves two names, and never none. */
  #move(node: FatNode, entry: DirectoryEntry, from: FatNode, target: FatNode, name: string): DirectoryEntry {
    const added = target.directory.add(name, entry);
    if (node.isDirectory) node.directory.setParent(target.cluster);
    from.directory.remove(entry);
    target.users++;
    node.parent = target;
    this.release(from);
    return added;
  }

  /** The cluster of a new directory with its two dot entries, linked and on the medium. */
  #makeCluster(parent: FatNode, record: { readonly attributes: number; readonly size: number; readonly modified: number }): number {
    const { device, geometry, table } = this.#medium;
    const [cluster = 0] = table.allocate(1);
    const bytes = Buffer.alloc(geometry.clusterSize);
    encodeEntry(Buffer.from('.          '), { ...record, cluster }).copy(bytes, 0);
    encodeEntry(Buffer.from('..         '), { ...record, cluster: parent.cluster }).copy(bytes, 32);
    device.write(geometry.dataStart + (cluster - 2) * geometry.clusterSize, bytes);
    table.flush();
    return cluster;
  }

  #inParent<T>(names: readonly string[], action: (parent: FatNode, name: string) => T): T {
    const name = validName(names.at(-1) ?? '');
    if (name === undefined) throw new FatError('invalid-name', `${JSON.stringify(names.at(-1) ?? '')} is no name of a file`);
    const parent = this.open(names.slice(0, -1));
    if (!parent) throw new FatError('not-found', `\\${names.slice(0, -1).join('\\')} is not there`);
    try {
      return action(parent, name);
    } finally {
      this.release(parent);
    }
  }

  #remember(parent: FatNode, entry: DirectoryEntry): FatNode {
    const node = new FatNode(this.#medium, parent, entry);
    this.#nodes.set(keyOf(parent, entry), node);
    parent.users++;
    return node;
  }
}

/** A node's place: the directory's first cluster and the slot of its entry. */
const keyOf = (parent: FatNode, { slot }: DirectoryEntry): string => `${parent.cluster}:${slot}`;
