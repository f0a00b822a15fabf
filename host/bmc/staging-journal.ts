// What is known to be good of an image that is being collected: one record for each block from the start, appended when
// the block is complete. Little endian.
//
//      0  "FSJ1"   4  u32 size of the image   8  u32 block size   12  u32 CRC-32 of bytes 0 to 11
//     16  a record a block:   +0  u32 index   +4  u32 CRC-32 of the block   +8  u32 CRC-32 of these eight bytes
//
// The journal is believed up to the first record that is torn or out of order; what follows is cut off.
import { crc32 } from 'node:zlib';
import type { DurableFile } from './durable-file.ts';

/** Bytes of image that one record stands for; the last block of an image may be shorter. */
export const STAGING_BLOCK = 64 * 1024;

const MAGIC = 0x314a5346;
const HEADER = 16;
const RECORD = 12;

/** The journal of one image, open. */
export class StagingJournal {
  readonly #file: DurableFile;
  readonly #imageSize: number;
  #checksums: number[];

  /** Reads what is there; what belongs to another image size is thrown away. */
  constructor(file: DurableFile, imageSize: number) {
    this.#file = file;
    this.#imageSize = imageSize;
    this.#checksums = this.#load();
  }

  /** CRC-32 of each block, from the first on. */
  get checksums(): readonly number[] {
    return this.#checksums;
  }

  /** Takes only the first `count` records for true. */
  keep(count: number): void {
    this.#checksums = this.#checksums.slice(0, count);
    this.#file.truncate(HEADER + count * RECORD);
    if (count === 0) this.#begin();
  }

  /** Appends the record of the next block. One that failed half-way is overwritten by the next attempt. */
  append(checksum: number): void {
    const index = this.#checksums.length;
    const { bytes, view } = makeBytes(RECORD);
    view.setUint32(0, index, true);
    view.setUint32(4, checksum, true);
    view.setUint32(8, crc32(bytes.subarray(0, 8)), true);
    this.#file.write(HEADER + index * RECORD, bytes);
    this.#checksums.push(checksum);
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  #begin(): void {
    const { bytes, view } = makeBytes(HEADER);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, this.#imageSize, true);
    view.setUint32(8, STAGING_BLOCK, true);
    view.setUint32(12, crc32(bytes.subarray(0, 12)), true);
    this.#file.write(0, bytes);
  }

  #load(): number[] {
    const { bytes, view } = makeBytes(HEADER);
    const isWhole = this.#file.read(0, bytes) === HEADER && view.getUint32(12, true) === crc32(bytes.subarray(0, 12));
    const isOurs = view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === this.#imageSize && view.getUint32(8, true) === STAGING_BLOCK;
    if (isWhole && isOurs) return this.#loadRecords();
    this.#file.truncate(0);
    this.#begin();
    return [];
  }

  #loadRecords(): number[] {
    const limit = Math.ceil(this.#imageSize / STAGING_BLOCK);
    const { bytes, view } = makeBytes(limit * RECORD);
    const count = Math.floor(this.#file.read(HEADER, bytes) / RECORD);
    const checksums: number[] = [];
    for (let index = 0; index < count; index++) {
      const at = index * RECORD;
      if (view.getUint32(at, true) !== index || view.getUint32(at + 8, true) !== crc32(bytes.subarray(at, at + 8))) break;
      checksums.push(view.getUint32(at + 4, true));
    }
    return checksums;
  }
}

function makeBytes(size: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}
