// Power that fails at and inside flash operations of a whole controller: slots, slot records and staging together.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FlashFault, FlashOperation } from '../../host/bmc/flash-fault.ts';
import type { Image } from '../core/wire.ts';
import { LEASE_MS, Machine } from './machine.ts';
import { smallImage } from './small-board.ts';

const machines: Machine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.remove();
});

/** A controller whose power fails at the N-th erase or program, in a way that changes from cut to cut. */
class CutMachine {
  operations = 0;
  cutAt = Number.POSITIVE_INFINITY;
  readonly machine: Machine;

  constructor(state?: string) {
    this.machine = new Machine({ flashFault: (_chip, operation) => this.#fault(operation) });
    machines.push(this.machine);
    if (state === undefined) return;
    this.machine.controller.close();
    this.machine.state = state;
    this.machine.controller = this.machine.makeController();
    this.machine.controller.start();
  }

  #fault({ kind, size }: FlashOperation): FlashFault | undefined {
    // Power fails for all chips at once: nothing is read or written any more.
    if (this.operations > this.cutAt) return { cut: 'before' };
    if (kind === 'read' || this.operations++ !== this.cutAt) return undefined;
    const part = (this.cutAt * 997) % size;
    const faults: FlashFault[] = kind === 'erase'
      ? [{ cut: 'before' }, { cut: 'partly-erased', bytes: part }, { cut: 'zero-filled', bytes: part }]
      : [{ cut: 'before' }, { cut: 'prefix', bytes: part }, { cut: 'scatter', seed: this.cutAt + 1 }];
    return faults[this.cutAt % faults.length];
  }
}

const old = { bmc: smallImage('bmc', '1.0.0', 1), bios: smallImage('bios', '1.0.0', 2) };
const fresh = { bmc: smallImage('bmc', '2.0.0', 3), bios: smallImage('bios', '2.0.0', 4) };

/** The version that runs, once what the flash holds was compared with that image. */
function runningVersion(machine: Machine, images: readonly Image[], where: string): string {
  const { component } = images[0]!;
  const { running, slots } = machine.controller.components().find(({ name }) => name === component)!;
  expect(running, `${where}: ${component} runs a whole image`).toBeDefined();
  const image = images.find(({ version }) => version === slots[running!]?.version);
  const flash = readFileSync(join(machine.state, 'flash', `${component}-${running}.flash`));
  expect(image && Buffer.compare(flash.subarray(0, image.bytes.length), image.bytes), `${where}: what ${component} runs is what its record says`).toBe(0);
  return image!.version;
}

describe('power lost at any flash operation of an upgrade', () => {
  it.each(['bmc', 'bios'] as const)('leaves a whole image after the next start, and the same upgrade again ends well: %s', (component) => {
    const base = new CutMachine();
    base.machine.install(old[component]);
    for (let cut = 0; ; cut++) {
      const trial = new CutMachine(base.machine.copyState());
      trial.operations = 0;
      trial.cutAt = cut;
      const where = `cut at operation ${cut}`;
      trial.machine.install(fresh[component]);
      const isOver = trial.operations <= cut;
      trial.cutAt = Number.POSITIVE_INFINITY;
      trial.machine.kill();
      trial.machine.run();
      runningVersion(trial.machine, [old[component], fresh[component]], where);
      trial.machine.clock.now += LEASE_MS + 1;
      expect(['Ok', 'AlreadyRunning'], where).toContain(trial.machine.install(fresh[component], 2));
      expect(runningVersion(trial.machine, [fresh[component]], where)).toBe('2.0.0');
      trial.machine.remove();
      if (!isOver) continue;
      expect(cut, 'operations that were cut').toBeGreaterThan(8);
      break;
    }
  });
});
