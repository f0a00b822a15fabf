// One file or directory that is in use. Whoever uses the same one shares the same node, so that nobody sees an old state.
import { ClusterChain, FixedArea } from './cluster-chain.ts';
import { Attribute, type DirectoryEntry } from './directory-entry.ts';
import { Directory } from './directory.ts';
import { corrupt, FatError } from './fat-error.ts';
import type { Medium } from './medium.ts';

/** The largest file that FAT can have. */
export const MAXIMUM_FILE = 0xffffffff;
const ZEROS = new Uint8Array(64 * 1024);

/** A file or directory. Made by the file system, which counts its users. */
export class FatNode {
  readonly #medium: Medium;
  readonly #chain: ClusterChain | undefined;
  readonly #directory: Directory | undefined;
  /** Undefined for the root. */
  parent: FatNode | undefined;
  /** Undefined for the root. */
  entry: DirectoryEntry | undefined;
  users = 0;
  /** It was deleted while it was in use. */
  isGone = false;
  #isChanged = false;

  constructor(medium: Medium, parent?: FatNode, entry?: DirectoryEntry) {
    this.#medium = medium;
    this.parent = parent;
    this.entry = entry;
    const { width, rootCluster, clusterSize } = medium.geometry;
    const what = entry ? `"${entry.name}"` : 'the root directory';
    const isDirectory = !entry || (entry.attributes & Attribute.directory) !== 0;
    if (isDirectory && entry) this.#expectNoCircle(entry);
    const hasArea = !entry && width !== 32;
    const needed = isDirectory ? 1 : Math.ceil(entry.size / clusterSize);
    this.#chain = hasArea ? undefined : new ClusterChain(medium, entry ? entry.cluster : rootCluster, needed, what);
    this.#directory = isDirectory ? new Directory(medium, this.#chain ?? new FixedArea(medium)) : undefined;
  }

  get isDirectory(): boolean {
    return this.#directory !== undefined;
  }

  get size(): number {
    return this.entry?.size ?? 0;
  }

  /** The first cluster, 0 where there is none: an empty file, and the root directory as `..` names it. */
  get cluster(): number {
    return this.entry ? this.#chain?.first ?? 0 : 0;
  }

  /** Its entries. `not-directory` for a file. */
  get directory(): Directory {
    this.#expectThere();
    if (!this.#directory) throw new FatError('not-directory', `"${this.entry?.name}" is no directory`);
    return this.#directory;
  }

  /** Reads from a position. Answers how many bytes there were. */
  read(at: number, into: Uint8Array): number {
    const chain = this.#fileChain();
    const count = Math.max(0, Math.min(into.length, this.size - at));
    if (count > 0) chain.read(at, into.subarray(0, count));
    return count;
  }

  /** Writes all of it or fails. A gap behind the old end becomes zeros. Nobody finds it on the medium before `sync`. */
  write(at: number, from: Uint8Array): void {
    if (from.length === 0) return;
    this.#lengthen(at + from.length, at);
    this.#fileChain().write(at, from);
    this.#change({ size: Math.max(this.size, at + from.length) });
  }

  /** Cuts it or lengthens it with zeros. What is cut leaves the entry before its clusters are free for others. */
  resize(size: number): void {
    const chain = this.#fileChain();
    if (size > this.size) {
      this.#lengthen(size, size);
      return this.#change({ size });
    }
    if (size === this.size && chain.capacity === 0) return;
    this.#medium.beforeChange();
    this.#change({ size });
    if (this.entry && this.parent) {
      this.#medium.table.flush();
      this.entry = this.parent.directory.update(this.entry, { ...this.entry, cluster: size === 0 ? 0 : chain.first });
    }
    chain.shrink(size);
    this.#medium.table.flush();
    this.#isChanged = false;
  }

  /** Brings the allocation table, then the entry to the medium. */
  sync(): void {
    if (!this.#isChanged || this.isGone || !this.entry || !this.parent) return;
    this.#medium.table.flush();
    this.entry = this.parent.directory.update(this.entry, { ...this.entry, cluster: this.cluster });
    this.#isChanged = false;
  }

  /** Gives its clusters back. Its entry must be removed before. */
  freeClusters(): void {
    this.isGone = true;
    if (this.cluster !== 0) this.#medium.table.free(this.cluster);
    this.#medium.table.flush();
  }

  #lengthen(size: number, zerosUpTo: number): void {
    const chain = this.#fileChain();
    if (size > MAXIMUM_FILE) throw new FatError('too-large', `"${this.entry?.name}" would have ${size} bytes, at most ${MAXIMUM_FILE} are possible on FAT`);
    this.#medium.beforeChange();
    chain.grow(size);
    for (let at = this.size; at < zerosUpTo; at += ZEROS.length) chain.write(at, ZEROS.subarray(0, Math.min(ZEROS.length, zerosUpTo - at)));
  }

  #change(change: { readonly size: number }): void {
    if (!this.entry) return;
    this.entry = { ...this.entry, ...change, modified: this.#medium.now(), attributes: this.entry.attributes | Attribute.archive };
    this.#isChanged = true;
  }

  #fileChain(): ClusterChain {
    this.#expectThere();
    if (!this.#chain || this.#directory) throw new FatError('is-directory', `"${this.entry?.name ?? ''}" is a directory`);
    return this.#chain;
  }

  #expectThere(): void {
    if (this.isGone) throw new FatError('not-found', `"${this.entry?.name}" was deleted`);
  }

  /** A directory that lies in itself would be walked for ever. */
  #expectNoCircle(entry: DirectoryEntry): void {
    const { rootCluster } = this.#medium.geometry;
    for (let above = this.parent; above; above = above.parent) {
      if (entry.cluster === (above.entry ? above.cluster : rootCluster)) throw corrupt(`the directory "${entry.name}" lies in itself`);
    }
  }
}
