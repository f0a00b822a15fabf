// Sample images for the demo: laid out like firmware, filled with real machine code found in the install, so that
// sizes, padding and compressibility are realistic. They start nowhere.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

const MIB = 1024 * 1024;

/** One region of an image. What is between regions stays erased (0xFF). */
interface Region {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Packed regions stand for compressed volumes and root file systems. */
  readonly isPacked: boolean;
}

interface Layout {
  readonly size: number;
  readonly regions: readonly Region[];
}

/** As a management controller's flash is divided: boot loader, its variables, kernel, read-only root file system. */
const BMC_LAYOUT: Layout = {
  size: 32 * MIB,
  regions: [
    { name: 'u-boot', offset: 0, size: 896 * 1024, isPacked: false },
    { name: 'kernel', offset: 1 * MIB, size: 6 * MIB, isPacked: true },
    { name: 'rofs', offset: 8 * MIB, size: 20 * MIB, isPacked: true },
  ],
};

/** As a BIOS: variables and padding, compressed volumes, and uncompressed early code at the top, where the reset vector is. */
const BIOS_LAYOUT: Layout = {
  size: 16 * MIB,
  regions: [
    { name: 'fv-main', offset: 4 * MIB, size: 7 * MIB, isPacked: true },
    { name: 'fv-shell', offset: 12 * MIB, size: 1 * MIB, isPacked: true },
    { name: 'fv-sec', offset: 14 * MIB, size: 2 * MIB - 4096, isPacked: false },
  ],
};

/** Reads machine code of the running program, from a place that the release chooses. */
function machineCode(size: number, place: number): Buffer {
  const descriptor = openSync(process.execPath, 'r');
  try {
    const code = Buffer.alloc(size);
    const total = fstatSync(descriptor).size;
    const start = Math.floor((total - size) * place);
    let done = 0;
    while (done < size) {
      const count = readSync(descriptor, code, done, size - done, start + done);
      if (count === 0) throw new Error(`${process.execPath}: expected ${size} bytes from ${start}, the file ends at ${start + done}`);
      done += count;
    }
    return code;
  } finally {
    closeSync(descriptor);
  }
}

/** The region's bytes: code as it is, or a few packed pieces of it repeated at shifted places. */
function regionBytes(region: Region, release: number): Buffer {
  if (!region.isPacked) return machineCode(region.size, 0.3 + release * 0.001);
  const packed = deflateRawSync(machineCode(6 * MIB, 0.35 + release * 0.001), { level: 1 });
  const bytes = Buffer.alloc(region.size);
  for (let offset = 0, turn = 0; offset < region.size; turn++) {
    offset += packed.copy(bytes, offset, (turn * 4099) % 65536);
  }
  return bytes;
}

function build(layout: Layout, title: string, release: number): Buffer {
  const image = Buffer.alloc(layout.size, 0xff);
  for (const region of layout.regions) {
    regionBytes(region, release).copy(image, region.offset);
    image.write(`${region.name} of ${title}\0`, region.offset + region.size - 64, 'latin1');
  }
  return image;
}

/** A management controller's firmware of 32 MiB. Another release number gives other code at the same places. */
export function sampleBmcImage(version: string, release: number): Buffer {
  return build(BMC_LAYOUT, `sample bmc firmware ${version}`, release);
}

/** A BIOS of 16 MiB. */
export function sampleBiosImage(version: string, release: number): Buffer {
  return build(BIOS_LAYOUT, `sample bios ${version}`, release);
}
