import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PowerCut, type FlashFault, type FlashOperation } from '../../host/bmc/flash-fault.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { HashInPlace } from '../../host/bmc/hash-engine.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import { FlashStore, type StoreOutcome } from '../../host/core/flash.ts';
import { firmware, seeded, successor } from './content.ts';
import { flashCore } from './flash-core.ts';

const KIB = 1024;
const part = FLASH_PARTS.W25Q128JV;
const SLOT = 256 * KIB;
const store = new FlashStore(flashCore(), part);
const hashEngine = new HashInPlace();

/** Everything that a power cut can leave of one operation: nothing, all, and several things between. */
function cuts({ kind, size }: FlashOperation): FlashFault[] {
  if (kind === 'read') return [{ cut: 'before' }];
  if (kind === 'program') {
    return [
      { cut: 'before' },
      ...[1, 256, Math.floor(size / 2) + 13, size].map((bytes) => ({ cut: 'prefix', bytes }) as const),
      { cut: 'scatter', seed: size },
    ];
  }
  return [
    { cut: 'before' },
    ...[256, size / 2, size].map((bytes) => ({ cut: 'partly-erased', bytes }) as const),
    ...[256, size / 2, size].map((bytes) => ({ cut: 'zero-filled', bytes }) as const),
  ];
}

/** Two slots in one flash: the second holds an image that no cut may touch. */
class Board {
  readonly #path: string | undefined;
  readonly #image: Uint8Array;
  readonly #digest: Uint8Array;
  #flash: NorFlash;
  #fault: { readonly at: number; readonly fault: FlashFault } | undefined;
  operations: FlashOperation[] = [];
  block = 0;

  constructor(content: Uint8Array, image: Uint8Array, path?: string) {
    this.#path = path;
    this.#image = image;
    this.#digest = createHash('sha256').update(image).digest();
    this.#flash = this.#powerOn();
    for (let at = 0; at < content.length; at += 64 * KIB) this.#flash.erase(at, 64 * KIB);
    this.#flash.program(0, content);
  }

  /** One run, with power cut at operation `at` of it. */
  run(cut?: { at: number; fault: FlashFault }): StoreOutcome {
    if (this.#path !== undefined) this.#powerCycle();
    this.#fault = cut;
    this.operations = [];
    store.begin(this.#image.length, SLOT, this.#digest);
    return store.run({
      readStaging: (offset, into) => into.set(this.#image.subarray(offset, offset + into.length)),
      hash: (offset, bytes) => hashEngine.take(offset, bytes),
      digest: () => hashEngine.digest(),
      readFlash: (offset, into) => this.#flash.read(offset, into),
      eraseFlash: (offset, size) => this.#flash.erase(offset, size),
      programFlash: (offset, data) => this.#flash.program(offset, data),
    });
  }

  content(): Uint8Array {
    this.#fault = undefined;
    const bytes = new Uint8Array(2 * SLOT);
    if (this.#path !== undefined) this.#powerCycle();
    this.#flash.read(0, bytes);
    return bytes;
  }

  close(): void {
    this.#flash.close();
  }

  #powerCycle(): void {
    this.#flash.close();
    this.#flash = this.#powerOn();
  }

  #powerOn(): NorFlash {
    const inject = (operation: FlashOperation): FlashFault | undefined => {
      this.operations.push(operation);
      return this.#fault?.at === this.operations.length - 1 ? this.#fault.fault : undefined;
    };
    return new NorFlash({ part, size: 2 * SLOT, inject, ...(this.#path === undefined ? {} : { path: this.#path }) });
  }
}

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ferry-store-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const random = seeded(77);
const running = firmware(random, SLOT);
const before = firmware(random, SLOT);
const content = new Uint8Array(2 * SLOT);
content.set(before);
content.set(running, SLOT);
/** Images that make the plans differ: all new, edited, and one that ends inside a block. */
const images = {
  'all new': firmware(random, 192 * KIB),
  edited: successor(random, before.slice(0, 192 * KIB)),
  'an odd size': firmware(random, 130 * KIB + 77),
};

describe.each(Object.entries(images))('power lost while an image is stored (%s)', (name, image) => {
  const path = (): string => join(directory, `${name.replaceAll(' ', '-')}.flash`);

  /** What every finished run must have left. */
  function expectStored(board: Board, context: string): void {
    const bytes = board.content();
    expect(Buffer.compare(bytes.subarray(0, image.length), image), context).toBe(0);
    expect(Buffer.compare(bytes.subarray(SLOT), running), `${context}: the other slot`).toBe(0);
  }

  function countOperations(): FlashOperation[] {
    const board = new Board(content, image, path());
    expect(board.run()).toEqual({ result: 'done' });
    expectStored(board, 'without a cut');
    board.close();
    expect(board.operations.filter((one) => one.kind !== 'read').length).toBeGreaterThan(2);
    return board.operations.slice(0, -1);
  }

  test('at and inside each flash operation leaves the other slot whole, and the next run finishes', () => {
    countOperations().forEach((operation, at) => {
      for (const fault of cuts(operation)) {
        const context = `operation ${at} (${operation.kind} at ${operation.address}), ${JSON.stringify(fault)}`;
        const board = new Board(content, image, path());
        expect(board.run({ at, fault }), context).toMatchObject({ result: 'failed', status: 'DeviceFailed', cause: expect.any(PowerCut) });
        expect(board.run(), context).toEqual({ result: 'done' });
        expectStored(board, context);
        board.close();
      }
    });
  });

  test('twice in a row leaves the same', () => {
    const seed = 99;
    const pick = seeded(seed);
    const operations = countOperations();
    for (let round = 0; round < 40; round++) {
      const board = new Board(content, image, path());
      const first = pick(operations.length);
      const faults = cuts(operations[first]!);
      const fault = faults[pick(faults.length)]!;
      board.run({ at: first, fault });
      const second = pick(operations.length);
      board.run({ at: second, fault: { cut: 'before' } });
      const context = `seed ${seed}, round ${round}: operation ${first} ${JSON.stringify(fault)}, then operation ${second}`;
      expect(board.run(), context).toEqual({ result: 'done' });
      expectStored(board, context);
      board.close();
    }
  });
});
