// A network in which all but one have lost their image. NODES=1000 SEED=… in the environment take another size and seed.
import { expect, it } from 'vitest';
import { figuresOf, type ScaleFigures } from './figures.ts';
import { simulate } from './world.ts';

const NODES = Number(process.env['NODES'] ?? 300);
const SEED = Number(process.env['SEED'] ?? 7);

function expectGood(figures: ScaleFigures): void {
  const where = `NODES=${figures.nodes} SEED=${figures.seed}: ${JSON.stringify(figures)}`;
  expect(figures.healthy, where).toBe(figures.nodes);
  expect(figures.locked, where).toBe(0);
  // Two uploads share a port, offers are collected, and who finds no place comes back later: this is what that costs.
  expect(figures.timesBound, where).toBeLessThan(2.5);
  expect(figures.rounds, where).toBeLessThanOrEqual(figures.boundRounds);
  expect(figures.fairness, where).toBeGreaterThan(0.8);
  expect(figures.longestWait, where).toBeLessThan(2.5 * figures.boundSeconds);
  expect(figures.mostUploads, where).toBeLessThan(3 * figures.boundRounds);
  expect(figures.requestsPerNode, where).toBeLessThan(10);
  expect(figures.offersPerNode, where).toBeLessThan(100);
}

it(`${NODES} machines have the image again within two and a half times the bound, and none is left out or locked`, async () => {
  expectGood(figuresOf(await simulate(NODES, SEED)));
}, 600_000);

it('the same seed is the same run, to the message, and another seed is another one', async () => {
  const [one, again, other] = [figuresOf(await simulate(100, SEED)), figuresOf(await simulate(100, SEED)), figuresOf(await simulate(100, SEED + 1))];
  expect(again).toEqual(one);
  expect(other.trace).not.toBe(one.trace);
});

it('a machine serves from its proved image before it has been written', async () => {
  const { machines } = await simulate(40, SEED, { writeMs: 3_600_000 / 2 });
  expect(machines.every(({ healthyMs }) => healthyMs !== undefined)).toBe(true);
  const firstHealthy = Math.min(...machines.map(({ healthyMs }) => healthyMs!));
  expect(Math.max(...machines.map(({ stagedMs }) => stagedMs!)), 'all have it before the first one is written').toBeLessThan(firstHealthy);
  expect(Math.max(...machines.map(({ generation }) => generation))).toBeGreaterThan(1);
});
