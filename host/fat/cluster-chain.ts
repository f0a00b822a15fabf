// Where the bytes of one file or directory are: its clusters as runs of neighbours, so that a run is one access to the
// device however many clusters it has.
import { corrupt, FatError } from './fat-error.ts';
import type { Medium } from './medium.ts';

/** Bytes that files and directories are made of. */
export interface Storage {
  /** How many bytes there is room for. */
  readonly capacity: number;
  read(at: number, into: Uint8Array): void;
  write(at: number, from: Uint8Array): void;
  /** Makes room for at least so many bytes. What is new holds anything. The allocation table is not flushed. */
  grow(capacity: number): void;
}

interface Run {
  readonly first: number;
  /** Clusters of the chain before this run. */
  readonly index: number;
  count: number;
}

/** A chain of clusters. */
export class ClusterChain implements Storage {
  readonly #medium: Medium;
  #runs: Run[] = [];
  #length = 0;

  /** Follows the chain from `first` (0: there is none yet). `needed` clusters have to be there; what is wrong behind them is not followed. */
  constructor(medium: Medium, first: number, needed: number, what: string) {
    this.#medium = medium;
    const { table, geometry } = medium;
    let link: ReturnType<typeof table.next> = first === 0 ? 'end' : table.isCluster(first) ? first : 'invalid';
    while (typeof link === 'number' && this.#length <= geometry.clusterCount) {
      const next = table.next(link);
      if (next === 'free' || next === 'bad') {
        link = next;
        break;
      }
      this.#append(link);
      link = next;
    }
    if (this.#length < needed) throw corrupt(`${what} needs ${needed} clusters, its chain ends after ${this.#length} (${typeof link === 'number' ? 'too long' : link})`);
    // A cluster has one successor: a chain longer than all clusters is a circle.
    if (this.#length > geometry.clusterCount) throw corrupt(`the clusters of ${what} go in a circle`);
  }

  get first(): number {
    return this.#runs[0]?.first ?? 0;
  }

  get capacity(): number {
    return this.#length * this.#medium.geometry.clusterSize;
  }

  read(at: number, into: Uint8Array): void {
    this.#eachPiece(at, into, (position, piece) => this.#medium.device.read(position, piece));
  }

  write(at: number, from: Uint8Array): void {
    this.#eachPiece(at, from, (position, piece) => this.#medium.device.write(position, piece));
  }

  grow(capacity: number): void {
    const { geometry, table } = this.#medium;
    const count = Math.ceil(capacity / geometry.clusterSize) - this.#length;
    if (count <= 0) return;
    const taken = table.allocate(count);
    const run = this.#runs.at(-1);
    if (run) table.link(run.first + run.count - 1, taken[0] as number);
    for (const cluster of taken) this.#append(cluster);
  }

  /** Keeps clusters for `capacity` bytes and frees the others. The allocation table is not flushed. */
  shrink(capacity: number): void {
    const { geometry, table } = this.#medium;
    const kept = Math.ceil(capacity / geometry.clusterSize);
    if (kept >= this.#length) return;
    table.free(this.#clusterAt(kept));
    if (kept > 0) table.link(this.#clusterAt(kept - 1), 'end');
    this.#runs = this.#runs.filter(({ index }) => index < kept);
    const last = this.#runs.at(-1);
    if (last) last.count = kept - last.index;
    this.#length = kept;
  }

  #append(cluster: number): void {
    const last = this.#runs.at(-1);
    if (last && last.first + last.count === cluster) last.count++;
    else this.#runs.push({ first: cluster, index: this.#length, count: 1 });
    this.#length++;
  }

  #runOf(index: number): Run {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#runs[middle] as Run).index <= index) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low] as Run;
  }

  #clusterAt(index: number): number {
    const run = this.#runOf(index);
    return run.first + index - run.index;
  }

  #eachPiece(at: number, bytes: Uint8Array, access: (position: number, piece: Uint8Array) => void): void {
    const { clusterSize, dataStart } = this.#medium.geometry;
    if (at + bytes.length > this.capacity) throw new FatError('device', `access outside of a file: expected at most ${this.capacity} bytes, got ${bytes.length} at ${at}`);
    for (let done = 0; done < bytes.length;) {
      const run = this.#runOf(Math.floor((at + done) / clusterSize));
      const within = at + done - run.index * clusterSize;
      const size = Math.min(bytes.length - done, run.count * clusterSize - within);
      access(dataStart + (run.first - 2) * clusterSize + within, bytes.subarray(done, done + size));
      done += size;
    }
  }
}

/** The area of the root directory of FAT12 and FAT16, which can not grow. */
export class FixedArea implements Storage {
  readonly capacity: number;
  readonly #medium: Medium;

  constructor(medium: Medium) {
    this.#medium = medium;
    this.capacity = medium.geometry.rootSize;
  }

  read(at: number, into: Uint8Array): void {
    this.#medium.device.read(this.#medium.geometry.rootStart + at, into);
  }

  write(at: number, from: Uint8Array): void {
    this.#medium.device.write(this.#medium.geometry.rootStart + at, from);
  }

  grow(): never {
    throw new FatError('full', `the root directory is full: it has room for ${this.capacity / 32} entries`);
  }
}
