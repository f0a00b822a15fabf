/** One erase command of a part: what it takes at once, and how long. */
export interface Eraser {
  readonly size: number;
  readonly typicalMicroseconds: number;
  readonly maximumMicroseconds: number;
}

/** A serial NOR part as its datasheet describes it. */
export interface FlashPart {
  readonly name: string;
  /** Bytes of the whole array. */
  readonly size: number;
  /** Bytes that one program command takes. */
  readonly pageSize: number;
  readonly programTypicalMicroseconds: number;
  readonly programMaximumMicroseconds: number;
  /** From the smallest to the largest. */
  readonly erasers: readonly Eraser[];
  /** Erases that a sector is good for. */
  readonly endurance: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

const eraser = (size: number, typicalMs: number, maximumMs: number): Eraser => ({
  size,
  typicalMicroseconds: typicalMs * 1000,
  maximumMicroseconds: maximumMs * 1000,
});

// Table "AC electrical characteristics" of the W25Q128JV and W25Q256JV datasheets: tPP, tSE, tBE1, tBE2.
const WINBOND_JV = {
  pageSize: 256,
  programTypicalMicroseconds: 700,
  programMaximumMicroseconds: 3000,
  erasers: [eraser(4 * KIB, 45, 400), eraser(32 * KIB, 120, 1600), eraser(64 * KIB, 150, 2000)],
  endurance: 100_000,
} as const;

/** The parts that Ferry models. The first three are common BMC and BIOS parts, the last a 64 MiB one. */
export const FLASH_PARTS = {
  W25Q128JV: { name: 'W25Q128JV', size: 16 * MIB, ...WINBOND_JV },
  W25Q256JV: { name: 'W25Q256JV', size: 32 * MIB, ...WINBOND_JV },
  MX25L25645G: {
    name: 'MX25L25645G',
    size: 32 * MIB,
    pageSize: 256,
    programTypicalMicroseconds: 250,
    programMaximumMicroseconds: 750,
    erasers: [eraser(4 * KIB, 30, 400), eraser(32 * KIB, 150, 1000), eraser(64 * KIB, 280, 2000)],
    endurance: 100_000,
  },
  MT25QL512: {
    name: 'MT25QL512',
    size: 64 * MIB,
    pageSize: 256,
    programTypicalMicroseconds: 120,
    programMaximumMicroseconds: 1800,
    erasers: [eraser(4 * KIB, 50, 400), eraser(32 * KIB, 100, 1000), eraser(64 * KIB, 150, 1000)],
    endurance: 100_000,
  },
} as const satisfies Record<string, FlashPart>;

/** A name in `FLASH_PARTS`. */
export type FlashPartName = keyof typeof FLASH_PARTS;
