// A 32 MiB image from its file on the host to the stored acknowledgement, two processes, against copying the same
// bytes through the same kind of file in pieces of the same size. Flash time is modelled, not waited for.
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sampleBmcImage } from '../../host/cli/sample-images.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { runFerry, startController } from '../processes.ts';
import { compare, type Comparison, timed } from './measure.ts';

const CHUNK = 65536;

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

export async function benchTransfer(): Promise<Comparison[]> {
  const directory = scratchDirectory();
  const state = join(directory.path, 'machine');
  const controller = await startController(state);
  const window = join((JSON.parse(readFileSync(join(state, 'machine.json'), 'utf8')) as { directory: string }).directory, 'bench');
  writeFileSync(window, Buffer.alloc(CHUNK));
  const image = join(directory.path, 'bmc.bin');
  let release = 0;
  const push = async (): Promise<number> => {
    release++;
    const version = `1.0.${release}`;
    writeFileSync(image, sampleBmcImage(version, release % 4));
    writeFileSync(join(directory.path, 'ferry.ini'), `[image bmc]\nfile = bmc.bin\ncomponent = bmc\nversion = ${version}\n`);
    const run = await runFerry(['run', '-c', join(directory.path, 'ferry.ini'), '--machine', state, '--json']);
    const stored = run.events.find((event) => event['event'] === 'stored');
    if (run.code !== 0 || stored === undefined) throw new Error(`bench: expected the image to be stored, got exit code ${run.code}\n${run.output}`);
    return Number(stored['tookMs']);
  };
  try {
    return [await compare({
      job: '32 MiB, host to stored acknowledgement', peer: 'copy through the same kind of file', bytes: 32 * 1024 * 1024, rounds: 5,
      ours: push, theirs: () => timed(() => copyThrough(image, window, join(directory.path, 'kept'))),
    })];
  } finally {
    await controller.stop();
    directory.remove();
  }
}
