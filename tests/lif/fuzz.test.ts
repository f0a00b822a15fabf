// Directories of any bytes: no call hangs, reads or writes outside of the volume, or throws anything but a LifError.
import { expect, it } from 'vitest';
import { LifError } from '../../host/lif/lif-error.ts';
import { longListing } from '../../host/lif/listing.ts';
import { MemoryMedium } from '../../host/lif/medium.ts';
import { LifVolume } from '../../host/lif/volume.ts';
import { runSeed, seeded } from '../random.ts';
import { emptyMedium, put } from './virtual-volume.ts';

const SEED = runSeed();
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 800);

function attempt(where: string, action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof LifError)) throw new Error(`${where}: ${(error as Error).stack}`);
    return false;
  }
}

/** Does everything that can be done with a volume. */
function useAll(medium: MemoryMedium, where: string): void {
  let volume: LifVolume | undefined;
  if (!attempt(where, () => { volume = new LifVolume(medium); }) || !volume) return;
  const opened = volume;
  const files = opened.directory().files;
  const before = files.map((file) => {
    let content: Uint8Array | undefined;
    attempt(where, () => { content = opened.read(file); });
    return { file, content };
  });
  longListing(opened.directory());
  if (attempt(where, () => put(opened, 'NEWFILE', 'x'.repeat(700)))) {
    expect(opened.read(opened.get('NEWFILE')).length, where).toBe(700);
    for (const { file, content } of before) {
      const now = opened.directory().files.find(({ index }) => index === file.index);
      if (content && now && file.name !== 'NEWFILE') expect(opened.read(now), `${where}, ${file.name}`).toEqual(content);
    }
  }
  attempt(where, () => opened.remove('NEWFILE'));
}

it('volumes of noise and volumes with flipped bytes are refused or used, nothing else', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const random = seeded(SEED + round);
    const byte = (): number => Math.floor(random() * 256);
    const medium = emptyMedium(40, 8 + Math.floor(random() * 3) * 8);
    const volume = new LifVolume(medium);
    for (const name of ['A', 'B', 'C']) put(volume, name, 'x'.repeat(byte() * 4), [1, -23951, -12289][Math.floor(random() * 3)]);
    if (random() < 0.2) medium.bytes.forEach((_, at) => { if (at > 1) medium.bytes[at] = byte(); });
    const flips = Math.floor(random() * 30);
    for (let flip = 0; flip < flips; flip++) medium.bytes[2 + Math.floor(random() * (random() < 0.3 ? 40 : 3 * 256))] = random() < 0.5 ? byte() : [0, 0xff, 0x80, 1][Math.floor(random() * 4)] as number;
    const cut = random() < 0.2 ? Math.floor(random() * medium.size) : medium.size;
    useAll(new MemoryMedium(medium.bytes.slice(0, cut)), `SEED=${SEED} round ${round}`);
  }
});

it.each([0, 1, 255, 256, 257, 512, 767, 768])('a volume that is cut off after %d bytes is no volume or an empty one', (size) => {
  useAll(new MemoryMedium(emptyMedium(20).bytes.slice(0, size)), `cut at ${size}`);
});
