// The part at its pins: what it takes, what it ignores, and what an interrupted operation leaves.
import { describe, expect, test } from 'vitest';
import { memoryCells } from '../../host/bmc/flash-cells.ts';
import { PowerCut, type FlashFault, type FlashOperation } from '../../host/bmc/flash-fault.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { NorChip, STATUS_BUSY, STATUS_PROTECTION, STATUS_WRITE_ENABLED, type NorChipOptions } from '../../host/bmc/nor-chip.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import { WeakBits } from '../../host/bmc/weak-bits.ts';

const part = FLASH_PARTS.W25Q128JV;
const SIZE = 256 * 1024;

function chip(options: Partial<NorChipOptions> = {}): NorChip {
  return new NorChip({ part, size: SIZE, cells: memoryCells(SIZE), ...options });
}

function read(from: NorChip | NorFlash, address: number, size: number): number[] {
  const bytes = new Uint8Array(size);
  from.read(address, bytes);
  return [...bytes];
}

/** What a driver does, in full. */
function program(to: NorChip, address: number, data: Uint8Array): void {
  to.writeEnable();
  to.pageProgram(address, data);
  to.wait(part.programTypicalMicroseconds);
}

function erase(to: NorChip, address: number, size: number): void {
  to.writeEnable();
  to.erase(address, size);
  to.wait(2_000_000);
}

const zeros = (size: number): Uint8Array => new Uint8Array(size);

describe('a part', () => {
  test('ignores a program, an erase and a status without an enable, and uses the enable up', () => {
    const one = chip();
    one.pageProgram(0, zeros(4));
    expect(read(one, 0, 1)).toEqual([0xff]);
    program(one, 0, zeros(4));
    expect(read(one, 0, 5)).toEqual([0, 0, 0, 0, 0xff]);
    one.pageProgram(8, zeros(1));
    one.erase(0, 4096);
    one.writeStatus(STATUS_PROTECTION);
    expect(read(one, 0, 9)).toEqual([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expect(one.readStatus()).toBe(0);
    one.writeEnable();
    one.writeDisable();
    one.erase(0, 4096);
    expect(read(one, 0, 1)).toEqual([0]);
  });

  test('ignores everything but its status register while it is busy', () => {
    const one = chip();
    one.writeEnable();
    expect(one.readStatus()).toBe(STATUS_WRITE_ENABLED);
    one.pageProgram(0, zeros(1));
    expect(one.readStatus()).toBe(STATUS_BUSY);
    const bytes = new Uint8Array([0x5a]);
    one.read(0, bytes);
    expect([...bytes]).toEqual([0x5a]);
    one.writeEnable();
    one.pageProgram(1, zeros(1));
    one.wait(part.programTypicalMicroseconds - 1);
    expect(one.readStatus()).toBe(STATUS_BUSY);
    one.wait(1);
    expect(one.readStatus()).toBe(0);
    expect(read(one, 0, 2)).toEqual([0, 0xff]);
  });

  test('wraps a program at the end of its page, and of more than a page takes the last bytes', () => {
    const one = chip();
    program(one, 254, new Uint8Array([1, 2, 3, 4]));
    expect(read(one, 254, 3)).toEqual([1, 2, 0xff]);
    expect(read(one, 0, 3)).toEqual([3, 4, 0xff]);
    program(one, 512, new Uint8Array(260).map((_, index) => (index < 4 ? 0x10 : index < 256 ? 0x20 : 0x30)));
    expect(read(one, 512, 5)).toEqual([0x30, 0x30, 0x30, 0x30, 0x20]);
    expect(read(one, 768, 1)).toEqual([0xff]);
  });

  test('protects the upper part of its array, down to all of it', () => {
    const one = chip();
    for (const [bits, from] of [[7, 0], [6, SIZE / 2], [5, SIZE * 3 / 4], [1, SIZE - SIZE / 64]] as const) {
      one.writeEnable();
      one.writeStatus(bits << 2);
      expect(one.readStatus()).toBe(bits << 2);
      program(one, from, zeros(1));
      expect(read(one, from, 1), `protection ${bits}`).toEqual([0xff]);
      if (from === 0) continue;
      program(one, from - 256, zeros(1));
      expect(read(one, from - 256, 1), `below protection ${bits}`).toEqual([0]);
      erase(one, from - 4096, 4096);
      expect(read(one, from - 256, 1), `below protection ${bits}`).toEqual([0xff]);
    }
  });

  test('erases the block that an address is in, and ignores a size that it does not have', () => {
    const one = chip();
    program(one, 8192, zeros(256));
    erase(one, 8192, 8192);
    expect(read(one, 8192, 1)).toEqual([0]);
    erase(one, 8192 + 77, 4096);
    expect(read(one, 8192, 1)).toEqual([0xff]);
  });
});

describe('an operation that power left undecided', () => {
  function weakened(kind: 'program' | 'erase', seed: number): { cells: ReturnType<typeof memoryCells>; weak: WeakBits } {
    const cells = memoryCells(SIZE);
    const weak = new WeakBits(seed);
    const before = chip({ cells, weak });
    program(before, 4096, new Uint8Array(256).fill(0x0f));
    const fault: FlashFault = { cut: 'weak', seed };
    const cut = chip({ cells, weak, onCommand: () => fault });
    cut.writeEnable();
    expect(() => (kind === 'program' ? cut.pageProgram(4096, zeros(256)) : cut.erase(4096, 4096))).toThrow(PowerCut);
    expect(() => cut.read(0, zeros(1))).toThrow(PowerCut);
    return { cells, weak };
  }

  test.each(['program', 'erase'] as const)('leaves bits of its range that read differently until they are erased (%s)', (kind) => {
    for (let seed = 1; seed < 20; seed++) {
      const { cells, weak } = weakened(kind, seed);
      const one = chip({ cells, weak });
      const readings = new Set(Array.from({ length: 16 }, () => read(one, 4096, 4096).join()));
      expect(readings.size, `seed ${seed}`).toBeGreaterThan(1);
      expect(weak.isAny(0, 4096) || weak.isAny(8192, SIZE - 8192), `seed ${seed}`).toBe(false);
      program(one, 4096, zeros(256));
      expect(weak.isAny(4096, 4096), `seed ${seed}: programming decides nothing`).toBe(true);
      erase(one, 4096, 4096);
      expect(read(one, 4096, 4096).every((byte) => byte === 0xff), `seed ${seed}`).toBe(true);
      expect(weak.isAny(0, SIZE)).toBe(false);
    }
  });

  test('may read right at once: among the seeds are programs that were nearly done and erases that read blank', () => {
    const right = (kind: 'program' | 'erase', byte: number, size: number): boolean =>
      Array.from({ length: 60 }, (_, index) => index + 1).some((seed) => read(chip(weakened(kind, seed)), 4096, size).every((one) => one === byte));
    expect(right('program', 0, 256)).toBe(true);
    expect(right('erase', 0xff, 4096)).toBe(true);
  });

  test('reads the same for the same seed', () => {
    const readings = [0, 1].map(() => {
      const one = chip(weakened('program', 9));
      return [read(one, 4096, 256), read(one, 4096, 256)];
    });
    expect(readings[0]).toEqual(readings[1]);
  });
});

describe('the driver', () => {
  test('programs a page at a time, enables before each and waits, where someone looks on; the cells end the same', () => {
    const seen: FlashOperation[] = [];
    const data = new Uint8Array(700).map((_, index) => index);
    const watched = new NorFlash({ part, size: SIZE, onCommand: (operation) => (seen.push(operation), undefined) });
    const alone = new NorFlash({ part, size: SIZE });
    for (const flash of [watched, alone]) {
      flash.erase(0, 4096);
      flash.program(200, data);
    }
    expect(seen.map(({ kind, address, size }) => `${kind} ${address}+${size}`)).toEqual(['erase 0+4096', 'program 200+56', 'program 256+256', 'program 512+256', 'program 768+132']);
    expect(read(watched, 0, 1024)).toEqual(read(alone, 0, 1024));
    const { trace: _watched, ...account } = watched.account();
    const { trace: _alone, ...expected } = alone.account();
    expect(account).toEqual(expected);
  });

  test('has one trace for the same run, and another for another', () => {
    const run = (byte: number): number => {
      const flash = new NorFlash({ part, size: SIZE, isTraced: true });
      flash.program(0, new Uint8Array([byte]));
      flash.erase(0, 4096);
      return flash.account().trace;
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  test('whose power fails after an operation has done it', () => {
    const cells = memoryCells(SIZE);
    const flash = new NorFlash({ part, size: SIZE, cells, inject: () => ({ cut: 'after' }) });
    expect(() => flash.program(0, zeros(3))).toThrow(PowerCut);
    expect(read(new NorFlash({ part, size: SIZE, cells }), 0, 4)).toEqual([0, 0, 0, 0xff]);
  });
});
