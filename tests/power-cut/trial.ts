// Cuts power at operation after operation of an upgrade, starts the board on what is left, and runs the same upgrade
// again; and cuts that one too.
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import type { ControllerCore } from '../../host/bmc/controller-parts.ts';
import { rolls } from '../../host/bmc/flash-fault.ts';
import { loadCore } from '../../host/core/instance.ts';
import type { Image } from '../core/wire.ts';
import { PoweredBoard, type Hook } from './board.ts';
import { CUTS, operationText, type Medium } from './medium.ts';
import { bystanderOf, imagesOf, startMedium, STARTS, type Images, type Start } from './starts.ts';
import { WHOLE, type Way } from './ways.ts';

export interface CutCounts {
  singles: number;
  pairs: number;
  /** Operations of the upgrades that were cut. */
  operations: number;
  /** One number for everything that happened. */
  trace: number;
  failure?: unknown;
}

export interface Case {
  readonly start: Start;
  readonly images: Images;
  readonly activate: 'now' | 'nextReset';
  readonly seed: number;
  /** How the image comes; its bytes, unless said otherwise. */
  readonly way?: Way;
  /** Only each so many-th operation is cut. */
  readonly stride?: number;
}

/** The core of each depth: the upgrade, the run after a cut, and the run after the second one. */
type Cores = (depth: number) => ControllerCore;
const kept = [0, 1, 2].map(() => loadCore<ControllerCore>());
/** The same instance at every start: much faster, and the same, since a start resets all of it. */
export const REUSED: Cores = (depth) => kept[depth]!;
/** Another one at every start, as a board has it. */
export const FRESH: Cores = () => loadCore<ControllerCore>();
let coreAt: Cores = REUSED;

/** CUTS in the environment is how many single cuts all tests together make. */
export const CUT_COUNT = Number(process.env['CUTS'] ?? 20_000);
export const SEED = Number(process.env['SEED'] ?? 1);

/** What is cut, when it is not every operation of what brings an image as it is onto each start. */
export type Cutting = Pick<Case, 'way' | 'stride'> & { readonly starts?: readonly Start[] };

/** Cuts until there were so many single cuts. Two of three have another cut in their repair, unless that is over before. */
export function cutEverywhere(component: string, singles: number, seed: number, cores: Cores = REUSED, { starts = STARTS, ...how }: Cutting = {}): CutCounts {
  coreAt = cores;
  const counts: CutCounts = { singles: 0, pairs: 0, operations: 0, trace: 0 };
  for (let round = seed; counts.singles < singles; round++) {
    for (const start of starts) {
      for (const activate of ['now', 'nextReset'] as const) {
        const at = round * 2 + (activate === 'now' ? 0 : 1);
        cutUpgrade({ start, images: imagesOf(component, at), activate, seed: at, ...how }, counts, singles);
      }
    }
  }
  return counts;
}

function cutUpgrade(given: Case, counts: CutCounts, singles: number): void {
  const medium = startMedium(given.start, given.images, given.seed);
  const roll = rolls(given.seed * 7919 + 1);
  const { component } = given.images.old;
  let index = 0;
  upgrade(0, medium, given, (operation) => {
    counts.operations++;
    index++;
    if (counts.failure !== undefined || (index + given.seed) % (given.stride ?? 1) !== 0) return;
    for (const cut of CUTS) {
      if (counts.singles >= singles) return;
      const seed = roll();
      const where = `seed ${given.seed}, ${component}, ${given.start}, activate ${given.activate}, ${cut} operation ${index} (${operationText(operation)}), cut seed ${seed}`;
      recover(medium.cutAt(operation, cut, seed), given, where, counts, counts.singles % 3 === 0 ? undefined : roll);
      counts.singles++;
    }
  });
  // Inside of an operation it would only be a failed operation.
  if (counts.failure !== undefined) throw counts.failure;
  expectNew(medium, given, `seed ${given.seed}, ${component}, ${given.start}, without a cut`);
}

/** What a host does in the end, with every start that takes. */
function upgrade(depth: number, medium: Medium, { images, activate, way = WHOLE }: Case, hook: Hook | undefined, started?: (board: PoweredBoard) => void): string {
  const board = new PoweredBoard(coreAt(depth), medium, hook);
  started?.(board);
  const ended = board.install(images.fresh, activate, way, images.old);
  (activate === 'nextReset' ? new PoweredBoard(coreAt(depth), medium, hook) : board).hostReset();
  return ended;
}

/** Power is back: what runs is whole, and the next run ends well; a power cut in the middle of it, too. */
function recover(medium: Medium, given: Case, where: string, counts: CutCounts, roll?: () => number): void {
  try {
    expectRecovery(medium, given, where, counts, roll);
  } catch (error) {
    counts.failure ??= error;
  }
}

function expectRecovery(medium: Medium, given: Case, where: string, counts: CutCounts, roll?: () => number): void {
  const hook = roll && cutOnce(medium, given, where, counts, roll);
  const ended = upgrade(roll === undefined ? 2 : 1, medium, given, hook, (board) => expectWhole(board, medium, given, where));
  must(ended === 'Ok' || ended === 'AlreadyRunning', `${where}: the next run ends well, not ${ended}`);
  expectNew(medium, given, where);
  counts.trace = crc32(medium.bytes('records'), counts.trace);
}

/** Cuts power at one operation of a repair. Most have some 220 of them; one that has fewer than the number goes on to its end. */
function cutOnce(medium: Medium, given: Case, where: string, counts: CutCounts, roll: () => number): Hook {
  const at = roll() % 220;
  let index = 0;
  return (operation) => {
    if (index++ !== at) return;
    const seed = roll();
    const cut = CUTS[seed % CUTS.length]!;
    recover(medium.cutAt(operation, cut, seed), given, `${where}; then ${cut} operation ${index} (${operationText(operation)}), cut seed ${seed}`, counts);
    counts.pairs++;
  };
}

/** After any cut and start: each component runs a whole image, old or new, or says that it does not. */
export function expectWhole(board: PoweredBoard, medium: Medium, { start, images }: Case, where: string): void {
  const { component } = images.old;
  const { running, slots, isInPlace } = board.component(component);
  const isInDoubt = slots.some(({ state }) => state === 'writing' || state === 'failed');
  if (isInPlace && isInDoubt) must(!board.isSafe, `${where}: the status says that power must stay`);
  if (running === undefined) {
    must(start === 'blank' || (start === 'corrupt' && isInPlace), `${where}: after the start ${component} runs a whole image`);
  } else if (start !== 'corrupt' || !isInPlace) {
    const image = [images.old, images.fresh].find(({ version }) => version === slots[running]?.version);
    must(image !== undefined, `${where}: what runs is the old or the new image, not "${slots[running]?.version}"`);
    expectHolds(medium, `${component}-${running}`, image!, where);
  }
  const other = bystanderOf(component);
  must(board.component(other.component).running === 0, `${where}: ${other.component} still runs`);
  expectHolds(medium, `${other.component}-0`, other, where);
}

export function expectNew(medium: Medium, { images }: Case, where: string): void {
  const board = new PoweredBoard(coreAt(2), medium);
  const { component, version } = images.fresh;
  const { running, slots } = board.component(component);
  must(running !== undefined && slots[running]?.version === version, `${where}: in the end the new image runs, not ${slots[running ?? 0]?.version} in slot ${running}`);
  must(board.isSafe, `${where}: in the end power may go`);
  expectHolds(medium, `${component}-${running}`, images.fresh, where);
  expectHolds(medium, `${bystanderOf(component).component}-0`, bystanderOf(component), where);
}

/** The cells hold the image, and none of them may turn. */
function expectHolds(medium: Medium, chip: string, image: Image, where: string): void {
  const differs = Buffer.compare(medium.bytes(chip, image.bytes.length), image.bytes) !== 0;
  must(!differs, `${where}: ${chip} holds ${image.component} ${image.version} byte for byte`);
  must(!medium.chip(chip).weak.isAny(0, image.bytes.length), `${where}: no bit of ${chip} is left undecided under ${image.version}`);
}

/** `expect` builds its messages even when all is well; this is called a million times. */
export function must(holds: boolean, claim: string): void {
  if (!holds) expect.unreachable(claim);
}
