// What a bad write leaves in a firmware hub: some pages in which more bits are cleared than should be, or nothing at all.
// The controller is not told.
import { closeSync, fsyncSync, openSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';

const PAGE = 256;
/** Pages in a row. */
const PAGES = 256;

/** Erases all of it. */
export function eraseHub(hub: string): number {
  const { size } = statSync(hub);
  writeFileSync(hub, Buffer.alloc(size, 0xff), { flag: 'r+', flush: true });
  return size;
}

/** Clears bits from `offset` on. Answers how many bytes have changed. */
export function breakHub(hub: string, offset: number): number {
  const file = openSync(hub, 'r+');
  try {
    const bytes = Buffer.alloc(PAGE * PAGES);
    const count = readSync(file, bytes, 0, bytes.length, offset);
    let changed = 0;
    for (let at = 0; at < count; at++) {
      const before = bytes[at]!;
      bytes[at] = before & 0x5a;
      changed += Number(bytes[at] !== before);
    }
    writeSync(file, bytes, 0, count, offset);
    fsyncSync(file);
    return changed;
  } finally {
    closeSync(file);
  }
}
