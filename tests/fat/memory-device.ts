// A disk in memory for tests: counts what is done to it, and can lose its power at any write.
import { expectInside, type BlockDevice } from '../../host/fat/block-device.ts';

export class PowerLost extends Error {}

export class MemoryDevice implements BlockDevice {
  readonly bytes: Buffer;
  isReadOnly = false;
  readCount = 0;
  writeCount = 0;
  /** So many writes still reach the medium. */
  writesLeft = Infinity;
  /** The last write reaches the medium with half of its sectors. */
  isTorn = false;

  constructor(content: number | Uint8Array) {
    this.bytes = typeof content === 'number' ? Buffer.alloc(content) : Buffer.from(content);
  }

  get size(): number {
    return this.bytes.length;
  }

  read(at: number, into: Uint8Array): void {
    expectInside(this, at, into.length);
    this.readCount++;
    into.set(this.bytes.subarray(at, at + into.length));
  }

  write(at: number, from: Uint8Array): void {
    expectInside(this, at, from.length);
    if (this.writesLeft-- <= 0) {
      if (this.isTorn && this.writesLeft === -1) this.bytes.set(from.subarray(0, tornSize(at, from.length)), at);
      throw new PowerLost('the power is gone');
    }
    this.writeCount++;
    this.bytes.set(from, at);
  }

  flush(): void {
    if (this.writesLeft <= 0) throw new PowerLost('the power is gone');
  }
}

/** Half of a write, up to the end of a sector of 512 bytes; nothing of one that lies in one sector. */
function tornSize(at: number, size: number): number {
  const end = Math.floor((at + size / 2) / 512) * 512;
  return Math.max(0, end - at);
}
