// The file allocation table: which cluster follows which. Read in pages as needed; changes are kept until `flush`, which
// writes every copy. Knows no files.
import { bytesAt, type BlockDevice } from './block-device.ts';
import type { Geometry } from './boot-sector.ts';
import { corrupt, FatError } from './fat-error.ts';

/** A multiple of every entry's size but FAT12's, whose whole table is smaller than a page. */
const PAGE = 64 * 1024;
/** Pages without changes that are kept: 16 MiB. */
const MAXIMUM_PAGES = 256;
const FREE = 0;
/** Masks of the value of an entry; FAT32 keeps the upper four bits as they are. */
const MASK = { 12: 0xfff, 16: 0xffff, 32: 0x0fffffff } as const;

/** What an entry says about what comes after its cluster. */
export type Link = number | 'free' | 'end' | 'bad' | 'invalid';

/** The table of one file system. */
export class AllocationTable {
  readonly #device: BlockDevice;
  readonly #geometry: Geometry;
  readonly #pages = new Map<number, Buffer>();
  readonly #changed = new Set<number>();
  #freeCount: number | undefined;
  /** Where the search for free clusters goes on. */
  nextFree: number;

  constructor(device: BlockDevice, geometry: Geometry, nextFree: number) {
    this.#device = device;
    this.#geometry = geometry;
    this.nextFree = this.isCluster(nextFree) ? nextFree : 2;
  }

  /** Whether a number names a cluster of this file system. */
  isCluster(cluster: number): boolean {
    return cluster >= 2 && cluster < this.#geometry.clusterCount + 2;
  }

  /** What comes after a cluster. */
  next(cluster: number): Link {
    const value = this.#get(cluster);
    const last = MASK[this.#geometry.width];
    if (value === FREE) return 'free';
    if (value >= last - 7) return 'end';
    if (value === last - 8) return 'bad';
    return this.isCluster(value) ? value : 'invalid';
  }

  /** Makes `to` come after `cluster`. */
  link(cluster: number, to: number | 'end'): void {
    this.#set(cluster, to === 'end' ? MASK[this.#geometry.width] : to);
  }

  /** Frees a chain from this cluster on. What is no chain ends it: a circle meets its own freed clusters. */
  free(first: number): void {
    const total = this.freeCount;
    let freed = 0;
    for (let cluster: Link = first; typeof cluster === 'number' && this.isCluster(cluster);) {
      const next = this.next(cluster);
      if (next === 'free') break;
      this.#set(cluster, FREE);
      freed++;
      cluster = next;
    }
    this.#freeCount = total + freed;
  }

  /** Takes so many clusters, linked into a chain, neighbours where possible; all of them or none. `full` when there are too few. */
  allocate(count: number): number[] {
    if (count > this.freeCount) {
      const { clusterSize } = this.#geometry;
      throw new FatError('full', `the volume is full: expected ${count * clusterSize} bytes free, got ${this.freeCount * clusterSize}`);
    }
    const taken: number[] = [];
    for (let looked = 0; looked < this.#geometry.clusterCount && taken.length < count; looked++) {
      if (this.#get(this.nextFree) === FREE) taken.push(this.nextFree);
      this.nextFree = this.isCluster(this.nextFree + 1) ? this.nextFree + 1 : 2;
    }
    if (taken.length < count) throw corrupt(`${count} free clusters were counted, ${taken.length} are there`);
    taken.forEach((cluster, index) => this.link(cluster, taken[index + 1] ?? 'end'));
    this.#freeCount = this.freeCount - count;
    return taken;
  }

  /** Counted, not believed: FSInfo is a hint only. */
  get freeCount(): number {
    if (this.#freeCount === undefined) {
      let count = 0;
      for (let cluster = 2; cluster < this.#geometry.clusterCount + 2; cluster++) if (this.#get(cluster) === FREE) count++;
      this.#freeCount = count;
    }
    return this.#freeCount;
  }

  /** Whether clusters were counted, and so may have changed. */
  get isCounted(): boolean {
    return this.#freeCount !== undefined;
  }

  /** Writes what changed into every copy, the first copy first: that is the one a repair believes. */
  flush(): void {
    const { tables } = this.#geometry;
    for (const start of tables) for (const index of this.#changed) this.#device.write(start + index * PAGE, this.#page(index));
    this.#changed.clear();
  }

  #page(index: number): Buffer {
    const present = this.#pages.get(index);
    if (present) return present;
    if (this.#pages.size >= MAXIMUM_PAGES) for (const other of this.#pages.keys()) if (!this.#changed.has(other)) this.#pages.delete(other);
    const size = Math.min(PAGE, this.#geometry.tableSize - index * PAGE);
    const page = bytesAt(this.#device, (this.#geometry.tables[0] as number) + index * PAGE, size);
    this.#pages.set(index, page);
    return page;
  }

  #get(cluster: number): number {
    const { width } = this.#geometry;
    const at = Math.floor((cluster * width) / 8);
    const page = this.#page(Math.floor(at / PAGE));
    if (width === 32) return page.readUInt32LE(at % PAGE) & MASK[32];
    const value = page.readUInt16LE(at % PAGE);
    return width === 16 ? value : cluster & 1 ? value >> 4 : value & 0xfff;
  }

  #set(cluster: number, value: number): void {
    const { width } = this.#geometry;
    const at = Math.floor((cluster * width) / 8);
    const index = Math.floor(at / PAGE);
    const page = this.#page(index);
    this.#changed.add(index);
    if (width === 32) {
      const kept = page.readUInt32LE(at % PAGE) & ~MASK[32];
      page.writeUInt32LE((kept | value) >>> 0, at % PAGE);
    } else if (width === 16) page.writeUInt16LE(value, at % PAGE);
    else {
      const both = page.readUInt16LE(at);
      page.writeUInt16LE(cluster & 1 ? (both & 0x000f) | (value << 4) : (both & 0xf000) | value, at);
    }
  }
}
