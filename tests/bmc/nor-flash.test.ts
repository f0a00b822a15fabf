import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PowerCut, type FlashFault, type FlashOperation } from '../../host/bmc/flash-fault.ts';
import { FLASH_PARTS, type FlashPart } from '../../host/bmc/flash-part.ts';
import { NorFlash, type NorFlashOptions } from '../../host/bmc/nor-flash.ts';

const KIB = 1024;
const part: FlashPart = FLASH_PARTS.W25Q128JV;

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ferry-nor-'));
  path = join(directory, 'bios.flash');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (options: Partial<NorFlashOptions> = {}): NorFlash => new NorFlash({ part, size: 128 * KIB, path, ...options });

function read(flash: NorFlash, address: number, size: number): number[] {
  const bytes = new Uint8Array(size);
  flash.read(address, bytes);
  return [...bytes];
}

describe('the NOR model', () => {
  test('is blank when new, and of the size of its part', () => {
    const flash = new NorFlash({ part, path });
    expect(flash.size).toBe(16 * 1024 * KIB);
    flash.close();
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(16 * 1024 * KIB);
    expect(bytes.equals(Buffer.alloc(bytes.length, 0xff))).toBe(true);
    expect(readdirSync(directory)).toEqual(['bios.flash']);
  });

  test('clears bits and never sets one when it programs', () => {
    const flash = open();
    flash.program(1000, new Uint8Array([0xf0, 0x3c]));
    flash.program(1000, new Uint8Array([0x3c, 0xff]));
    expect(read(flash, 999, 4)).toEqual([0xff, 0x30, 0x3c, 0xff]);
    flash.close();
  });

  test('sets a whole erase block to 0xFF and nothing beside it', () => {
    for (const { size } of part.erasers) {
      const flash = open({ size: 256 * KIB, path: `${path}.${size}` });
      flash.program(0, new Uint8Array(256 * KIB));
      flash.erase(size, size);
      expect(read(flash, size - 1, 2), `${size}`).toEqual([0, 0xff]);
      expect(read(flash, 2 * size - 1, 2), `${size}`).toEqual([0xff, 0]);
      flash.close();
    }
  });

  test('refuses an erase that its part does not have, and any access beyond its end', () => {
    const flash = open();
    expect(() => flash.erase(0, 8192)).toThrow('an erase of 8192 bytes at 0x0: expected a size of W25Q128JV (4096, 32768, 65536), aligned to it; nothing was erased');
    expect(() => flash.erase(4096, 32 * KIB)).toThrow(RangeError);
    expect(() => flash.erase(128 * KIB, 4096)).toThrow('within the 131072 bytes of the flash');
    expect(() => flash.program(128 * KIB - 1, new Uint8Array(2))).toThrow('a program of 2 bytes at 0x1ffff');
    expect(() => flash.read(-1, new Uint8Array(1))).toThrow(RangeError);
    expect(() => flash.read(0.5, new Uint8Array(1))).toThrow(RangeError);
    expect(flash.account()).toMatchObject({ reads: 0, programs: 0, erases: 0, typicalMicroseconds: 0 });
    flash.close();
  });

  test('counts every page that a program touches, by the typical and the maximum time', () => {
    const flash = open();
    flash.program(0, new Uint8Array(256));
    flash.program(255, new Uint8Array(2));
    flash.program(512, new Uint8Array(1024));
    flash.erase(0, 4096);
    flash.erase(32 * KIB, 32 * KIB);
    expect(flash.account()).toMatchObject({
      programs: 3,
      pages: 7,
      erases: 2,
      typicalMicroseconds: 7 * 700 + 45_000 + 120_000,
      maximumMicroseconds: 7 * 3000 + 400_000 + 1_600_000,
    });
    flash.close();
  });

  test('keeps bytes at once and wear from close or sync on', () => {
    const first = open();
    first.program(5, new Uint8Array([1, 2]));
    first.erase(64 * KIB, 64 * KIB);
    first.erase(64 * KIB, 4096);
    expect([...readFileSync(path).subarray(4, 8)]).toEqual([0xff, 1, 2, 0xff]);
    expect(existsSync(`${path}.wear`)).toBe(false);
    first.sync();
    expect(readFileSync(`${path}.wear`).readUInt32LE(16 * 4)).toBe(2);
    first.erase(64 * KIB, 4096);
    first.close();
    const second = open();
    const { wear, wearRestarted } = second.account();
    expect([...wear.subarray(14, 19)]).toEqual([0, 0, 3, 1, 1]);
    expect(wear).toHaveLength(32);
    expect(wearRestarted).toBe(false);
    expect(read(second, 5, 2)).toEqual([1, 2]);
    second.close();
    expect(readdirSync(directory).toSorted()).toEqual(['bios.flash', 'bios.flash.wear']);
  });

  test('counts wear anew, and says so, when the wear file is damaged', () => {
    open().close();
    writeFileSync(`${path}.wear`, 'x');
    const flash = open();
    expect(flash.account()).toMatchObject({ wearRestarted: true });
    flash.erase(0, 4096);
    flash.close();
    expect(statSync(`${path}.wear`).size).toBe(32 * 4);
  });

  test('reads a stuck bit as 0 whatever is erased', () => {
    const flash = open({ stuck: [{ address: 4100, mask: 0x08 }] });
    flash.erase(4096, 4096);
    expect(read(flash, 4099, 3)).toEqual([0xff, 0xf7, 0xff]);
    flash.close();
  });
});

describe('a flash file', () => {
  test('of another size is refused and stays as it is', () => {
    writeFileSync(path, 'old');
    expect(() => open()).toThrow(/wrong size: expected 131072 bytes, got 3; nothing was changed/);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('of more than the part, or not of whole sectors, is refused by name', () => {
    for (const size of [0, -4096, 4095, 17 * 1024 * KIB, Number.NaN]) {
      expect(() => open({ size }), `${size}`).toThrow(/expected a multiple of 4096 up to 16777216, the size of W25Q128JV/);
    }
    expect(existsSync(path)).toBe(false);
  });

  test('that can not be made or opened is named, with the reason', () => {
    expect(() => open({ path: join(directory, 'nowhere', 'bios.flash') })).toThrow(/creating the flash file ".*nowhere.bios\.flash" failed: ENOENT/);
    mkdirSync(path);
    expect(() => open()).toThrow(/opening the flash file ".*" failed: EISDIR/);
  });

  test('that an earlier start left half made is made again', () => {
    writeFileSync(`${path}.new`, 'half');
    open().close();
    expect(statSync(path).size).toBe(128 * KIB);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test('that something else cut short fails the read with the place where it ends', () => {
    const flash = open();
    truncateSync(path, 6000);
    expect(() => flash.read(4096, new Uint8Array(4096))).toThrow(/reading the flash file ".*" at 0x1000 failed: the file ends at 0x1770/);
    flash.close();
  });

  test('that is closed fails every operation', () => {
    const flash = open();
    flash.close();
    expect(() => flash.program(0, new Uint8Array(1))).toThrow(/flash file/);
  });

  test('whose wear can not be saved says that the flash itself is right', () => {
    const flash = open();
    flash.erase(0, 4096);
    mkdirSync(`${path}.wear`);
    expect(() => flash.close()).toThrow(/writing the wear file ".*" failed: .*; the flash file itself is as it should be/);
  });
});

describe('a fault', () => {
  /** A flash whose next changing operation is answered by this. */
  function faulty(fault: FlashFault, size = 128 * KIB): NorFlash {
    const flash = open();
    flash.program(0, new Uint8Array(size).fill(0x0f));
    flash.close();
    return open({ inject: ({ kind }: FlashOperation) => (kind === 'read' ? undefined : fault) });
  }

  function reopened(flash: NorFlash): NorFlash {
    flash.close();
    return open();
  }

  test('that cuts power ends the model until it is made anew', () => {
    const flash = faulty({ cut: 'before' });
    expect(() => flash.erase(0, 4096)).toThrow(new PowerCut({ kind: 'erase', address: 0, size: 4096 }));
    expect(() => flash.read(0, new Uint8Array(1))).toThrow(PowerCut);
    expect(() => flash.program(0, new Uint8Array(1))).toThrow(PowerCut);
    const again = reopened(flash);
    expect(read(again, 0, 2)).toEqual([0x0f, 0x0f]);
    again.close();
  });

  test('inside a program leaves its first bytes, or any of its bits', () => {
    const torn = faulty({ cut: 'prefix', bytes: 2 });
    expect(() => torn.program(300, new Uint8Array(4))).toThrow(PowerCut);
    const after = reopened(torn);
    expect(read(after, 299, 6)).toEqual([0x0f, 0, 0, 0x0f, 0x0f, 0x0f]);
    after.close();
    const scattered = faulty({ cut: 'scatter', seed: 3 });
    expect(() => scattered.program(1024, new Uint8Array(256))).toThrow(PowerCut);
    const bytes = read(reopened(scattered), 1024, 256);
    expect(bytes.every((byte) => (byte & ~0x0f) === 0)).toBe(true);
    expect(bytes.some((byte) => byte !== 0)).toBe(true);
    expect(bytes.some((byte) => byte !== 0x0f)).toBe(true);
  });

  test('inside an erase leaves the start blank, or the end zero', () => {
    const partly = faulty({ cut: 'partly-erased', bytes: 1000 });
    expect(() => partly.erase(4096, 4096)).toThrow(PowerCut);
    expect(partly.account().wear[1]).toBe(1);
    const first = reopened(partly);
    expect(read(first, 4096 + 999, 2)).toEqual([0xff, 0x0f]);
    first.close();
    const zeroed = faulty({ cut: 'zero-filled', bytes: 1000 });
    expect(() => zeroed.erase(4096, 4096)).toThrow(PowerCut);
    const second = reopened(zeroed);
    expect(read(second, 8192 - 1001, 2)).toEqual([0x0f, 0]);
    expect(read(second, 8191, 2)).toEqual([0, 0x0f]);
    second.close();
  });

  test('that only reports success changes no byte, and takes its time', () => {
    const flash = faulty({ ignored: true });
    flash.erase(0, 4096);
    flash.program(0, new Uint8Array(256));
    expect(read(flash, 0, 1)).toEqual([0x0f]);
    expect(flash.account().typicalMicroseconds).toBe(45_700);
    flash.close();
  });

  test('thrown by the hook is the error of the operation, which then has not happened', () => {
    const flash = open({
      inject: ({ kind }) => {
        if (kind !== 'read') throw new Error('EIO');
        return undefined;
      },
    });
    expect(() => flash.program(0, new Uint8Array(1))).toThrow('EIO');
    expect(read(flash, 0, 1)).toEqual([0xff]);
    expect(flash.account().programs).toBe(0);
    flash.close();
  });
});
