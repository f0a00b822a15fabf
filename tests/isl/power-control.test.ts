// The management controller's hand on the power of a machine that is in its Initial System Loader.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileMedium } from '../../host/lif/medium.ts';
import { makeVolumeFile } from '../../host/lif/make.ts';
import { LifVolume } from '../../host/lif/volume.ts';
import { waitingImage } from '../efi/test-images.ts';
import { MADE, put } from '../lif/virtual-volume.ts';
import { LiveController } from '../live-controller.ts';
import { ended, type Run, spawnFerry } from '../processes.ts';
import { type SmallMachine, smallMachine } from '../small-machine.ts';

let machine: SmallMachine;
let controller: LiveController;

beforeEach(() => {
  machine = smallMachine();
  controller = new LiveController(machine.state, machine.board);
});
afterEach(() => {
  controller.remove();
  machine.remove();
});

/** A loader whose AUTO waits for an hour; from when its utility says that it waits. */
async function waiting(): Promise<{ readonly end: Promise<Run>; shows(text: string): Promise<void> }> {
  const volumeFile = join(machine.root, 'boot.lif');
  makeVolumeFile(volumeFile, { size: 1024 * 1024, files: 16, label: 'TEST', now: MADE });
  const volume = new LifVolume(new FileMedium(volumeFile));
  put(volume, 'AUTO', 'wait\nnever\n');
  put(volume, 'WAIT', waitingImage(3_600_000));
  volume.close();
  const child = spawnFerry(['isl', '--volume', volumeFile, '--machine', machine.state]);
  const end = ended(child);
  let output = '';
  child.stdout?.on('data', (data: Buffer) => { output += data.toString(); });
  const shows = async (text: string): Promise<void> => {
    while (!output.includes(text)) await new Promise((resolve) => child.stdout?.once('data', resolve));
    output = '';
  };
  await shows('waiting\n');
  return { end, shows };
}

it('ForceOff ends it at once', async () => {
  const { end } = await waiting();
  controller.power('ForceOff');
  const { code, output } = await end;
  expect(code).toBe(4);
  expect(output).toMatch(/\nThe management controller has switched the machine off\.\n$/);
});

it('a restart, forced and asked for, starts it anew; a shutdown that is asked for stops its utility', async () => {
  const { end, shows } = await waiting();
  controller.power('ForceRestart');
  await shows('-- cold reset --\n\nISL Revision');
  await shows('waiting\n');
  controller.power('GracefulRestart');
  await shows('-- cold reset --\n\nISL Revision');
  await shows('waiting\n');
  const off = controller.says('power-off', 'as asked');
  controller.power('GracefulShutdown');
  const { code, output } = await end;
  await off;
  expect(code).toBe(4);
  expect(output).not.toContain('never');
});
