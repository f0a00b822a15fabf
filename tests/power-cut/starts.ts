// What a board can hold when an upgrade begins.
import { rolls } from '../../host/bmc/flash-fault.ts';
import { loadCore } from '../../host/core/instance.ts';
import type { ControllerCore } from '../../host/bmc/controller-parts.ts';
import { imageOf, type Image } from '../core/wire.ts';
import { firmware, seeded, successor } from '../flash/content.ts';
import { blankMedium, PoweredBoard, SLOT } from './board.ts';
import type { Medium } from './medium.ts';

export const STARTS = ['blank', 'old image', 'half-written', 'corrupt'] as const;
export type Start = (typeof STARTS)[number];

/** The images of a trial: what runs, what ran before it, and what is to run. */
export interface Images {
  readonly older: Image;
  readonly old: Image;
  readonly fresh: Image;
}

/** Made of real machine code; the fresh one is all new, or the old one edited, by the seed. */
export function imagesOf(component: string, seed: number): Images {
  const random = seeded(seed);
  const sizes = [SLOT - 5000, SLOT - 15_000, SLOT - 8000 - random(4000)];
  const [older, old, all] = sizes.map((size) => firmware(random, size));
  const fresh = seed % 2 === 0 ? all! : successor(random, old!);
  // An edit may have changed nothing.
  fresh[random(fresh.length)]! ^= 0x21;
  return { older: imageOf(component, '1.0.0', older!), old: imageOf(component, '2.0.0', old!), fresh: imageOf(component, '3.0.0', fresh) };
}

/** What the other components hold all the time. */
const BYSTANDERS = Object.fromEntries(['bmc', 'bios'].map((name, index) => [name, imageOf(name, '0.9.0', firmware(seeded(4711 + index), 20_000))]));

export function bystanderOf(component: string): Image {
  return BYSTANDERS[component === 'bmc' ? 'bios' : 'bmc']!;
}

const core = loadCore<ControllerCore>();

/** A medium with this on it. The same for the same seed. */
export function startMedium(start: Start, images: Images, seed: number): Medium {
  const medium = blankMedium();
  const { component } = images.old;
  install(medium, bystanderOf(component));
  if (start === 'blank') return medium;
  install(medium, images.older);
  install(medium, images.old);
  if (start === 'old image') return medium;
  // By then the image is in staging, and the slot is being written.
  const half = interrupted(medium, images.fresh, seed, start === 'corrupt' ? 'sync' : 'slot');
  if (start === 'corrupt') corrupt(half, component, seed);
  return half;
}

function install(medium: Medium, image: Image): void {
  const board = new PoweredBoard(core, medium);
  const ended = board.install(image);
  if (ended !== 'Ok') throw new Error(`a factory could not install ${image.component} ${image.version}: ${ended}`);
  board.hostReset();
}

/** What is left when power fails in the middle of an upgrade: at the last sync, or at one of the slot's first 200 operations. */
function interrupted(medium: Medium, image: Image, seed: number, at: 'sync' | 'slot'): Medium {
  let left: Medium | undefined;
  let operations = 0;
  const last = 1 + (rolls(seed)() % 200);
  const board = new PoweredBoard(core, medium, (operation) => {
    const slotIsWritten = operation.chip !== undefined && operation.chip !== 'records';
    if (slotIsWritten) operations++;
    const isPlace = at === 'sync' ? operation.chip === undefined && operation.file.kind === 'sync' : slotIsWritten && operations <= last;
    if (isPlace) left = medium.cutAt(operation, 'weak', seed);
  });
  board.install(image);
  return left ?? medium;
}

/** Bits are wrong in the files, in the record pages that are not in use, and in the slot that is written next. */
function corrupt(medium: Medium, component: string, seed: number): void {
  const roll = rolls(seed);
  medium.files.spoil((_path, bytes) => {
    for (let errors = 0; errors < 3 && bytes.length > 0; errors++) bytes[roll() % bytes.length]! ^= 1 << (roll() % 8);
    return bytes;
  });
  const garbage = (size: number): Uint8Array => new Uint8Array(size).map(() => roll());
  const slot = medium.chip(component === 'bmc' ? nextSlot(medium) : 'bios-0');
  for (let errors = 0; errors < 9; errors++) slot.cells.write(roll() % (SLOT - 3000), garbage(roll() % 3000));
  const records = medium.chip('records').cells;
  const held = medium.bytes('records').slice();
  for (let page = 0; page < held.length / 256; page++) {
    const isBlank = held.subarray(page * 256, page * 256 + 256).every((byte) => byte === 0xff);
    if (isBlank && roll() % 4 === 0) records.write(page * 256, garbage(256));
  }
}

/** The chip of the slot that does not run. */
function nextSlot(medium: Medium): string {
  return new PoweredBoard(core, medium.copy(1)).component('bmc').running === 0 ? 'bmc-1' : 'bmc-0';
}
