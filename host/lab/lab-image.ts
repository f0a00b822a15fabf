// The BIOS of the lab's machines: a header and a few stages, each with its checksum, so that a machine can find out itself
// how far it gets with what lies in its firmware hub. It knows nothing of signatures; that is the controllers' part.
//
//   0       "FERRYLAB" · u32 stages · stage: u32 POST code · u32 offset · u32 size · u32 CRC-32     (little endian)
//   65536   the stages, one behind the other, to the end
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { PostCode } from '../bus/post-code.ts';

export const LAB_IMAGE_SIZE = 4 * 1024 * 1024;
export const HEADER_SIZE = 64 * 1024;

const MAGIC = Buffer.from('FERRYLAB');
const ENTRY = 16;
/** In the order of a boot. */
const CODES = [PostCode.powerOn, PostCode.memoryInstalled, PostCode.dxeStarted, PostCode.bdsStarted, PostCode.pciEnumeration, PostCode.consoleOutput, PostCode.readyToBoot];

/** A part of the image that the machine executes. */
export interface Stage {
  /** What it writes to port 80h when it begins. */
  readonly code: number;
  readonly offset: number;
  readonly size: number;
  readonly checksum: number;
}

/** An image; the same version gives the same bytes. */
export function makeLabImage(version: string, size = LAB_IMAGE_SIZE): Buffer {
  const image = Buffer.alloc(size);
  for (let offset = HEADER_SIZE, count = 0; offset < size; offset += 64, count++) {
    createHash('sha512').update(`${version} ${count}`).digest().copy(image, offset);
  }
  image.fill(0xff, 0, HEADER_SIZE);
  MAGIC.copy(image);
  image.writeUInt32LE(CODES.length, MAGIC.length);
  const each = Math.floor((size - HEADER_SIZE) / CODES.length);
  CODES.forEach((code, index) => {
    const [offset, at] = [HEADER_SIZE + index * each, MAGIC.length + 4 + index * ENTRY];
    image.writeUInt32LE(code, at);
    image.writeUInt32LE(offset, at + 4);
    image.writeUInt32LE(each, at + 8);
    image.writeUInt32LE(crc32(image.subarray(offset, offset + each)), at + 12);
  });
  return image;
}

/** The stages that a header names; undefined when it is none: such a machine executes nothing. */
export function stagesIn(header: Uint8Array, hubSize: number): readonly Stage[] | undefined {
  const view = Buffer.from(header);
  if (view.length < HEADER_SIZE || Buffer.compare(view.subarray(0, MAGIC.length), MAGIC) !== 0) return undefined;
  const count = view.readUInt32LE(MAGIC.length);
  if (count === 0 || count > 255) return undefined;
  const stages = Array.from({ length: count }, (_, index) => {
    const at = MAGIC.length + 4 + index * ENTRY;
    return { code: view.readUInt32LE(at), offset: view.readUInt32LE(at + 4), size: view.readUInt32LE(at + 8), checksum: view.readUInt32LE(at + 12) };
  });
  return stages.every(({ code, offset, size }) => code <= 0xff && size <= hubSize && offset <= hubSize - size) ? stages : undefined;
}
