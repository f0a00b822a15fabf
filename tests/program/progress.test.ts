// How often the program tells how far it is: by its own clock, whatever that shows.
import { afterEach, expect, it } from 'vitest';
import { SignedRig } from './signed-rig.ts';

const rigs: SignedRig[] = [];
afterEach(() => rigs.splice(0).forEach((rig) => rig.remove()));

interface Told {
  readonly atMs: number;
  readonly isLast: boolean;
}

/** Runs an upgrade with a clock that goes on by so much at each look. */
function toldWith(stepMs: number): { readonly progress: readonly Told[]; readonly looks: number } {
  const rig = new SignedRig();
  rigs.push(rig);
  rig.put('1.0', 1);
  let [nowMs, looks] = [0, 0];
  const progress: Told[] = [];
  const { code } = rig.run('run', 'json', (system) => {
    const write = system.stdout.write.bind(system.stdout);
    system.monotonic = () => {
      looks += 1;
      nowMs += stepMs;
      return BigInt(Math.round(nowMs * 1e6));
    };
    system.stdout.write = (from) => {
      const line = new TextDecoder().decode(from);
      if (line.includes('"event":"progress"')) progress.push({ atMs: nowMs, isLast: line.includes('"milliseconds"') });
      return write(from);
    };
  });
  expect(code).toBe(0);
  return { progress, looks };
}

it.each([1, 7])('progress is told at most ten times a second with a clock of %d ms a look, but for the first and the last of a phase', (stepMs) => {
  const { progress, looks } = toldWith(stepMs);
  expect(looks, 'the program looks at its clock much more often than it tells').toBeGreaterThan(2 * progress.length);
  expect(progress.some(({ isLast }) => isLast)).toBe(true);
  for (const [index, { atMs, isLast }] of progress.entries()) {
    const before = progress[index - 1];
    if (before === undefined || before.isLast || isLast) continue;
    expect(atMs - before.atMs, `event ${index}`).toBeGreaterThan(98);
  }
});
