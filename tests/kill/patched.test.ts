// One of two real processes is killed while an image comes as a patch, or as digests of blocks, and while the image is made
// of it and stored. KILLS sets how many of each; SEED replays.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControllerProcess, ended, type Run, runFerry, spawnFerry, startController } from '../processes.ts';
import { runSeed, seeded } from '../random.ts';
import { type Release, type SmallMachine, smallMachine } from '../small-machine.ts';

const KILLS = Number(process.env['KILLS'] ?? 4);
const SEED = runSeed();
const LEASE_MS = '300';

let machine: SmallMachine;
let controller: ControllerProcess;
let releases = 0;
/** How long undisturbed runs take, as a patch and as digests. */
const undisturbedMs = new Map<boolean, number>();

const bmc = (): Promise<ControllerProcess> => startController(machine.state, '--board', machine.board, '--lease', LEASE_MS);
const ARGUMENTS = (): string[] => ['run', '-c', machine.config, '--machine', machine.state, '--json'];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** The next release is the one before it with changes; every other one has patches beside it. */
const hasPatches = (): boolean => releases % 2 === 0;
const next = (): Release => {
  const isPatched = hasPatches();
  return machine.successor(releases++, isPatched);
};

/** What the device itself says that it runs. */
async function running(): Promise<Record<string, unknown>> {
  const { events } = await runFerry(['inventory', '--machine', machine.state, '--json']);
  const slots = events.filter((event) => event['event'] === 'slot' && event['running'] === true);
  return Object.fromEntries(slots.map((slot) => [String(slot['component']), slot['sha256']]));
}

/** Runs the same command until it says that all is done; its code says what the device holds. */
async function untilDone(wanted: Release, where: string): Promise<Run> {
  for (let attempt = 0; attempt < 4; attempt++) {
    const result = await runFerry(ARGUMENTS());
    const isThere = JSON.stringify(await running()) === JSON.stringify({ bmc: wanted.bmc, bios: wanted.bios });
    const isDone = [0, 2, 3].includes(Number(result.code));
    expect(isDone ? isThere : [1, 4, 5].includes(Number(result.code)), `${where}: code ${result.code}, and the device ${isThere ? 'runs' : 'does not run'} the images\n${result.output}`).toBe(true);
    if (isDone) return result;
  }
  return expect.unreachable(`${where}: the same command did not finish in four runs`);
}

beforeAll(async () => {
  machine = smallMachine();
  controller = await bmc();
  machine.release(releases++);
  expect([0, 3]).toContain((await runFerry(ARGUMENTS())).code);
  while (undisturbedMs.size < 2) {
    const isPatched = hasPatches();
    const wanted = next();
    const since = performance.now();
    const { code, output, events } = await runFerry(ARGUMENTS());
    undisturbedMs.set(isPatched, performance.now() - since);
    expect([0, 3], output).toContain(code);
    expect(await running()).toEqual({ bmc: wanted.bmc, bios: wanted.bios });
    expect(events.filter((event) => event['event'] === 'phase' && event['phase'] === 'patch').length, 'images that came as patches').toBe(isPatched ? 2 : 0);
  }
}, 120_000);

afterAll(async () => {
  await controller.stop();
  machine.remove();
});

test(`the host killed at ${KILLS} moments of patches and digests: the same command again stores the right images`, { timeout: 600_000 }, async () => {
  const random = seeded(SEED ^ 0x2545f491);
  for (let kill = 0; kill < KILLS; kill++) {
    const delay = undisturbedMs.get(hasPatches())! * (0.2 + 0.8 * random());
    const where = `SEED=${SEED} kill ${kill} of the host after ${delay.toFixed(1)} ms, ${hasPatches() ? 'patches' : 'digests'}`;
    const wanted = next();
    const child = spawnFerry(ARGUMENTS());
    const end = ended(child);
    await pause(delay);
    child.kill('SIGKILL');
    await end;
    await untilDone(wanted, where);
  }
});

test(`the management controller killed at ${KILLS} moments of patches and digests: it comes back, and the right images are stored`, { timeout: 600_000 }, async () => {
  const random = seeded(SEED ^ 0x6a09e667);
  for (let kill = 0; kill < KILLS; kill++) {
    const delay = undisturbedMs.get(hasPatches())! * (0.2 + 0.8 * random());
    const where = `SEED=${SEED} kill ${kill} of the controller after ${delay.toFixed(1)} ms, ${hasPatches() ? 'patches' : 'digests'}`;
    const wanted = next();
    const first = runFerry(ARGUMENTS());
    await pause(delay);
    await controller.kill();
    controller = await bmc();
    const { code, output } = await first;
    expect([0, 1, 2, 3, 5], `${where}\n${output}`).toContain(code);
    await untilDone(wanted, where);
  }
});
