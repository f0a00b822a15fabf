import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boardText, readBoard } from '../../host/bmc/board-file.ts';
import { DEFAULT_BOARD } from '../../host/bmc/board.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { FerryError } from '../../host/error.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ferry-board-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function read(content: unknown): ReturnType<typeof readBoard> {
  const path = join(root, 'board.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readBoard(path);
}

function complaint(content: unknown): string {
  try {
    read(content);
  } catch (error) {
    expect(error).toBeInstanceOf(FerryError);
    const { code, exitCode, message } = error as FerryError;
    expect([code, exitCode]).toEqual(['board-invalid', 64]);
    expect(message).toMatch(/board\.json: .*; nothing was touched$/);
    return message;
  }
  throw new Error(`a board was made of ${JSON.stringify(content)}`);
}

const bmc = { name: 'bmc', part: 'W25Q256JV', slots: 2 };
const board = { platform: 'some-board', components: [bmc] };

describe('a board description', () => {
  it('can say what the emulated machine has', () => {
    expect(read({
      'platform': 'ferry-q35',
      'components': [bmc, { 'name': 'bios', 'part': 'W25Q128JV', 'slots': 1, 'slot-size': 16 * 1024 * 1024 }],
      'records-part': 'W25Q128JV',
    })).toEqual(DEFAULT_BOARD);
  });

  it('can have small slots, and starts with a byte order mark like any file of an editor', () => {
    const made = read(`\uFEFF${JSON.stringify({ ...board, components: [{ ...bmc, 'slot-size': 4096 }] })}`);
    expect(made.components[0]).toEqual({ name: 'bmc', part: FLASH_PARTS.W25Q256JV, slotCount: 2, slotSize: 4096 });
  });

  it('can name regions that no image changes', () => {
    const regions = [{ offset: 0, size: 65536 }, { offset: 131072, size: 131072 }];
    const made = read({ ...board, components: [{ ...bmc, slots: 1, protected: regions }] });
    expect(made.components[0]?.protectedRegions).toEqual(regions);
    expect(read(boardText(made)), 'as the controller leaves it in its state directory').toEqual(made);
  });

  it.each<[string, unknown, RegExp]>([
    ['a region of a component with two slots', [{ offset: 0, size: 65536 }], /"protected": expected a component with one slot/],
    ['regions that are no list', {}, /"protected": expected a list of at most 4 regions, got \{\}/],
    ['too many regions', [0, 1, 2, 3, 4].map((at) => ({ offset: at * 65536, size: 65536 })), /expected a list of at most 4/],
    ['a region of half a block', [{ offset: 0, size: 4096 }], /entry 1: "size": expected a multiple of 65536 bytes, whole erase blocks; got 4096/],
    ['a region of nothing', [{ offset: 0, size: 0 }], /"size"/],
    ['a region from the middle of a block', [{ offset: 100, size: 65536 }], /"offset": expected a multiple/],
    ['a region behind the slot', [{ offset: 2 ** 25, size: 65536 }], /expected an end of at most 33554432/],
    ['regions over one another', [{ offset: 65536, size: 65536 }, { offset: 0, size: 131072 }], /entry 2: "offset": expected 131072 or more/],
    ['a region without a size', [{ offset: 0 }], /"size": expected .* got nothing/],
    ['a region that is a number', [5], /entry 1: expected an object, got 5/],
  ])('with %s is refused', (what, regions, expected) => {
    expect(complaint({ ...board, components: [{ ...bmc, slots: what.includes('two slots') ? 2 : 1, protected: regions }] })).toMatch(expected);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{ "platform": ', /expected JSON/],
    ['a list', [], /the board: expected an object, got \[\]/],
    ['null', 'null', /the board: expected an object, got null/],
    ['an unknown key', { ...board, extra: 1 }, /the board: expected only "platform", "components", "records-part"; got "extra"/],
    ['no platform', { components: [bmc] }, /"platform": expected 1 to 15 of a-z.*got nothing/],
    ['a platform with a space', { ...board, platform: 'a b' }, /"platform": expected .*got "a b"/],
    ['a platform that is too long', { ...board, platform: 'a'.repeat(16) }, /"platform"/],
    ['no components', { ...board, components: [] }, /"components": expected a list of 1 to 16 components, got \[\]/],
    ['too many components', { ...board, components: Array.from({ length: 17 }, (_, i) => ({ ...bmc, name: `c${i}` })) }, /1 to 16/],
    ['components that are no list', { ...board, components: {} }, /expected a list/],
    ['a component twice', { ...board, components: [bmc, bmc] }, /"bmc" is there twice/],
    ['a name that leaves the directory', { ...board, components: [{ ...bmc, name: '../bmc' }] }, /entry 1: "name": expected .*got "..\/bmc"/],
    ['an unknown part', { ...board, components: [bmc, { ...bmc, name: 'nic', part: 'toString' }] }, /entry 2: "part": expected one of W25Q128JV, .*got "toString"/],
    ['three slots', { ...board, components: [{ ...bmc, slots: 3 }] }, /"slots": expected 1 \(written in place\) or 2, got 3/],
    ['a slot that does not fit the part', { ...board, components: [{ ...bmc, 'slot-size': 2 ** 26 }] }, /"slot-size": expected a multiple of 4096 bytes up to 33554432/],
    ['a slot of half a sector', { ...board, components: [{ ...bmc, 'slot-size': 2048 }] }, /"slot-size"/],
    ['a slot of nothing', { ...board, components: [{ ...bmc, 'slot-size': 0 }] }, /"slot-size"/],
    ['a slot size as text', { ...board, components: [{ ...bmc, 'slot-size': '4096' }] }, /got "4096"/],
    ['an unknown part for the records', { ...board, 'records-part': 'W25Q' }, /"records-part"/],
    ['a file that is too long', JSON.stringify(board) + ' '.repeat(70_000), /at most 65536 bytes/],
  ])('is refused with its place: %s', (_name, content, message) => {
    expect(complaint(content)).toMatch(message);
  });

  it('has to be a file that is there', () => {
    expect(() => readBoard(join(root, 'nowhere.json'))).toThrow(/can not be read: ENOENT/);
    expect(() => readBoard(root)).toThrow(/expected a JSON file/);
  });
});
