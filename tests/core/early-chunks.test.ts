// Chunks that come in any order: what of the image still has to be hashed when all of it is there.
import { afterEach, describe, expect, test } from 'vitest';
import { openDurableFile, type OpenFile } from '../../host/bmc/durable-file.ts';
import { smallImage } from '../bmc/small-board.ts';
import { seeded } from '../flash/content.ts';
import { CHUNK, Rig } from './receiver-rig.ts';

const image = smallImage('bmc', '2.0.0', 1);
const WINDOW = 8;

/** Staging that counts what is read of images, and fails where it is told to. */
class Staged {
  read = 0;
  fails = false;
  readonly openFile: OpenFile = (path) => {
    const file = openDurableFile(path);
    if (!path.endsWith('.image')) return file;
    return {
      ...file,
      read: (offset, into) => {
        if (this.fails) throw new Error('the disk does not answer');
        this.read += into.length;
        return file.read(offset, into);
      },
    };
  };
}

let rig: Rig;
afterEach(() => rig.remove());

/** Every chunk once, each no further ahead than the window lets it. */
function anyOrder(seed: number, count: number): number[] {
  const random = seeded(seed);
  const left = Array.from({ length: count }, (_, index) => index);
  const order: number[] = [];
  while (left.length > 0) {
    const ahead = left.filter((index) => index < left[0]! + WINDOW);
    const index = ahead[random(ahead.length)]!;
    left.splice(left.indexOf(index), 1);
    order.push(index);
  }
  return order;
}

function send(transfer: number, order: readonly number[]): void {
  for (const index of order) {
    const answer = rig.ask(rig.wire.data(transfer, index * CHUNK, image.bytes.subarray(index * CHUNK, (index + 1) * CHUNK)));
    expect(answer.completion).toBe('Ok');
  }
}

function begin(staged: Staged): number {
  rig = new Rig({ openFile: staged.openFile });
  rig.run();
  return rig.announce(rig.open(), image).fields['transfer']!;
}

const COUNT = Math.ceil(image.bytes.length / CHUNK);

describe('an image whose chunks come too early, too late or as they are', () => {
  test.each([1, 2, 3, 4, 5, 6])('is hashed while it arrives: at its end staging is read once, for the flash (seed %i)', (seed) => {
    const staged = new Staged();
    const transfer = begin(staged);
    send(transfer, anyOrder(seed, COUNT));
    staged.read = 0;
    expect(rig.finish(image, transfer).completion).toBe('Ok');
    expect(staged.read, `seed ${seed}`).toBe(image.bytes.length);
    expect(rig.holds(image, 0)).toBe(true);
  });

  test('is stored all the same when what came too early can not be read back at once', () => {
    const staged = new Staged();
    const transfer = begin(staged);
    // The second chunk before the first: it is read back after the first.
    send(transfer, [1]);
    staged.fails = true;
    send(transfer, [0]);
    staged.fails = false;
    rig.sendFrom(image, transfer, 2 * CHUNK);
    staged.read = 0;
    expect(rig.finish(image, transfer).completion).toBe('Ok');
    expect(staged.read, 'what was not hashed is read for it').toBe(2 * image.bytes.length - CHUNK);
    expect(rig.holds(image, 0)).toBe(true);
  });
});
