// Two real processes, one of them killed in the middle, again and again. KILLS sets how many of each; SEED replays.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControllerProcess, ended, type Run, runFerry, spawnFerry, startController } from '../processes.ts';
import { runSeed, seeded } from '../random.ts';
import { type SmallMachine, smallMachine } from '../small-machine.ts';

const KILLS = Number(process.env['KILLS'] ?? 50);
const SEED = runSeed();
/** The lock of a killed session is given to the next one after this. */
const LEASE_MS = '300';

let machine: SmallMachine;
let controller: ControllerProcess;
let releases = 0;
/** How long an undisturbed run takes, from the start of its process: the moments of the kills are spread over it. */
let undisturbedMs = 0;

const bmc = (): Promise<ControllerProcess> => startController(machine.state, '--board', machine.board, '--lease', LEASE_MS);
const run = (): Promise<Run> => runFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the device itself says that it runs. */
async function running(): Promise<Record<string, unknown>> {
  const inventory = await runFerry(['inventory', '--machine', machine.state, '--json']);
  const slots = inventory.events.filter((event) => event['event'] === 'slot' && event['running'] === true);
  return Object.fromEntries(slots.map((slot) => [String(slot['component']), slot['sha256']]));
}

/** Runs the same command until it says that all is done; it may not need more than a few runs. */
async function untilDone(where: string): Promise<Run> {
  for (let attempt = 0; attempt < 4; attempt++) {
    const result = await run();
    if (result.code === 0 || result.code === 2 || result.code === 3) return result;
    expect([1, 4, 5], `${where}\n${result.output}`).toContain(result.code);
  }
  return expect.unreachable(`${where}: the same command did not finish in four runs`);
}

beforeAll(async () => {
  machine = smallMachine();
  controller = await bmc();
  machine.release(releases++);
  await untilDone('the first images');
  machine.release(releases++);
  const since = performance.now();
  await untilDone('an undisturbed run');
  undisturbedMs = performance.now() - since;
});

afterAll(async () => {
  await controller.stop();
  machine.remove();
});

test(`the host killed at ${KILLS} moments: the same command again stores the right images`, { timeout: 600_000 }, async () => {
  const random = seeded(SEED);
  for (let kill = 0; kill < KILLS; kill++) {
    const wanted = machine.release(releases++);
    const delay = undisturbedMs * (0.1 + random());
    const where = `SEED=${SEED} kill ${kill} of the host after ${delay.toFixed(1)} ms`;
    const child = spawnFerry(['run', '-c', machine.config, '--machine', machine.state, '--json']);
    const end = ended(child);
    await pause(delay);
    child.kill('SIGKILL');
    await end;
    await untilDone(where);
    expect(await running(), where).toEqual({ bmc: wanted.bmc, bios: wanted.bios });
  }
});

test(`the management controller killed at ${KILLS} moments: it comes back, and the right images are stored`, { timeout: 600_000 }, async () => {
  const random = seeded(SEED ^ 0x5bd1e995);
  for (let kill = 0; kill < KILLS; kill++) {
    const wanted = machine.release(releases++);
    const delay = undisturbedMs * (0.1 + random());
    const where = `SEED=${SEED} kill ${kill} of the controller after ${delay.toFixed(1)} ms`;
    const first = run();
    await pause(delay);
    await controller.kill();
    controller = await bmc();
    const result = await first;
    expect([0, 1, 2, 3, 5], `${where}\n${result.output}`).toContain(result.code);
    await untilDone(where);
    expect(await running(), where).toEqual({ bmc: wanted.bmc, bios: wanted.bios });
  }
});
