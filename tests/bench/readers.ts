// A 32 MiB image over the bus while two hundred readers look on over the network, against the same image with nobody there;
// and the memory that they cost the controller. The controller, `ferry run` and the readers are three processes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleBmcImage } from '../../host/cli/sample-images.ts';
import { loggedEvents, NetworkUser, openReaders, residentMiB } from '../network-readers.ts';
import { runFerry, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { compare, type Comparison } from './measure.ts';

const READERS = 200;
/** A multiple of the number of images, so that both sides send each of them equally often. */
const ROUNDS = 9;
const IMAGES = 3;
const PASSWORD = 'correct horse battery';

export async function benchReaders(): Promise<Comparison[]> {
  const directory = scratchDirectory();
  const state = join(directory.path, 'machine');
  writeFileSync(join(directory.path, 'password'), PASSWORD, { mode: 0o600 });
  const controller = await startController(state, '--listen', '127.0.0.1:0', '--password-file', join(directory.path, 'password'));
  const user = await NetworkUser.logIn(state, PASSWORD);
  const newest = (): number => loggedEvents(state).at(-1)?.number ?? 0;
  for (let index = 0; index < IMAGES; index++) writeFileSync(join(directory.path, `bmc-${index}.bin`), sampleBmcImage(`1.0.${index}`, index));
  let release = 0;
  const push = async (): Promise<number> => {
    const file = `bmc-${++release % IMAGES}.bin`;
    writeFileSync(join(directory.path, 'ferry.ini'), `[image bmc]\nfile = ${file}\ncomponent = bmc\nversion = 1.0.${release}\n`);
    const run = await runFerry(['run', '-c', join(directory.path, 'ferry.ini'), '--machine', state, '--json']);
    const stored = run.events.find((event) => event['event'] === 'stored');
    if (run.code !== 0 || stored === undefined) throw new Error(`bench: expected the image to be stored, got exit code ${run.code}\n${run.output}`);
    return Number(stored['tookMs']);
  };
  const peaks = { before: 0, after: 0 };
  /** A push, and the most memory that the controller had meanwhile. */
  const watched = async (when: keyof typeof peaks): Promise<number> => {
    const timer = setInterval(() => (peaks[when] = Math.max(peaks[when], residentMiB(controller.child.pid ?? 0))), 50);
    const ms = await push();
    clearInterval(timer);
    return ms;
  };
  const readBy = async (): Promise<number> => {
    const before = newest();
    const all = await openReaders(user, READERS, before);
    const ms = await watched('after');
    const last = newest();
    while (!all.readers.every(({ numbers }) => (numbers.at(-1) ?? 0) >= last)) await new Promise((resolve) => setTimeout(resolve, 10));
    const lost = all.readers.filter(({ numbers, wasToldOfLoss }) => wasToldOfLoss || numbers.some((number, index) => number !== before + 1 + index)).length;
    all.close();
    await user.ask('GET', '/redfish/v1/EventService/Subscriptions');
    if (lost > 0) throw new Error(`bench: expected every reader to hear all events, got ${lost} that did not`);
    return ms;
  };
  try {
    for (let index = 0; index < IMAGES; index++) await watched('before');
    const speed = await compare({
      job: `32 MiB with ${READERS} readers on the network`, peer: 'the same with nobody there', bytes: 32 * 1024 * 1024, rounds: ROUNDS,
      ours: readBy, theirs: push,
    });
    const ratio = peaks.after / peaks.before;
    return [speed, {
      job: `the controller's memory, ${READERS} readers`, peer: 'before the first of them', unit: 'MiB',
      ours: peaks.after, theirs: peaks.before, ratio, lowest: ratio, highest: ratio,
    }];
  } finally {
    user.end();
    await controller.stop();
    directory.remove();
  }
}
