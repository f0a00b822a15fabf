// The memory map (UEFI 2.10, section 7.2): which pages of the machine's memory are used for what. It is the account of
// the memory; the bytes themselves are not here, because a WebAssembly program has its own.
//
//   0 .. 640 KiB    conventional, without page 0          4 GiB ..        conventional: what lies beyond the first 2 GiB
//   1 MiB .. 2 GiB  conventional, firmware at its top     3.5 GiB .. 4 GiB  memory-mapped devices and the flash part
import { EfiError } from './status.ts';

/** Bytes of a page: EFI_PAGE_SIZE. */
export const PAGE_SIZE = 4096;

/** EFI_MEMORY_TYPE, by the names of the specification without `Efi`. */
export const MemoryType = {
  reserved: 0, loaderCode: 1, loaderData: 2, bootServicesCode: 3, bootServicesData: 4, runtimeServicesCode: 5, runtimeServicesData: 6,
  conventional: 7, unusable: 8, acpiReclaim: 9, acpiNvs: 10, memoryMappedIo: 11,
} as const;
export type MemoryTypeName = keyof typeof MemoryType;

/** EFI_MEMORY_UC and so on: what the memory can do, and that an operating system has to keep it. */
const CACHEABLE = 0xfn;
const UNCACHED = 0x1n;
const RUNTIME = 1n << 63n;

/** EFI_MEMORY_DESCRIPTOR. */
export interface MemoryDescriptor {
  readonly type: MemoryTypeName;
  /** Bytes; a multiple of the page size. */
  readonly physicalStart: number;
  readonly numberOfPages: number;
  readonly attribute: bigint;
}

/** Pages of one use. `isOwned`: AllocatePages gave them out, so FreePages takes them back. */
interface Range {
  readonly start: number;
  readonly count: number;
  readonly type: MemoryTypeName;
  readonly isOwned: boolean;
}

/** Where AllocatePages may look: anywhere, up to an address, or at one. Addresses in bytes. */
export type Placement = 'any' | { readonly upTo: number } | { readonly at: number };

const MEBIBYTE_PAGES = 256;
const GIBIBYTE_PAGES = 1024 * MEBIBYTE_PAGES;
const LOW_END = 0xa0;
const BELOW_DEVICES = 2 * GIBIBYTE_PAGES;
const DEVICES = 3.5 * GIBIBYTE_PAGES;
const FOUR_GIBIBYTE = 4 * GIBIBYTE_PAGES;
/** What the firmware itself takes, from the top of the low memory down. */
const FIRMWARE: readonly (readonly [MemoryTypeName, number])[] = [
  ['runtimeServicesData', 64], ['runtimeServicesCode', 64], ['bootServicesData', 512], ['bootServicesCode', 512],
];

/** The pages of one machine. */
export class MemoryMap {
  #ranges: Range[];
  #key = 1;

  constructor(memoryBytes: number) {
    const pages = Math.max(Math.floor(memoryBytes / PAGE_SIZE), 8 * MEBIBYTE_PAGES);
    let top = Math.min(pages, BELOW_DEVICES);
    const ranges: Range[] = [range(0, 1, 'reserved'), range(1, LOW_END - 1, 'conventional'), range(DEVICES, FOUR_GIBIBYTE - DEVICES, 'memoryMappedIo')];
    for (const [type, count] of FIRMWARE) ranges.push(range(top -= count, count, type));
    ranges.push(range(MEBIBYTE_PAGES, top - MEBIBYTE_PAGES, 'conventional'));
    if (pages > BELOW_DEVICES) ranges.push(range(FOUR_GIBIBYTE, pages - BELOW_DEVICES, 'conventional'));
    this.#ranges = ranges.sort((one, other) => one.start - other.start);
  }

  /** Changes with every change of the map; ExitBootServices asks for the present one. */
  get key(): number {
    return this.#key;
  }

  /** AllocatePages: the highest place that is free. Answers its address. */
  allocate(placement: Placement, type: MemoryTypeName, count: number): number {
    if (type === 'conventional' || !Number.isInteger(count) || count < 1) throw new EfiError('INVALID_PARAMETER', `${count} pages of ${type} memory can not be allocated`);
    const start = typeof placement === 'object' && 'at' in placement ? this.#freeAt(placement.at, count) : this.#freeBelow(placement, count);
    this.#replace(start, count, type, true);
    return start * PAGE_SIZE;
  }

  /** FreePages: all or a part of what AllocatePages gave out. EFI_NOT_FOUND for anything else. */
  free(address: number, count: number): void {
    const start = pageOf(address);
    if (count < 1) throw new EfiError('INVALID_PARAMETER', `${count} pages can not be freed`);
    const inside = this.#ranges.find((candidate) => candidate.isOwned && contains(candidate, start, count));
    if (!inside) throw new EfiError('NOT_FOUND', `${count} pages at 0x${address.toString(16)} were not allocated`);
    this.#replace(start, count, 'conventional', false);
  }

  /** GetMemoryMap: in the order of the addresses, neighbours of one type as one. */
  descriptors(): MemoryDescriptor[] {
    const merged: Range[] = [];
    for (const next of this.#ranges) {
      const last = merged.at(-1);
      if (last && last.type === next.type && last.start + last.count === next.start) merged[merged.length - 1] = { ...last, count: last.count + next.count };
      else merged.push(next);
    }
    return merged.map(({ start, count, type }) => ({ type, physicalStart: start * PAGE_SIZE, numberOfPages: count, attribute: attributeOf(type) }));
  }

  #freeAt(address: number, count: number): number {
    const start = pageOf(address);
    if (this.#ranges.some((candidate) => candidate.type === 'conventional' && contains(candidate, start, count))) return start;
    throw new EfiError('NOT_FOUND', `${count} pages at 0x${address.toString(16)} are not free`);
  }

  #freeBelow(placement: Placement, count: number): number {
    const limit = typeof placement === 'object' && 'upTo' in placement ? Math.floor((placement.upTo + 1) / PAGE_SIZE) : Infinity;
    for (const { start, count: size, type } of this.#ranges.toReversed()) {
      const end = Math.min(start + size, limit);
      if (type === 'conventional' && end - start >= count) return end - count;
    }
    throw new EfiError('OUT_OF_RESOURCES', `there are no ${count} pages of free memory in a row`);
  }

  /** The one place that changes the map. The pages lie within one range. */
  #replace(start: number, count: number, type: MemoryTypeName, isOwned: boolean): void {
    this.#ranges = this.#ranges.flatMap((old) => {
      if (!contains(old, start, count)) return [old];
      const before = { ...old, count: start - old.start };
      const after = { ...old, start: start + count, count: old.start + old.count - start - count };
      return [before, { start, count, type, isOwned }, after].filter((part) => part.count > 0);
    });
    this.#joinFree();
    this.#key++;
  }

  /** Free neighbours become one range again, so that what was freed in pieces can be allocated whole. */
  #joinFree(): void {
    const joined: Range[] = [];
    for (const next of this.#ranges) {
      const last = joined.at(-1);
      const isOne = last?.type === 'conventional' && next.type === 'conventional' && last.start + last.count === next.start;
      if (last && isOne) joined[joined.length - 1] = { ...last, count: last.count + next.count };
      else joined.push(next);
    }
    this.#ranges = joined;
  }
}

const range = (start: number, count: number, type: MemoryTypeName): Range => ({ start, count, type, isOwned: false });
const contains = (outer: Range, start: number, count: number): boolean => outer.start <= start && start + count <= outer.start + outer.count;

function pageOf(address: number): number {
  if (!Number.isSafeInteger(address) || address < 0 || address % PAGE_SIZE !== 0) throw new EfiError('INVALID_PARAMETER', `0x${address.toString(16)} is no address of a page`);
  return address / PAGE_SIZE;
}

function attributeOf(type: MemoryTypeName): bigint {
  if (type === 'memoryMappedIo') return UNCACHED | RUNTIME;
  return type.startsWith('runtimeServices') ? CACHEABLE | RUNTIME : CACHEABLE;
}
