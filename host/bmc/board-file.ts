// A board from a JSON file:
//
//   { "platform": "ferry-q35",
//     "components": [
//       { "name": "bmc", "part": "W25Q256JV", "slots": 2 },
//       { "name": "bios", "part": "W25Q128JV", "slots": 1, "slot-size": 16777216,
//         "protected": [ { "offset": 0, "size": 131072 } ] } ],
//     "records-part": "W25Q128JV" }
//
// `slot-size` is the part's size when it is not there, `records-part` a W25Q128JV. `protected` names what no image changes in the
// only slot of a component. Everything else is an error.
import { readFileSync, statSync } from 'node:fs';
import { FerryError } from '../error.ts';
import { COMPONENT_LIMIT, DEFAULT_BOARD, SLOT_UNIT, type Board, type BoardComponent } from './board.ts';
import { FLASH_PARTS, type FlashPart } from './flash-part.ts';
import { PROTECTED_LIMIT, PROTECTED_UNIT, type ProtectedRegion } from './protected-regions.ts';

/** Far more than sixteen components need: a larger file is no board. */
const MAXIMUM_SIZE = 64 * 1024;
const NAME = /^[a-z0-9-]{1,15}$/;
const NAME_RULE = '1 to 15 of a-z, 0-9 and "-"';

type Complain = (what: string, cause?: unknown) => never;

/** Reads a board. `board-invalid` says what is wrong and where; nothing has been touched then. */
export function readBoard(path: string): Board {
  const complain: Complain = (what, cause) => {
    throw new FerryError('board-invalid', `${path}: ${what}; nothing was touched`, {
      hint: 'correct the board description, or leave --board away for the board of the emulated machine', exitCode: 64, cause,
    });
  };
  return parseBoard(readJson(path, complain), complain);
}

/** The description of a board, as `readBoard` reads it. */
export function boardText({ platform, components, recordsPart }: Board): string {
  const list = components.map(({ name, part, slotCount, slotSize, protectedRegions = [] }) => ({
    name, 'part': part.name, 'slots': slotCount, 'slot-size': slotSize, ...(protectedRegions.length === 0 ? {} : { 'protected': protectedRegions }),
  }));
  return `${JSON.stringify({ platform, components: list, 'records-part': recordsPart.name }, undefined, 2)}\n`;
}

function readJson(path: string, complain: Complain): unknown {
  let text: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAXIMUM_SIZE) return complain(`expected a JSON file of at most ${MAXIMUM_SIZE} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof FerryError) throw error;
    return complain(`the board description can not be read: ${(error as Error).message}`, error);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return complain(`expected JSON: ${(error as Error).message}`, error);
  }
}

function parseBoard(value: unknown, complain: Complain): Board {
  const board = objectOf(value, 'the board', ['platform', 'components', 'records-part'], complain);
  const list = board['components'];
  if (!Array.isArray(list) || list.length === 0 || list.length > COMPONENT_LIMIT) {
    return complain(`"components": expected a list of 1 to ${COMPONENT_LIMIT} components, got ${shown(list)}`);
  }
  const components = list.map((entry, index) => parseComponent(entry, `"components" entry ${index + 1}`, complain));
  components.forEach(({ name }, index) => {
    if (components.findIndex((other) => other.name === name) !== index) complain(`"components": "${name}" is there twice`);
  });
  return {
    platform: nameOf(board['platform'], '"platform"', complain),
    components,
    recordsPart: board['records-part'] === undefined ? DEFAULT_BOARD.recordsPart : partOf(board['records-part'], '"records-part"', complain),
  };
}

function parseComponent(value: unknown, where: string, complain: Complain): BoardComponent {
  const component = objectOf(value, where, ['name', 'part', 'slots', 'slot-size', 'protected'], complain);
  const name = nameOf(component['name'], `${where}: "name"`, complain);
  const part = partOf(component['part'], `${where}: "part"`, complain);
  const slotCount = component['slots'];
  if (slotCount !== 1 && slotCount !== 2) return complain(`${where}: "slots": expected 1 (written in place) or 2, got ${shown(slotCount)}`);
  const slotSize = component['slot-size'] ?? part.size;
  if (typeof slotSize !== 'number' || !Number.isInteger(slotSize) || slotSize <= 0 || slotSize % SLOT_UNIT !== 0 || slotSize > part.size) {
    return complain(`${where}: "slot-size": expected a multiple of ${SLOT_UNIT} bytes up to ${part.size}, the size of ${part.name}; got ${shown(slotSize)}`);
  }
  const protectedRegions = component['protected'] === undefined ? undefined : parseRegions(component['protected'], { where, slotCount, slotSize }, complain);
  return { name, part, slotCount, slotSize, ...(protectedRegions === undefined ? {} : { protectedRegions }) };
}

interface RegionPlace {
  readonly where: string;
  readonly slotCount: 1 | 2;
  readonly slotSize: number;
}

function parseRegions(value: unknown, { where, slotCount, slotSize }: RegionPlace, complain: Complain): ProtectedRegion[] {
  if (slotCount !== 1) return complain(`${where}: "protected": expected a component with one slot, got one with two: the other slot would be without its settings`);
  if (!Array.isArray(value) || value.length > PROTECTED_LIMIT) return complain(`${where}: "protected": expected a list of at most ${PROTECTED_LIMIT} regions, got ${shown(value)}`);
  let end = 0;
  return value.map((entry: unknown, index) => {
    const place = `${where}: "protected" entry ${index + 1}`;
    const { offset, size } = objectOf(entry, place, ['offset', 'size'], complain);
    for (const [name, number] of [['offset', offset], ['size', size]] as const) {
      if (typeof number !== 'number' || !Number.isInteger(number) || number % PROTECTED_UNIT !== 0 || number < (name === 'size' ? 1 : 0)) {
        return complain(`${place}: "${name}": expected a multiple of ${PROTECTED_UNIT} bytes, whole erase blocks; got ${shown(number)}`);
      }
    }
    const region = { offset: offset as number, size: size as number };
    if (region.offset < end) return complain(`${place}: "offset": expected ${end} or more, behind the region before; got ${region.offset}`);
    end = region.offset + region.size;
    if (end > slotSize) return complain(`${place}: expected an end of at most ${slotSize}, the size of the slot; got ${end}`);
    return region;
  });
}

function objectOf(value: unknown, where: string, keys: readonly string[], complain: Complain): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return complain(`${where}: expected an object, got ${shown(value)}`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) return complain(`${where}: expected only ${keys.map((key) => `"${key}"`).join(', ')}; got ${shown(unknown)}`);
  return value as Record<string, unknown>;
}

function nameOf(value: unknown, where: string, complain: Complain): string {
  return typeof value === 'string' && NAME.test(value) ? value : complain(`${where}: expected ${NAME_RULE}, got ${shown(value)}`);
}

function partOf(value: unknown, where: string, complain: Complain): FlashPart {
  const parts: Readonly<Record<string, FlashPart>> = FLASH_PARTS;
  const part = typeof value === 'string' && Object.hasOwn(parts, value) ? parts[value] : undefined;
  return part ?? complain(`${where}: expected one of ${Object.keys(parts).join(', ')}; got ${shown(value)}`);
}

/** A value as it may stand in a message: short, on one line. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
