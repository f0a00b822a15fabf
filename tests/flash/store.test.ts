import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { HashInPlace } from '../../host/bmc/hash-engine.ts';
import { NorFlash, type NorFlashOptions } from '../../host/bmc/nor-flash.ts';
import { FlashStore, type StoreDevice, type StoreProgress } from '../../host/core/flash.ts';
import { firmware, seeded, successor } from './content.ts';
import { flashCore } from './flash-core.ts';

const KIB = 1024;
const BLOCK = 64 * KIB;
const part = FLASH_PARTS.W25Q128JV;
const core = flashCore();
const store = new FlashStore(core, part);
const hashEngine = new HashInPlace();

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** A slot at `base` of the flash, and the image staged for it. */
function device(flash: NorFlash, image: Uint8Array, base = 0): StoreDevice {
  return {
    hash: (offset, bytes) => hashEngine.take(offset, bytes),
    digest: () => hashEngine.digest(),
    readStaging: (offset, into) => into.set(image.subarray(offset, offset + into.length)),
    readFlash: (offset, into) => flash.read(base + offset, into),
    eraseFlash: (offset, size) => flash.erase(base + offset, size),
    programFlash: (offset, data) => flash.program(base + offset, data),
  };
}

function flashWith(content: Uint8Array, options: Partial<NorFlashOptions> = {}): NorFlash {
  const flash = new NorFlash({ part, size: content.length, ...options });
  flash.program(0, content);
  return flash;
}

function contentOf(flash: NorFlash, offset: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  flash.read(offset, bytes);
  return bytes;
}

const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

describe('storing an image', () => {
  test('of any size leaves the slot with it, padded with 0xFF to the block or the slot', () => {
    for (const size of [1, 255, 4097, 65_535, 65_536, 65_537, 131_072, 199 * KIB + 3, 200 * KIB]) {
      const random = seeded(size);
      const old = firmware(random, 256 * KIB);
      const image = firmware(random, size);
      const flash = flashWith(old);
      store.begin(size, 200 * KIB, sha256(image));
      expect(store.run(device(flash, image)), `${size} bytes`).toEqual({ result: 'done' });
      const end = Math.min(200 * KIB, Math.ceil(size / BLOCK) * BLOCK);
      const expected = old.slice();
      expected.fill(0xff, 0, end).set(image);
      expect(same(contentOf(flash, 0, old.length), expected), `${size} bytes`).toBe(true);
    }
  });

  test('that is there already costs only reads', () => {
    const image = firmware(seeded(3), 192 * KIB);
    const flash = flashWith(image);
    const before = flash.account();
    store.begin(image.length, 192 * KIB, sha256(image));
    expect(store.run(device(flash, image))).toEqual({ result: 'done' });
    expect(flash.account()).toMatchObject({ programs: before.programs, erases: 0, reads: 6 });
    expect(store.progress()).toMatchObject({ skipped: 3, erases: 0, pages: 0, microseconds: 0 });
  });

  test('reports what the part itself counts', () => {
    const random = seeded(4);
    const old = firmware(random, 192 * KIB);
    const image = successor(random, old);
    const flash = flashWith(old);
    const before = flash.account();
    store.begin(image.length, 192 * KIB, sha256(image));
    expect(store.run(device(flash, image))).toEqual({ result: 'done' });
    const after = flash.account();
    expect(store.progress()).toMatchObject({
      phase: 'ended',
      erases: after.erases,
      pages: after.pages - before.pages,
      microseconds: after.typicalMicroseconds - before.typicalMicroseconds,
    });
  });

  test('goes through its phases, each from the first byte to the last', () => {
    const image = firmware(seeded(5), 150 * KIB);
    const flash = flashWith(new Uint8Array(192 * KIB));
    store.begin(image.length, 192 * KIB, sha256(image));
    const seen: StoreProgress[] = [store.progress()];
    while (store.step(device(flash, image)) === undefined) seen.push(store.progress());
    expect([...new Set(seen.map((one) => one.phase))]).toEqual(['verifying', 'writing', 'reading-back', 'ended']);
    for (const phase of ['verifying', 'writing', 'reading-back'] as const) {
      const done = seen.filter((one) => one.phase === phase).map((one) => one.bytesDone);
      expect(done, phase).toEqual(done.toSorted((left, right) => left - right));
      expect(done[0], phase).toBe(0);
    }
    expect(seen.every((one) => one.bytesTotal === image.length)).toBe(true);
    expect(seen.at(-1)?.bytesDone).toBe(image.length);
  });

  test('from staging with another digest ends before any operation of the flash', () => {
    const image = firmware(seeded(6), 192 * KIB);
    const digest = sha256(image);
    image[100_000]! ^= 1;
    const operations: FlashOperation[] = [];
    const flash = new NorFlash({ part, size: 192 * KIB, inject: (operation) => void operations.push(operation) });
    store.begin(image.length, 192 * KIB, digest);
    expect(store.run(device(flash, image))).toMatchObject({ result: 'failed', status: 'DigestMismatch' });
    expect(operations).toEqual([]);
  });

  test('whose staging changes after the check is found when the slot is read back', () => {
    const image = firmware(seeded(7), 128 * KIB);
    const flash = flashWith(new Uint8Array(128 * KIB));
    store.begin(image.length, 128 * KIB, sha256(image));
    while (store.progress().phase === 'verifying') store.step(device(flash, image));
    image[70_000]! ^= 1;
    expect(store.run(device(flash, image))).toMatchObject({ result: 'failed', status: 'VerifyFailed', message: expect.stringContaining('SHA-256') });
  });

  test('can begin anew at any action, and forgets what ran before', () => {
    const [first, second] = [firmware(seeded(8), 128 * KIB), firmware(seeded(9), 100 * KIB)];
    for (let steps = 0; steps < 12; steps++) {
      const flash = flashWith(new Uint8Array(128 * KIB));
      store.begin(first.length, 128 * KIB, sha256(first));
      for (let i = 0; i < steps; i++) store.step(device(flash, first));
      store.begin(second.length, 128 * KIB, sha256(second));
      expect(store.run(device(flash, second)), `after ${steps} actions`).toEqual({ result: 'done' });
      expect(same(contentOf(flash, 0, second.length), second)).toBe(true);
    }
  });
});

describe('a part that fails', () => {
  const random = seeded(20);
  const old = firmware(random, 128 * KIB);
  const image = firmware(random, 128 * KIB);

  /** Runs with this answer to each operation that changes the flash, counted from 0. */
  function runWith(answer: (index: number, operation: FlashOperation) => FlashFault | undefined, stuck: NorFlashOptions['stuck'] = []) {
    let armed = false;
    let index = 0;
    const inject = (operation: FlashOperation): FlashFault | undefined => (armed ? answer(index++, operation) : undefined);
    const flash = flashWith(old, { inject, stuck });
    armed = true;
    store.begin(image.length, 128 * KIB, sha256(image));
    const outcome = store.run(device(flash, image));
    armed = false;
    return { flash, outcome, operations: index };
  }

  test('at the N-th operation ends the run there, and the next run finishes', () => {
    const { operations } = runWith(() => undefined);
    expect(operations).toBeGreaterThan(8);
    for (let failing = 0; failing < operations; failing++) {
      const cause = new Error('EIO');
      const { flash, outcome, operations: reached } = runWith((index) => {
        if (index === failing) throw cause;
        return undefined;
      });
      expect(outcome, `operation ${failing}`).toMatchObject({ result: 'failed', status: 'DeviceFailed', cause });
      expect(reached, `operation ${failing}`).toBe(failing + 1);
      store.begin(image.length, 128 * KIB, sha256(image));
      expect(store.run(device(flash, image)), `operation ${failing}`).toEqual({ result: 'done' });
      expect(same(contentOf(flash, 0, image.length), image)).toBe(true);
    }
  });

  test('is told apart from staging that fails', () => {
    for (let failing = 0; failing < 4; failing++) {
      const flash = flashWith(old);
      let reads = 0;
      const good = device(flash, image);
      const failsOnce: StoreDevice = {
        ...good,
        readStaging: (offset, into) => {
          if (reads++ === failing) throw new Error('ESTALE');
          good.readStaging(offset, into);
        },
      };
      store.begin(image.length, 128 * KIB, sha256(image));
      expect(store.run(failsOnce), `read ${failing}`).toMatchObject({ result: 'failed', status: 'StagingFailed', message: expect.stringContaining('ESTALE') });
    }
  });

  test('to do what it says once is found at the comparison, and the block is erased and written again', () => {
    for (const kind of ['erase', 'program'] as const) {
      let lied = false;
      const { flash, outcome } = runWith((_, operation) => {
        if (lied || operation.kind !== kind) return undefined;
        lied = true;
        return { ignored: true };
      });
      expect(outcome, kind).toEqual({ result: 'done' });
      expect(store.progress().retries, kind).toBe(1);
      expect(same(contentOf(flash, 0, image.length), image), kind).toBe(true);
    }
  });

  test('to do anything at all is given up after three more tries of one block', () => {
    const erases: number[] = [];
    const { outcome } = runWith((_, operation) => {
      if (operation.kind === 'erase') erases.push(operation.address);
      return operation.kind === 'read' ? undefined : { ignored: true };
    });
    expect(outcome).toMatchObject({ result: 'failed', status: 'VerifyFailed' });
    expect(store.progress().retries).toBe(3);
    expect(erases.every((address) => address < BLOCK)).toBe(true);
  });

  test('by a stuck bit is named with the place, the byte that should be there and the one that is', () => {
    const at = image.findIndex((byte, index) => index > 70_000 && (byte & 0x40) !== 0);
    const { outcome } = runWith(() => undefined, [{ address: at, mask: 0x40 }]);
    expect(outcome).toMatchObject({ result: 'failed', status: 'VerifyFailed' });
    const [expected, got] = [image[at]!, image[at]! & ~0x40].map((byte) => `0x${byte.toString(16)}`);
    expect(outcome).toMatchObject({ message: expect.stringContaining(`0x${at.toString(16)} of the slot: expected ${expected}, got ${got}`) });
  });
});

describe('a block that was in flight when power failed', () => {
  test('is erased and written again although it reads as it should, and no other is', () => {
    const image = firmware(seeded(30), 192 * KIB);
    const changed: number[] = [];
    let armed = false;
    const inject = (operation: FlashOperation): undefined => {
      if (armed && operation.kind !== 'read') changed.push(Math.floor(operation.address / BLOCK));
    };
    const flash = flashWith(image, { inject });
    armed = true;
    store.begin(image.length, 192 * KIB, sha256(image));
    store.distrust(BLOCK + 5000);
    expect(store.run(device(flash, image))).toEqual({ result: 'done' });
    expect(new Set(changed)).toEqual(new Set([1]));
    expect(store.progress()).toMatchObject({ skipped: 2, erases: 1 });
    store.begin(image.length, 192 * KIB, sha256(image));
    store.distrust(BLOCK, 2 * BLOCK + 1);
    expect(store.run(device(flash, image))).toEqual({ result: 'done' });
    expect(new Set(changed)).toEqual(new Set([1, 2]));
    expect(store.progress()).toMatchObject({ skipped: 1, erases: 2 });
  });
});

describe('calls out of order', () => {
  const status = (name: string) => Number(core.Status[name]?.value);
  const action = (name: string) => Number(core.StoreAction[name]?.value);

  test('are refused and change nothing', () => {
    const image = firmware(seeded(40), 4096);
    store.begin(image.length, 4096, sha256(image));
    expect(core.storeDone(status('Ok'))).toBe(status('WrongState'));
    expect(core.storeNext()).toBe(action('ReadStaging'));
    expect(core.storeNext()).toBe(action('ReadStaging'));
    expect(() => store.distrust(0)).toThrow(/WrongState/);
    expect(core.storeDone(status('DeviceFailed'))).toBe(status('Ok'));
    expect(core.storeDone(status('Ok'))).toBe(status('WrongState'));
    expect(core.storeNext()).toBe(action('Failed'));
    expect(core.storeDone(status('Ok'))).toBe(status('WrongState'));
  });

  test('with sizes that no slot has end at once', () => {
    for (const [image, slot] of [[0, 4096], [4097, 4096], [1, 0], [1, 4095], [0xffffffff, 4096]] as const) {
      expect(() => store.begin(image, slot, new Uint8Array(32)), `${image} in ${slot}`).toThrow(/BadArgument/);
      expect(core.storeNext(), `${image} in ${slot}`).toBe(action('Failed'));
    }
    expect(() => store.begin(1, 4096, new Uint8Array(31))).toThrow(/expected a SHA-256 of 32 bytes, got 31/);
  });
});
