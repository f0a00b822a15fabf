// The N-th read, write, open or flush of staging, journal, slot records or flash fails, N = 1, 2, … until the upgrade
// no longer gets as far as N. Once, or from there on until the next start.
import { describe, expect, it } from 'vitest';
import type { ControllerCore } from '../../host/bmc/controller-parts.ts';
import { loadCore } from '../../host/core/instance.ts';
import { PoweredBoard } from './board.ts';
import { operationText, type Medium } from './medium.ts';
import { imagesOf, startMedium, STARTS, type Start } from './starts.ts';
import { expectNew, expectWhole, must, SEED, type Case } from './trial.ts';

const core = loadCore<ControllerCore>();
/** Each says what failed, and none of them that the image is stored. */
const FAILURES = ['StagingFailed', 'StagingFull', 'FlashFailed', 'ReadBackMismatch', 'RecordFailed'];

/** A repair at the start may have done all already. */
const isWell = (ended: string): boolean => ended === 'Ok' || ended === 'AlreadyRunning';

/** Fails the calls that it is asked to. */
class FailingCalls {
  count = 0;
  what = '';
  readonly #first: number;
  readonly #last: number;
  readonly #code: string;

  constructor(first: number, last: number, code: string) {
    this.#first = first;
    this.#last = last;
    this.#code = code;
  }

  get wereReached(): boolean {
    return this.count >= this.#first;
  }

  readonly call = (what: string): void => {
    this.count++;
    if (this.count < this.#first || this.count > this.#last) return;
    if (this.what === '') this.what = what;
    throw Object.assign(new Error(`${this.#code}: made to fail`), { code: this.#code });
  };
}

function tryUpgrade(medium: Medium, { images }: Case, calls: FailingCalls): { ended: string; board: PoweredBoard | undefined; cause: unknown } {
  let board: PoweredBoard;
  try {
    board = new PoweredBoard(core, medium, (operation) => calls.call(operationText(operation)), calls.call);
  } catch (cause) {
    return { ended: 'not started', board: undefined, cause };
  }
  const ended = board.install(images.fresh);
  return { ended, board, cause: board.failure };
}

/** How many calls an upgrade makes: one after the other has failed. */
function failEach(component: string, start: Start, mode: 'once' | 'from there on', code: string): number {
  const images = imagesOf(component, SEED * 2);
  const given: Case = { start, images, activate: 'now', seed: SEED * 2 };
  const base = startMedium(start, images, given.seed);
  for (let call = 1; ; call++) {
    const medium = base.copy(call);
    const calls = new FailingCalls(call, mode === 'once' ? call : Number.POSITIVE_INFINITY, code);
    const { ended, cause } = tryUpgrade(medium, given, calls);
    const where = `seed ${given.seed}, ${component}, ${start}: call ${call} (${calls.what}) fails ${mode} with ${code}`;
    if (!calls.wereReached) return call - 1;
    must(ended === 'not started' || isWell(ended) || FAILURES.includes(ended), `${where}: the answer is ${ended}`);
    must(isWell(ended) || (cause instanceof Error && cause.message.includes(code)), `${where}: ${ended} with its cause, not ${String(cause)}`);
    const again = new PoweredBoard(core, medium);
    expectWhole(again, medium, given, where);
    const next = again.install(images.fresh);
    must(isWell(next), `${where}: the next run ends well, not ${next}`);
    again.hostReset();
    expectNew(medium, given, where);
  }
}

describe.each(['bmc', 'bios'])('a call of the operating system or the flash that fails (%s)', (component) => {
  it.each(STARTS)('%s: is told as what it was, leaves the old image, and the next run finishes', (start) => {
    expect(failEach(component, start, 'once', 'EIO')).toBeGreaterThan(30);
    expect(failEach(component, start, 'from there on', 'ENOSPC')).toBeGreaterThan(30);
  });
});
