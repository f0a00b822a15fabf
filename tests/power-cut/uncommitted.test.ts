// Power lost again and again while an image is on trial: the device ends on the image before.
import { expect, it } from 'vitest';
import type { ControllerCore } from '../../host/bmc/controller-parts.ts';
import { rolls } from '../../host/bmc/flash-fault.ts';
import { loadCore } from '../../host/core/instance.ts';
import { PoweredBoard } from './board.ts';
import { CUTS, operationText, type Medium, type MediumOperation } from './medium.ts';
import { imagesOf, startMedium } from './starts.ts';
import { expectWhole, must, SEED, type Case } from './trial.ts';

/** One for the board that is cut, one for what becomes of it. */
const cores = [loadCore<ControllerCore>(), loadCore<ControllerCore>()] as const;
const START = (medium: Medium, hook?: (operation: MediumOperation) => void): PoweredBoard => new PoweredBoard(cores[hook === undefined ? 1 : 0], medium, hook, undefined, 60_000);
/** More starts than a trial has attempts. */
const STARTS = 5;

it('an image that is never committed leaves the one before it, wherever power is lost on the way', () => {
  const given: Case = { start: 'old image', images: imagesOf('bmc', SEED), activate: 'now', seed: SEED };
  const medium = startMedium('old image', given.images, SEED);
  const roll = rolls(SEED * 31 + 7);
  let [index, cuts] = [0, 0];
  const failures: unknown[] = [];
  const hook = (operation: MediumOperation): void => {
    index++;
    // The way up to the activation is two-slots.test.ts's.
    if (operation.chip !== 'records') return;
    for (const cut of CUTS) {
      const where = `SEED=${SEED}: ${cut} operation ${index} (${operationText(operation)})`;
      try {
        endsOnOld(medium.cutAt(operation, cut, roll()), given, where);
        cuts++;
      } catch (error) {
        failures.push(error);
      }
    }
  };
  START(medium, hook).install(given.images.fresh);
  for (let start = 0; start < STARTS; start++) expectWhole(START(medium, hook), medium, given, `start ${start}`);
  if (failures.length > 0) throw failures[0];
  expect(runs(START(medium)), 'without a cut').toBe(given.images.old.version);
  expect(cuts).toBeGreaterThan(20);
});

function endsOnOld(medium: Medium, given: Case, where: string): void {
  for (let start = 0; start < STARTS; start++) expectWhole(START(medium), medium, given, `${where}, start ${start}`);
  const board = START(medium);
  must(runs(board) === given.images.old.version, `${where}: in the end the image before runs, not ${runs(board)}`);
  must(board.component('bmc').trial === undefined, `${where}: in the end nothing is on trial`);
}

const runs = (board: PoweredBoard): string | undefined => {
  const { running, slots } = board.component('bmc');
  return slots[running ?? -1]?.version;
};
