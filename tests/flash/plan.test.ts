import { describe, expect, test } from 'vitest';
import { FLASH_PARTS, type FlashPart } from '../../host/bmc/flash-part.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import { planBlock, setGeometry, type PlannedPart } from '../../host/core/flash-plan.ts';
import { loadCore } from '../../host/core/instance.ts';
import { firmware, seeded, successor, type Random } from './content.ts';
import { flashCore, type FlashCore } from './flash-core.ts';

const SECTOR = 4096;
const BLOCK = 65536;
const core = flashCore();
const winbond: FlashPart = FLASH_PARTS.W25Q128JV;

/** A part with the erase sizes given, and the times of the Winbond part. */
const partWith = (...sizes: number[]): FlashPart => ({ ...winbond, erasers: winbond.erasers.filter((one) => sizes.includes(one.size)) });

/** The cheapest time by trying every set of erases that do not overlap. */
function bruteForce(part: PlannedPart, old: Uint8Array, wanted: Uint8Array): number {
  const pages = Array.from({ length: old.length / 256 }, (_, page) => {
    const range = Array.from({ length: 256 }, (_, i) => page * 256 + i);
    return {
      differs: range.some((i) => old[i] !== wanted[i]),
      rises: range.some((i) => (wanted[i]! & ~old[i]!) !== 0),
      filled: range.some((i) => wanted[i] !== 0xff),
    };
  });
  const sectors = old.length / SECTOR;
  const inSector = (sector: number) => pages.slice(sector * 16, sector * 16 + 16);
  const kept = Array.from({ length: sectors }, (_, sector) => {
    const here = inSector(sector);
    return here.some((page) => page.rises) ? Infinity : here.filter((page) => page.differs).length * part.programTypicalMicroseconds;
  });
  const rewritten = Array.from({ length: sectors }, (_, sector) => inSector(sector).filter((page) => page.filled).length * part.programTypicalMicroseconds);
  let best = Infinity;
  const walk = (sector: number, cost: number): void => {
    if (sector === sectors) {
      best = Math.min(best, cost);
      return;
    }
    walk(sector + 1, cost + kept[sector]!);
    for (const eraser of part.erasers) {
      const count = eraser.size / SECTOR;
      if (sector % count !== 0 || sector + count > sectors) continue;
      const programmed = rewritten.slice(sector, sector + count).reduce((sum, time) => sum + time, 0);
      walk(sector + count, cost + eraser.typicalMicroseconds + programmed);
    }
  };
  walk(0, 0);
  return best;
}

function randomPart(random: Random): FlashPart {
  const erasers = winbond.erasers
    .filter((one) => one.size === SECTOR || random(4) > 0)
    .map((one) => ({ ...one, typicalMicroseconds: 1 + random(200_000) }));
  return { ...winbond, programTypicalMicroseconds: 1 + random(3000), erasers };
}

describe('planning a block', () => {
  test('finds what trying every set of erases finds', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const random = seeded(seed);
      const size = seed % 10 === 0 ? BLOCK : SECTOR * (1 + random(9));
      const part = random(2) === 0 ? winbond : randomPart(random);
      const old = firmware(random, size);
      const wanted = successor(random, old);
      setGeometry(core, part);
      expect(planBlock(core, old, wanted).microseconds, `seed ${seed}`).toBe(bruteForce(part, old, wanted));
    }
  });

  test('gives operations that a real part turns into the wanted bytes in the modelled time', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(1000 + seed);
      const size = seed % 3 === 0 ? SECTOR * (1 + random(16)) : BLOCK;
      const part = random(2) === 0 ? winbond : randomPart(random);
      const old = firmware(random, size);
      const wanted = successor(random, old);
      const flash = new NorFlash({ part, size });
      flash.program(0, old);
      const before = flash.account();
      setGeometry(core, part);
      const plan = planBlock(core, old, wanted);
      for (const { kind, offset, size: bytes } of plan.operations) {
        if (kind === 'erase') flash.erase(offset, bytes);
        else flash.program(offset, wanted.subarray(offset, offset + bytes));
      }
      const result = new Uint8Array(size);
      flash.read(0, result);
      const after = flash.account();
      expect(Buffer.compare(result, wanted), `seed ${1000 + seed}`).toBe(0);
      expect(after.typicalMicroseconds - before.typicalMicroseconds, `seed ${1000 + seed}`).toBe(plan.microseconds);
      expect(after.pages - before.pages, `seed ${1000 + seed}`).toBe(plan.pages);
      expect(after.erases - before.erases, `seed ${1000 + seed}`).toBe(plan.erases);
    }
  });

  test('never costs more than erasing 4 KiB at a time', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(2000 + seed);
      const old = firmware(random, BLOCK);
      const wanted = successor(random, old);
      setGeometry(core, winbond);
      const full = planBlock(core, old, wanted).microseconds;
      setGeometry(core, partWith(SECTOR));
      expect(full, `seed ${2000 + seed}`).toBeLessThanOrEqual(planBlock(core, old, wanted).microseconds);
    }
  });
});

describe('the two builds of the core', () => {
  test('plan the same', () => {
    const builds = [loadCore<FlashCore>('scalar'), loadCore<FlashCore>('simd')];
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(4000 + seed);
      const old = firmware(random, BLOCK);
      const wanted = successor(random, old);
      // A page whose only change is its last byte, or a byte that becomes blank.
      wanted[255 + 256 * random(256)]! &= 0xfe;
      wanted[random(BLOCK)] = 0xff;
      const [scalar, simd] = builds.map((build) => {
        setGeometry(build, winbond);
        return planBlock(build, old, wanted);
      });
      expect(simd, `seed ${4000 + seed}`).toEqual(scalar);
    }
  });
});

describe('a plan', () => {
  const zeros = new Uint8Array(BLOCK);
  const blank = new Uint8Array(BLOCK).fill(0xff);
  const code = firmware(seeded(7), BLOCK);

  test('of equal bytes is empty', () => {
    setGeometry(core, winbond);
    expect(planBlock(core, code, code)).toEqual({ operations: [], erases: 0, pages: 0, microseconds: 0 });
  });

  test('where bits only fall programs the pages that differ and erases nothing', () => {
    setGeometry(core, winbond);
    const wanted = code.slice();
    for (const at of [300, 600, 601, 20_000]) wanted[at] = 0;
    const old = wanted.slice();
    for (const at of [300, 600, 601, 20_000]) old[at] = 0x10;
    expect(planBlock(core, old, wanted).operations).toEqual([
      { kind: 'program', offset: 256, size: 512 },
      { kind: 'program', offset: 19_968, size: 256 },
    ]);
  });

  test('to blank erases and programs nothing', () => {
    setGeometry(core, winbond);
    expect(planBlock(core, zeros, blank).operations).toEqual([{ kind: 'erase', offset: 0, size: BLOCK }]);
  });

  test('never erases more than is there of a short last block', () => {
    setGeometry(core, winbond);
    const plan = planBlock(core, zeros.subarray(0, 40 * 1024), blank.subarray(0, 40 * 1024));
    expect(plan.operations).toEqual([
      { kind: 'erase', offset: 0, size: 32 * 1024 },
      { kind: 'erase', offset: 32 * 1024, size: SECTOR },
      { kind: 'erase', offset: 36 * 1024, size: SECTOR },
    ]);
  });

  test('for a part without a 32 KiB erase does without it', () => {
    setGeometry(core, partWith(SECTOR, BLOCK));
    expect(planBlock(core, zeros, blank).operations).toEqual([{ kind: 'erase', offset: 0, size: BLOCK }]);
    const half = planBlock(core, zeros.subarray(0, 32 * 1024), blank.subarray(0, 32 * 1024));
    expect(half.operations).toHaveLength(8);
    expect(half.operations.every((one) => one.size === SECTOR)).toBe(true);
  });

  test('that costs the same with smaller erases takes those: they wear out less', () => {
    const [sector, half] = winbond.erasers as readonly [FlashPart['erasers'][0], FlashPart['erasers'][0]];
    const erasers = [sector, { ...half, typicalMicroseconds: 3 * sector.typicalMicroseconds }];
    setGeometry(core, { ...winbond, erasers });
    const old = blank.slice(0, 32 * 1024);
    for (const at of [0, 3, 5]) old[at * SECTOR] = 0;
    expect(planBlock(core, old, blank.subarray(0, 32 * 1024)).operations).toEqual([0, 3, 5].map((at) => ({ kind: 'erase', offset: at * SECTOR, size: SECTOR })));
    old[6 * SECTOR] = 0;
    expect(planBlock(core, old, blank.subarray(0, 32 * 1024)).operations).toEqual([{ kind: 'erase', offset: 0, size: 32 * 1024 }]);
  });

  test('of a distrusted block erases and writes all of it, whatever it reads as', () => {
    setGeometry(core, winbond);
    for (const bytes of [zeros, blank, code]) {
      const plan = planBlock(core, bytes, bytes, true);
      expect(plan.operations[0]).toEqual({ kind: 'erase', offset: 0, size: BLOCK });
      const filled = Array.from({ length: 256 }, (_, page) => bytes.subarray(page * 256, page * 256 + 256)).filter((page) => page.some((byte) => byte !== 0xff));
      expect(plan.pages).toBe(filled.length);
    }
  });

  test('with every other page to program fits the table', () => {
    setGeometry(core, winbond);
    const wanted = blank.slice();
    for (let page = 0; page < 256; page += 2) wanted[page * 256] = 0;
    expect(planBlock(core, blank, wanted).operations).toHaveLength(128);
  });
});

describe('a geometry', () => {
  const status = (name: string) => Number(core.Status[name]?.value);

  test('that no part has is refused and the one before stays', () => {
    setGeometry(core, winbond);
    const good = [256, 700, 4096, 45_000, 32_768, 120_000, 65_536, 150_000] as const;
    const wrong: readonly (readonly [number, number])[] = [
      [0, 0], [0, 512], [1, 0], [1, 100_001], [2, 0], [2, 8192], [3, 0], [3, 10_000_001],
      [4, 4096], [5, 0], [5, 10_000_001], [6, 32_768], [7, 0], [7, 0xffffffff],
    ];
    for (const [index, value] of wrong) {
      const figures = good.map((figure, at) => (at === index ? value : figure)) as unknown as typeof good;
      expect(core.geometrySet(...figures), `figure ${index} as ${value}`).toBe(status('BadArgument'));
    }
    expect(Number((core['geometryProgram'] as WebAssembly.Global).value)).toBe(700);
    expect(core.geometrySet(256, 700, 4096, 45_000, 0, 0, 0, 0)).toBe(status('Ok'));
  });

  test('must be set before anything is planned, and blocks must be whole sectors up to 64 KiB', () => {
    const fresh = flashCore();
    expect(fresh.planBlock(65_536, 65_536, SECTOR, 0)).toBe(status('WrongState'));
    expect(fresh.storeBegin(1, SECTOR, 65_536)).toBe(status('WrongState'));
    setGeometry(core, winbond);
    for (const size of [0, 1, 4095, 4097, 65_537, 69_632]) expect(core.planBlock(0, 0, size, 0), `${size} bytes`).toBe(status('BadArgument'));
  });

  test('of a page size other than 256 is refused by name', () => {
    expect(() => setGeometry(core, { ...winbond, pageSize: 512 })).toThrow(/256-byte pages.*BadArgument/);
  });
});
