// Two hundred readers on the network side of a management controller while an image comes over the bus: all of them hear
// all events, and none of them costs memory that is not bounded. Three processes: the controller, `ferry run`, the readers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleBmcImage } from '../../host/cli/sample-images.ts';
import { loggedEvents, NetworkUser, openReaders, type Reader, residentMiB } from '../network-readers.ts';
import { type ControllerProcess, runFerry, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const READERS = 200;
/** Of them, these stop to read. */
const ASLEEP = 20;
/** Power cycles of the storm of events: more of them than a connection's buffers hold. */
const STORM = 150;
/** Much more than it takes (about 40), much less than a queue for each reader would. */
const MEMORY_MIB = 128;
const PASSWORD = 'correct horse battery';
const RESET = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset';

const place = scratchDirectory();
const state = join(place.path, 'machine');
let controller: ControllerProcess;
let user: NetworkUser;

beforeAll(async () => {
  writeFileSync(join(place.path, 'password'), PASSWORD, { mode: 0o600 });
  controller = await startController(state, '--listen', '127.0.0.1:0', '--password-file', join(place.path, 'password'));
  user = await NetworkUser.logIn(state, PASSWORD);
});
afterAll(async () => {
  user.end();
  await controller.stop();
  place.remove();
});

async function push(version: string): Promise<void> {
  writeFileSync(join(place.path, 'bmc.bin'), sampleBmcImage(version, 1));
  writeFileSync(join(place.path, 'ferry.ini'), `[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = ${version}\n`);
  const { code, output } = await runFerry(['run', '-c', join(place.path, 'ferry.ini'), '--machine', state, '--json']);
  expect(code, output).toBe(0);
}

const newest = (): number => loggedEvents(state).at(-1)?.number ?? 0;

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`never came to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until they have heard of the last event, and expects that they have heard of each once, in order. */
async function expectAll(readers: readonly Reader[], first: number, what: string): Promise<void> {
  const last = newest();
  await until(() => readers.every(({ numbers }) => (numbers.at(-1) ?? 0) >= last), what);
  readers.forEach((reader, index) => {
    expect(reader.numbers, `reader ${index}`).toEqual(reader.numbers.map((_, place) => first + place));
    expect(reader.wasToldOfLoss, `reader ${index}`).toBe(false);
  });
}

test(`${READERS} readers lose no event of an image of 32 MiB, one that stops reading hears the rest later, memory is bounded`, async () => {
  const pid = controller.child.pid ?? 0;
  const before = newest();
  const all = await openReaders(user, READERS, before);
  const [asleep, awake] = [all.readers.slice(0, ASLEEP), all.readers.slice(ASLEEP)];
  const atRest = residentMiB(pid);
  let peak = atRest;
  const watch = setInterval(() => (peak = Math.max(peak, residentMiB(pid))), 20);
  try {
    await push('1.0.1');
    for (const reader of asleep) reader.stopReading();
    for (let round = 0; round < STORM; round++) for (const ResetType of ['ForceOff', 'On']) await user.ask('POST', RESET, { ResetType });
    await expectAll(awake, before + 1, 'everyone who reads has heard everything');
    expect(Math.min(...awake.map(({ states }) => states)), 'the state changed for everyone').toBeGreaterThan(1);
    expect(all.answers, 'answers about tasks').toBeGreaterThan(0);
    for (const reader of asleep) reader.readOn();
    await expectAll(asleep, before + 1, 'those who slept have heard the rest');
  } finally {
    clearInterval(watch);
    all.close();
  }
  expect(peak - atRest, `MiB more than the ${atRest.toFixed(0)} at rest`).toBeLessThan(MEMORY_MIB);
});
