// EFI_TABLE_HEADER (UEFI 2.10, section 4.2) and the 64-bit layout of the tables that it heads. There are no addresses
// here; where a table holds a pointer, an object has a number instead, and what is not provided is null.
import { crc32 } from 'node:zlib';

/** Signature, revision, header size, CRC-32, reserved. */
export const TABLE_HEADER_SIZE = 24;
const CRC_OFFSET = 16;

/** EFI_2_100_SYSTEM_TABLE_REVISION: version 2.10. */
export const UEFI_2_10 = (2 << 16) | 100;

/** The header of a system, boot services or runtime services table. */
export interface TableHeader {
  readonly signature: bigint;
  readonly revision: number;
  /** Of the whole table with its header, in bytes. */
  readonly headerSize: number;
  /** Over `headerSize` bytes with this field as zero. */
  readonly crc32: number;
}

const numbers = new WeakMap<object, bigint>();
let nextNumber = 0x1000n;

/** A number that stands for an object where the specification has a pointer. 0 for nothing. */
export function pointerTo(object: object | undefined): bigint {
  if (object === undefined) return 0n;
  const known = numbers.get(object);
  if (known !== undefined) return known;
  const number = nextNumber;
  nextNumber += 0x1000n;
  numbers.set(object, number);
  return number;
}

/** The bytes of a table: the header with its right checksum, then 64-bit fields. */
export function tableBytes(signature: bigint, fields: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(TABLE_HEADER_SIZE + fields.length * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, signature, true);
  view.setUint32(8, UEFI_2_10, true);
  view.setUint32(12, bytes.length, true);
  fields.forEach((field, index) => view.setBigUint64(TABLE_HEADER_SIZE + index * 8, field, true));
  view.setUint32(CRC_OFFSET, crc32(bytes), true);
  return bytes;
}

/** Reads the header of a table. */
export function tableHeader(bytes: Uint8Array): TableHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    signature: view.getBigUint64(0, true), revision: view.getUint32(8, true),
    headerSize: view.getUint32(12, true), crc32: view.getUint32(CRC_OFFSET, true),
  };
}

/** Whether a table is whole: its size and checksum are those that the header says. */
export function isTableWhole(bytes: Uint8Array): boolean {
  const header = tableHeader(bytes);
  if (header.headerSize !== bytes.length) return false;
  const cleared = bytes.slice();
  cleared.fill(0, CRC_OFFSET, CRC_OFFSET + 4);
  return crc32(cleared) === header.crc32;
}
