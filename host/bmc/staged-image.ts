// One image that is being collected: its bytes, and the journal that says which of them are good.
//
//      0 ─────── journalled ─────── there ────────  ▣   ▣ early chunks        size
//        whole blocks, on record    contiguous, the    written, not on
//        never written again        block not whole    record
import { crc32 } from '../core/checksum.ts';
import type { DurableFile, OpenFile } from './durable-file.ts';
import { STAGING_BLOCK, StagingJournal } from './staging-journal.ts';

/** Bytes after which what was written is made to outlive a power failure. */
const SYNC_BYTES = 4 * 1024 * 1024;

/**
 * An open staging. A failed write throws and harms nothing that is on record. Records go into the journal as soon as
 * their block is complete, so that a killed controller loses at most one block; both files are synced every 4 MiB and at the
 * end, image first. A power cut between may leave records of blocks that are not there: opening checks every one.
 */
export class StagedImage {
  readonly size: number;
  readonly #image: DurableFile;
  readonly #journal: StagingJournal;
  readonly #scratch = new Uint8Array(STAGING_BLOCK);
  /** Early chunks by offset: their sizes. The receiver takes at most 32 of them. */
  readonly #early = new Map<number, number>();
  /** CRC-32 of blocks that came as one chunk and are not on record yet. */
  readonly #known = new Map<number, number>();
  #there: number;
  #unsynced = 0;

  /** Opens or makes the files of an image of `size` bytes, and checks what they hold. */
  constructor(imagePath: string, journalPath: string, size: number, openFile: OpenFile) {
    this.size = size;
    this.#image = openFile(imagePath);
    let journalFile: DurableFile | undefined;
    try {
      journalFile = openFile(journalPath);
      this.#journal = new StagingJournal(journalFile, size);
      this.#journal.keep(this.#countGood());
      this.#there = this.#journalled;
    } catch (error) {
      journalFile?.close();
      this.#image.close();
      throw error;
    }
  }

  /** Bytes from the start that are there, on record and checked. */
  get resumable(): number {
    return this.#journalled;
  }

  /** Whether something would be lost by a power cut. */
  get isDirty(): boolean {
    return this.#unsynced > 0;
  }

  write(offset: number, data: Uint8Array): void {
    const end = offset + data.length;
    if (end > this.size) throw new RangeError(`staging: ${offset}+${data.length} is outside of the image's ${this.size} bytes`);
    const skipped = Math.min(Math.max(0, this.#journalled - offset), data.length);
    if (skipped === data.length) return;
    this.#image.write(offset + skipped, data.subarray(skipped));
    this.#unsynced += data.length - skipped;
    this.#arrived(offset, data);
    this.#record();
    if (this.#unsynced >= SYNC_BYTES || (this.#journalled === this.size && this.#unsynced > 0)) this.sync();
  }

  /** Fills `into`; a range that was never written is an error. */
  read(offset: number, into: Uint8Array): void {
    const count = this.#image.read(offset, into);
    if (count < into.length) throw new Error(`staging: expected ${into.length} bytes at ${offset}, got ${count}: the file was cut short`);
  }

  /** Makes everything so far outlive a power failure. */
  sync(): void {
    this.#image.sync();
    this.#journal.sync();
    this.#unsynced = 0;
  }

  /** Lets go of the files, whatever happens. */
  close(): void {
    try {
      if (this.isDirty) this.sync();
    } finally {
      try {
        this.#image.close();
      } finally {
        this.#journal.close();
      }
    }
  }

  get #journalled(): number {
    return Math.min(this.size, this.#journal.checksums.length * STAGING_BLOCK);
  }

  /** How many records in a row tell the truth about the image's bytes. */
  #countGood(): number {
    const { checksums } = this.#journal;
    const index = checksums.findIndex((checksum, block) => this.#checksumOf(block) !== checksum);
    return index < 0 ? checksums.length : index;
  }

  /** CRC-32 of a block as the file holds it; undefined when it ends before. */
  #checksumOf(block: number): number | undefined {
    const bytes = this.#scratch.subarray(0, this.#sizeOf(block));
    return this.#image.read(block * STAGING_BLOCK, bytes) === bytes.length ? crc32(bytes) : undefined;
  }

  #sizeOf(block: number): number {
    return Math.min(STAGING_BLOCK, this.size - block * STAGING_BLOCK);
  }

  #arrived(offset: number, data: Uint8Array): void {
    const end = offset + data.length;
    const block = Math.floor(offset / STAGING_BLOCK);
    for (let at = block; at * STAGING_BLOCK < end; at++) this.#known.delete(at);
    if (offset % STAGING_BLOCK === 0 && data.length === this.#sizeOf(block)) this.#known.set(block, crc32(data));
    if (offset > this.#there) this.#early.set(offset, Math.max(data.length, this.#early.get(offset) ?? 0));
    else this.#there = Math.max(this.#there, end);
    for (;;) {
      const next = this.#early.get(this.#there);
      if (next === undefined) return;
      this.#early.delete(this.#there);
      this.#there += next;
    }
  }

  /** Puts every block on record that has become complete. */
  #record(): void {
    for (;;) {
      const block = this.#journal.checksums.length;
      const start = block * STAGING_BLOCK;
      if (start >= this.size || start + this.#sizeOf(block) > this.#there) return;
      const checksum = this.#known.get(block) ?? this.#checksumOf(block);
      if (checksum === undefined) throw new Error(`staging: block ${block} was written and is not there`);
      this.#journal.append(checksum);
      this.#known.delete(block);
    }
  }
}
