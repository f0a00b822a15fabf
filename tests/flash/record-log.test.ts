import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import type { SlotRecord } from '../../host/core/slot-record.ts';
import { SlotRecords, type RecordDevice } from '../../host/core/slot-records.ts';
import { seeded } from './content.ts';
import { flashCore } from './flash-core.ts';

const core = flashCore();
const part = FLASH_PARTS.W25Q128JV;
const SECTOR = 4096;
const PAGE = 256;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ferry-records-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A record whose content tells which component and which append it is. */
function record(component: string, append: number): SlotRecord {
  const slot = { state: 'valid', size: append, security: 0, version: `${component}-${append}`, digest: new Uint8Array(32).fill(append) } as const;
  return { component, active: 0, hostReset: false, slots: [slot] };
}

type Answer = (index: number, operation: FlashOperation) => FlashFault | undefined;

/** A flash of two sectors with slot records in it, whose power can be cycled. */
class Board {
  #flash: NorFlash;
  #answer: Answer = () => undefined;
  records: SlotRecords;
  /** Erases and programs since power came on. */
  operations: FlashOperation[] = [];

  constructor() {
    rmSync(join(directory, 'records.flash'), { force: true });
    this.#flash = this.#open();
    this.records = new SlotRecords(core, this.#device());
  }

  /** Power off and on. From then on each operation that changes the flash is answered by this. */
  powerCycle(answer: Answer = () => undefined): void {
    this.#flash.close();
    this.#answer = answer;
    this.operations = [];
    this.#flash = this.#open();
    this.records = new SlotRecords(core, this.#device());
  }

  /** The newest record of every component, as `name-append`. */
  versions(): string[] {
    return this.records.list().map((one) => one.slots[0]!.version).toSorted();
  }

  /** The same, as if only this sector were there. */
  versionsIn(sector: number): string[] {
    const alone = new SlotRecords(flashCore(), {
      ...this.#device(),
      read: (offset, into) => {
        this.#flash.read(offset, into);
        into.fill(0xff, (1 - sector) * SECTOR, (2 - sector) * SECTOR);
      },
    });
    return alone.list().map((one) => one.slots[0]!.version).toSorted();
  }

  /** Makes the page no record any more, as a cell that goes bad does. */
  rot(page: number): void {
    this.#flash.program(page * PAGE + 4, new Uint8Array([0]));
  }

  /** Asks for a fault at the operation that will have this index in `operations`. */
  powerFailsAt(at: number, fault: (operation: FlashOperation) => FlashFault | undefined): void {
    this.#answer = (index, operation) => (index === at ? fault(operation) : undefined);
  }

  close(): void {
    this.#flash.close();
  }

  #device(): RecordDevice {
    return {
      read: (offset, into) => this.#flash.read(offset, into),
      erase: (offset, size) => this.#flash.erase(offset, size),
      program: (offset, data) => this.#flash.program(offset, data),
    };
  }

  #open(): NorFlash {
    const inject = (operation: FlashOperation): FlashFault | undefined => {
      if (operation.kind === 'read') return undefined;
      this.operations.push(operation);
      return this.#answer(this.operations.length - 1, operation);
    };
    return new NorFlash({ part, size: 2 * SECTOR, path: join(directory, 'records.flash'), inject });
  }
}

function cuts({ kind, size }: FlashOperation): FlashFault[] {
  if (kind === 'program') {
    return [{ cut: 'before' }, ...[1, 100, 255, 256].map((bytes) => ({ cut: 'prefix', bytes }) as const), { cut: 'scatter', seed: 5 }];
  }
  const parts = [PAGE, size / 2, size - PAGE, size];
  return [
    { cut: 'before' },
    ...parts.map((bytes) => ({ cut: 'partly-erased', bytes }) as const),
    ...parts.map((bytes) => ({ cut: 'zero-filled', bytes }) as const),
  ];
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `part${index}`);

describe('the record log', () => {
  test.each([1, 2, 5, 15, 16])('keeps the newest record of each of %i components over hundreds of appends', (count) => {
    const random = seeded(count);
    const board = new Board();
    const newest = new Map<string, string>();
    for (let append = 0; append < 250; append++) {
      const name = names(count)[random(count)]!;
      board.records.append(record(name, append));
      newest.set(name, `${name}-${append}`);
      if (random(40) === 0) board.powerCycle();
      if (random(10) === 0) expect(board.versions(), `append ${append}`).toEqual([...newest.values()].toSorted());
    }
    board.powerCycle();
    expect(board.versions()).toEqual([...newest.values()].toSorted());
    expect(board.records.find('part0')?.slots[0]?.version).toBe(newest.get('part0'));
    expect(board.records.find('nothing')).toBeUndefined();
    board.close();
  });

  test('has all of the newest records in one sector after every append', () => {
    const random = seeded(12);
    const board = new Board();
    for (let append = 0; append < 120; append++) {
      board.records.append(record(names(4)[random(4)]!, append));
      if (random(30) === 0) board.powerCycle();
      expect([board.versionsIn(0), board.versionsIn(1)], `append ${append}`).toContainEqual(board.versions());
    }
    board.close();
  });

  test('refuses a seventeenth component, and goes on with the sixteen', () => {
    const board = new Board();
    names(16).forEach((name, append) => board.records.append(record(name, append)));
    expect(() => board.records.append(record('one-more', 99))).toThrow(/"one-more" failed.*NoRoom/);
    board.records.append(record('part3', 100));
    expect(board.versions()).toContain('part3-100');
    expect(board.versions()).toHaveLength(16);
    board.close();
  });

  test('erases once in sixteen appends of one component, the sectors in turn', () => {
    const board = new Board();
    for (let append = 0; append < 160; append++) board.records.append(record('bmc', append));
    const erased = board.operations.filter((one) => one.kind === 'erase').map((one) => one.address);
    // The first append after power came on does not build on what it finds: it erases too. Sector 0 is blank then.
    expect(erased).toEqual([SECTOR, 0, SECTOR, 0, SECTOR, 0, SECTOR, 0, SECTOR, 0]);
    board.close();
  });

  test('writes a record that is wrong not at all', () => {
    const board = new Board();
    board.records.append(record('bmc', 1));
    const before = board.operations.length;
    expect(() => board.records.append({ ...record('bmc', 2), active: 1 })).toThrow(/"bmc" failed.*BadField/);
    expect(board.operations).toHaveLength(before);
    expect(board.versions()).toEqual(['bmc-1']);
    board.close();
  });
});

describe('power lost while a record is appended', () => {
  /** Appends before the cut: so many that one of the next appends moves to the other sector. */
  function prepared(count: number, appends: number): { board: Board; newest: Map<string, string> } {
    const board = new Board();
    const newest = new Map<string, string>();
    for (let append = 0; append < appends; append++) {
      const name = names(count)[append % count]!;
      board.records.append(record(name, append));
      newest.set(name, `${name}-${append}`);
    }
    return { board, newest };
  }

  /** Cuts one append at each of its operations, in each way, and answers how many cuts there were. */
  function cutEverywhere(count: number, appends: number, fresh: boolean): number {
    let tried = 0;
    for (let at = 0; ; at++) {
      let faults = 1;
      for (let which = 0; which < faults; which++) {
        const { board, newest } = prepared(count, appends);
        if (fresh) board.powerCycle();
        const name = names(count)[appends % count]!;
        const context = `${count} components, append ${appends}, operation ${at}, cut ${which}`;
        let reached = false;
        const from = board.operations.length;
        board.powerFailsAt(from + at, (operation) => {
          reached = true;
          const choices = cuts(operation);
          faults = choices.length;
          return choices[which];
        });
        if (!reachesEnd(() => board.records.append(record(name, 200)))) {
          expect(reached, context).toBe(true);
        }
        if (!reached) {
          board.close();
          return tried;
        }
        tried++;
        board.powerCycle();
        const kept = board.versions();
        const old = [...newest.values()].toSorted();
        const changed = [...new Map(newest).set(name, `${name}-200`).values()].toSorted();
        expect([old, changed], context).toContainEqual(kept);
        board.records.append(record(name, 201));
        board.powerCycle();
        expect(board.versions(), context).toEqual([...new Map(newest).set(name, `${name}-201`).values()].toSorted());
        board.close();
      }
    }
  }

  test.each([
    [1, 3], [1, 16], [3, 10], [3, 16], [4, 20], [16, 16], [16, 17], [15, 16],
  ])('(%i components, after %i appends) leaves each component its newest record, old or new', (count, appends) => {
    expect(cutEverywhere(count, appends, false)).toBeGreaterThan(5);
    expect(cutEverywhere(count, appends, true)).toBeGreaterThan(5);
  });

  test('inside the erase of a sector has that sector erased again, not built on', () => {
    const { board } = prepared(3, 20);
    const current = board.operations.at(-1)!.address < SECTOR ? 0 : 1;
    board.powerCycle(() => ({ cut: 'partly-erased', bytes: SECTOR / 2 }));
    expect(reachesEnd(() => board.records.append(record('part0', 90)))).toBe(false);
    board.powerCycle();
    board.records.append(record('part0', 91));
    expect(board.operations.find(({ kind }) => kind === 'erase')).toEqual({ kind: 'erase', address: (1 - current) * SECTOR, size: SECTOR });
    board.close();
  });

  test('again and again leaves each component its newest record', () => {
    const seed = 4242;
    const random = seeded(seed);
    const board = new Board();
    const names3 = names(3);
    const possible = new Map<string, string[]>();
    for (let append = 0; append < 400; append++) {
      const name = names3[random(3)]!;
      const at = random(6);
      board.powerFailsAt(board.operations.length + at, (operation) => cuts(operation)[random(cuts(operation).length)]);
      const version = `${name}-${append % 256}`;
      const whole = reachesEnd(() => board.records.append(record(name, append % 256)));
      possible.set(name, whole ? [version] : [...(possible.get(name) ?? ['']), version]);
      if (whole) continue;
      board.powerCycle();
      for (const [component, versions] of possible) {
        const found = board.records.find(component)?.slots[0]?.version ?? '';
        expect(versions, `seed ${seed}, append ${append}`).toContain(found);
        possible.set(component, [found]);
      }
    }
    board.close();
  });
});

/** Did the append come to its end? */
function reachesEnd(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

describe('a part that fails under the record log', () => {
  test('at the N-th operation leaves the record before it, and the same log appends again', () => {
    for (let failing = 0; failing < 4; failing++) {
      const board = new Board();
      for (let append = 0; append < 3; append++) board.records.append(record(`part${append}`, append));
      board.powerCycle((index) => {
        if (index === failing) throw new Error('EIO');
        return undefined;
      });
      expect(() => board.records.append(record('part1', 50)), `operation ${failing}`).toThrow(/"part1" failed \(DeviceFailed\): EIO; the record before it is whole/);
      expect(board.versions()).toEqual(['part0-0', 'part1-1', 'part2-2']);
      board.records.append(record('part1', 51));
      expect(board.versions()).toEqual(['part0-0', 'part1-51', 'part2-2']);
      board.close();
    }
  });

  test('to program a page is passed over, and to erase at all is given up with the old record whole', () => {
    const board = new Board();
    board.records.append(record('bmc', 1));
    board.records.append(record('bios', 1));
    board.powerCycle((index) => (index === 1 || index === 2 ? { ignored: true } : undefined));
    board.records.append(record('bmc', 3));
    expect(board.versions()).toEqual(['bios-1', 'bmc-3']);
    board.powerCycle(() => ({ ignored: true }));
    expect(() => board.records.append(record('bmc', 4))).toThrow(/VerifyFailed/);
    board.powerCycle();
    expect(board.versions()).toEqual(['bios-1', 'bmc-3']);
    board.close();
  });

  test('after which the newest whole record of a component is only in the sector to be erased, has it rescued first', () => {
    const board = new Board();
    // Sector 1 fills up with both components; the move to sector 0 copies bios-7 to its first page, which goes bad.
    for (let append = 0; append < 8; append++) board.records.append(record('bios', append));
    for (let append = 0; append < 12; append++) board.records.append(record('bmc', append));
    board.rot(0);
    board.powerCycle();
    expect(board.versions()).toEqual(['bios-7', 'bmc-11']);
    const kinds: string[] = [];
    board.powerCycle((_, operation) => {
      kinds.push(`${operation.kind} ${operation.address < SECTOR ? 0 : 1}`);
      return undefined;
    });
    board.records.append(record('bmc', 30));
    // Home's last page once more, then bios-7; at the end home is erased too, with whatever was in flight.
    expect(kinds).toEqual(['program 0', 'program 0', 'erase 1', 'program 1', 'program 1', 'erase 0']);
    expect(board.versions()).toEqual(['bios-7', 'bmc-30']);
    board.close();
  });
});
