// What the medium says about the file system as a whole: the mark "in use" in the boot sector, which stays when nobody closes
// it, and the two hints of FSInfo.
import { bytesAt, type BlockDevice } from './block-device.ts';
import type { Geometry } from './boot-sector.ts';
import { FatError } from './fat-error.ts';
import type { Medium } from './medium.ts';

const DIRTY = 0x01;
const INFO_FREE_COUNT = 488;
const INFO_NEXT_FREE = 492;

/** The mark "in use" of one mount. */
export class MountState {
  /** Whether whoever wrote to it last closed it. */
  readonly wasClean: boolean;
  readonly #device: BlockDevice;
  readonly #at: number | undefined;
  #isMarked = false;

  constructor(device: BlockDevice, { stateAt }: Geometry) {
    this.#device = device;
    this.#at = stateAt;
    this.wasClean = (this.#read() & DIRTY) === 0;
  }

  /** Whether this mount has changed something since `unmark`. */
  get isMarked(): boolean {
    return this.#isMarked;
  }

  /** Before the first change. `read-only` when there can be none. */
  mark(): void {
    if (this.#device.isReadOnly) throw new FatError('read-only', 'the volume can only be read');
    if (this.#isMarked) return;
    this.#write(this.#read() | DIRTY);
    this.#isMarked = true;
  }

  /** At the end. A mark that someone before left stays: it is for a repair to take it off. */
  unmark(): void {
    if (this.wasClean) this.#write(this.#read() & ~DIRTY);
    this.#isMarked = false;
  }

  #read(): number {
    return this.#at === undefined ? 0 : bytesAt(this.#device, this.#at, 1).readUInt8(0);
  }

  #write(state: number): void {
    if (this.#at !== undefined) this.#device.write(this.#at, Uint8Array.of(state));
  }
}

/** Where FSInfo says that the search for free clusters should begin. */
export function nextFreeHint(device: BlockDevice, { infoStart }: Geometry): number {
  return infoStart === undefined ? 2 : bytesAt(device, infoStart + INFO_NEXT_FREE, 4).readUInt32LE(0);
}

/** Puts the free clusters as they are now into FSInfo. */
export function writeInfo({ device, geometry: { infoStart }, table }: Medium): void {
  if (infoStart === undefined || !table.isCounted) return;
  const numbers = Buffer.alloc(INFO_NEXT_FREE + 4 - INFO_FREE_COUNT);
  numbers.writeUInt32LE(table.freeCount, 0);
  numbers.writeUInt32LE(table.nextFree, INFO_NEXT_FREE - INFO_FREE_COUNT);
  device.write(infoStart + INFO_FREE_COUNT, numbers);
}
