// A 32 MiB image from its file on the host to the stored acknowledgement, two processes, against copying the same
// bytes through the same kind of file in pieces of the same size. Flash time is modelled, not waited for, and where there is
// memory behind files (/dev/shm) all files of both sides lie there: a disk that makes them safe is not what is measured.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleBmcImage } from '../../host/cli/sample-images.ts';
import { runFerry, startController, startControllerIn } from '../processes.ts';
import { hotPath } from './hot-path.ts';
import { compare, type Comparison, median, timed } from './measure.ts';
import { benchOneInstance } from './one-instance.ts';

const CHUNK = 65536;
const PROFILED = 4;

/** What a program would do that only copied: read a piece, write it into the window, read it out on the other side, keep it. */
function copyThrough(image: string, window: string, kept: string): void {
  const [from, shared, to] = [openSync(image, 'r'), openSync(window, 'r+'), openSync(kept, 'w')];
  const piece = Buffer.alloc(CHUNK);
  for (let count = readSync(from, piece); count > 0; count = readSync(from, piece)) {
    writeSync(shared, piece, 0, count, 0);
    readSync(shared, piece, 0, count, 0);
    writeSync(to, piece, 0, count);
  }
  for (const descriptor of [from, shared, to]) closeSync(descriptor);
}

/** Pushes one image after the other to the controller of a state directory. */
class Pusher {
  readonly image: string;
  readonly #directory: string;
  #release = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.image = join(directory, 'bmc.bin');
  }

  /** Milliseconds to the stored acknowledgement. */
  async push(): Promise<number> {
    this.#release++;
    const version = `1.0.${this.#release}`;
    writeFileSync(this.image, sampleBmcImage(version, this.#release % 4));
    const config = join(this.#directory, 'ferry.ini');
    writeFileSync(config, `[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = ${version}\n`);
    const run = await runFerry(['run', '-c', config, '--machine', join(this.#directory, 'machine'), '--json']);
    const stored = run.events.find((event) => event['event'] === 'stored');
    if (run.code !== 0 || stored === undefined) throw new Error(`bench: expected the image to be stored, got exit code ${run.code}\n${run.output}`);
    return Number(stored['tookMs']);
  }
}

async function profile(directory: string): Promise<string[]> {
  const profiles = join(directory, 'profiles');
  const controller = await startControllerIn(['--cpu-prof', '--cpu-prof-dir', profiles], join(directory, 'machine'));
  const pusher = new Pusher(directory);
  const took: number[] = [];
  for (let count = 0; count < PROFILED; count++) took.push(await pusher.push());
  await controller.stop();
  const shares = hotPath(profiles);
  const sum = shares.reduce((total, { milliseconds }) => total + milliseconds, 0);
  return [
    `the controller is what bounds it: ${(sum / PROFILED).toFixed(0)} ms of processor an image in a profiled run of ${PROFILED} (look before the commit included), which took ${median(took).toFixed(0)} ms`,
    ...shares.slice(0, 9).map(({ what, milliseconds }) => `${((milliseconds * 100) / sum).toFixed(0).padStart(4)} %  ${what}`),
  ];
}

export async function benchTransfer(): Promise<Comparison[]> {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ferry-bench-'));
  try {
    const controller = await startController(join(directory, 'machine'));
    const window = join((JSON.parse(readFileSync(join(directory, 'machine', 'machine.json'), 'utf8')) as { directory: string }).directory, 'bench');
    writeFileSync(window, Buffer.alloc(CHUNK));
    const pusher = new Pusher(directory);
    const result = await compare({
      job: '32 MiB, host to stored acknowledgement', peer: 'copy through the same kind of file', bytes: 32 * 1024 * 1024, rounds: 5,
      ours: () => pusher.push(), theirs: () => timed(() => copyThrough(pusher.image, window, join(directory, 'kept'))),
    }).finally(() => controller.stop());
    rmSync(join(directory, 'machine'), { recursive: true });
    return [await benchOneInstance(), { ...result, notes: await profile(directory) }];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
