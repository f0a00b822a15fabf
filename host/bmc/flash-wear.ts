import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** Bytes that one wear counter stands for: the smallest erase block. */
export const WEAR_SECTOR = 4096;

/**
 * How often each 4 KiB sector was erased. Kept beside the flash file as `PATH.wear`, one little-endian u32 a sector,
 * and replaced as a whole by `save`. A missing or unreadable side file is no reason to refuse the flash: counting
 * starts anew, and `restarted` says so.
 */
export class FlashWear {
  readonly restarted: boolean;
  readonly #path: string | undefined;
  readonly #counts: Uint32Array;
  #changed = false;

  constructor(path: string | undefined, size: number) {
    this.#path = path;
    this.#counts = new Uint32Array(size / WEAR_SECTOR);
    this.restarted = path !== undefined && !this.#load(path);
  }

  /** Counts one erase of every sector in the range. */
  erased(address: number, size: number): void {
    for (let at = address; at < address + size; at += WEAR_SECTOR) {
      const sector = at / WEAR_SECTOR;
      this.#counts[sector] = (this.#counts[sector] ?? 0) + 1;
    }
    this.#changed = true;
  }

  /** A copy of the counters, by sector. */
  counts(): Uint32Array {
    return this.#counts.slice();
  }

  /**
   * Writes the side file when something changed: a new file first, then its name, so that a killed process leaves
   * either. With `durable` that holds for a power failure of the machine too.
   */
  save(durable: boolean): void {
    if (this.#path === undefined || !this.#changed) return;
    const unfinished = `${this.#path}.new`;
    try {
      const file = openSync(unfinished, 'w');
      try {
        writeSync(file, this.#bytes());
        if (durable) fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(unfinished, this.#path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`writing the wear file "${this.#path}" failed: ${reason}; the flash file itself is as it should be`, { cause: error });
    }
    this.#changed = false;
  }

  #bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#counts.length * 4);
    const view = new DataView(bytes.buffer);
    this.#counts.forEach((count, sector) => view.setUint32(sector * 4, count, true));
    return bytes;
  }

  #load(path: string): boolean {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      return false;
    }
    if (bytes.length !== this.#counts.length * 4) return false;
    for (let sector = 0; sector < this.#counts.length; sector++) this.#counts[sector] = bytes.readUInt32LE(sector * 4);
    return true;
  }
}
