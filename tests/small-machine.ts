// A machine whose board is small enough to be updated a hundred times in one test.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { makePatch, patchName } from '../host/patch/make-patch.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { seeded } from './random.ts';

const MIB = 1024 * 1024;

const BOARD = {
  platform: 'test-board',
  components: [
    { name: 'bmc', part: 'W25Q128JV', slots: 2, 'slot-size': 4 * MIB },
    { name: 'bios', part: 'W25Q128JV', slots: 1, 'slot-size': 2 * MIB },
  ],
};

/** SHA-256 of its images, and their version. */
export interface Release {
  readonly bmc: string;
  readonly bios: string;
  readonly version: string;
}

export interface SmallMachine {
  readonly root: string;
  readonly state: string;
  readonly board: string;
  readonly config: string;
  /** Puts images of this release, and a config that names them, on the volume. Answers their digests. */
  release(number: number, extra?: string): Release;
  /** The same of the last release with changes in some places; with patches for the last one beside the images, or without. */
  successor(number: number, hasPatches: boolean): Release;
  remove(): void;
}

/** Half of every image is code-like noise, the rest erased; releases differ all over. */
function image(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size, 0xff);
  const random = seeded(seed);
  for (let at = 0; at < size / 2; at += 4) bytes.writeUInt32LE(Math.floor(random() * 4294967296), at);
  return bytes;
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function smallMachine(): SmallMachine {
  const directory = scratchDirectory();
  const root = directory.path;
  const [state, board, volume] = [join(root, 'machine'), join(root, 'board.json'), join(root, 'volume')];
  mkdirSync(join(volume, 'images'), { recursive: true });
  writeFileSync(board, JSON.stringify(BOARD));
  const config = join(volume, 'ferry.ini');
  let last: Readonly<Record<string, Buffer>> = {};
  const put = (number: number, images: Readonly<Record<'bmc' | 'bios', Buffer>>, extra = ''): Release => {
    const version = `1.${number}.0`;
    last = images;
    for (const [name, bytes] of Object.entries(images)) writeFileSync(join(volume, 'images', `${name}.bin`), bytes);
    writeFileSync(config, `[upgrade]
activate = now
${extra}
[image bmc]
file = images\\bmc.bin
component = bmc
version = ${version}
[image bios]
file = images\\bios.bin
component = bios
version = ${version}
`);
    return { bmc: digestOf(images.bmc), bios: digestOf(images.bios), version };
  };
  return {
    root, state, board, config,
    release: (number, extra) => put(number, { bmc: image(4 * MIB, number * 2 + 1), bios: image(2 * MIB, number * 2 + 2) }, extra),
    successor(number, hasPatches) {
      for (const name of readdirSync(join(volume, 'images'))) if (name.endsWith('.patch')) rmSync(join(volume, 'images', name));
      const changed = (name: string): Buffer => {
        const bytes = Buffer.from(last[name]!);
        const random = seeded(number * 31 + name.length);
        for (let edit = 0; edit < 40; edit++) bytes.writeUInt32LE(Math.floor(random() * 4294967296), Math.floor(random() * (bytes.length / 2 - 4)));
        if (hasPatches) writeFileSync(patchName(join(volume, 'images', `${name}.bin`), last[name]!), makePatch(last[name]!, bytes));
        return bytes;
      };
      return put(number, { bmc: changed('bmc'), bios: changed('bios') });
    },
    remove: () => directory.remove(),
  };
}
