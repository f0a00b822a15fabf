// AllocatePool and FreePool (UEFI 2.10, section 7.2): pieces smaller than a page. A page holds pieces of one size, a
// power of two; larger pieces get pages of their own. A page goes back when its last piece does.
import { PAGE_SIZE, type MemoryMap, type MemoryTypeName } from './memory-map.ts';
import { EfiError } from './status.ts';

const SMALLEST = 32;
const LARGEST_PIECE = PAGE_SIZE / 2;

interface PoolPage {
  readonly address: number;
  readonly type: MemoryTypeName;
  readonly pieceSize: number;
  readonly used: Set<number>;
}

/** The pools of one power-on. */
export class MemoryPool {
  readonly #map: MemoryMap;
  readonly #pages = new Map<number, PoolPage>();
  /** Address and page count of what is too large to share a page. */
  readonly #large = new Map<number, number>();

  constructor(map: MemoryMap) {
    this.#map = map;
  }

  /** How many pieces are given out. */
  get count(): number {
    return [...this.#pages.values()].reduce((sum, { used }) => sum + used.size, this.#large.size);
  }

  /** Answers an address that is a multiple of eight. A piece of no bytes is a piece too. */
  allocate(type: MemoryTypeName, size: number): number {
    if (!Number.isInteger(size) || size < 0) throw new EfiError('INVALID_PARAMETER', `a pool of ${size} bytes can not be allocated`);
    if (size > LARGEST_PIECE) return this.#allocateLarge(type, Math.ceil(size / PAGE_SIZE));
    let pieceSize = SMALLEST;
    while (pieceSize < size) pieceSize *= 2;
    const page = this.#pageWithRoom(type, pieceSize);
    let piece = page.address;
    while (page.used.has(piece)) piece += pieceSize;
    page.used.add(piece);
    return piece;
  }

  /** EFI_INVALID_PARAMETER for an address that was not given out, or was freed already. */
  free(address: number): void {
    const large = this.#large.get(address);
    if (large !== undefined) {
      this.#large.delete(address);
      return this.#map.free(address, large);
    }
    const page = this.#pages.get(address - (address % PAGE_SIZE));
    if (!page?.used.delete(address)) throw new EfiError('INVALID_PARAMETER', `0x${address.toString(16)} is no allocated pool`);
    if (page.used.size > 0) return;
    this.#pages.delete(page.address);
    this.#map.free(page.address, 1);
  }

  #allocateLarge(type: MemoryTypeName, count: number): number {
    const address = this.#map.allocate('any', type, count);
    this.#large.set(address, count);
    return address;
  }

  #pageWithRoom(type: MemoryTypeName, pieceSize: number): PoolPage {
    for (const page of this.#pages.values()) {
      if (page.type === type && page.pieceSize === pieceSize && page.used.size < PAGE_SIZE / pieceSize) return page;
    }
    const page = { address: this.#map.allocate('any', type, 1), type, pieceSize, used: new Set<number>() };
    this.#pages.set(page.address, page);
    return page;
  }
}
