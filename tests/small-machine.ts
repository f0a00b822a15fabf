// A machine whose board is small enough to be updated a hundred times in one test.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
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

export interface SmallMachine {
  readonly root: string;
  readonly state: string;
  readonly board: string;
  readonly config: string;
  /** Puts images of this release, and a config that names them, on the volume. Answers their digests. */
  release(number: number, extra?: string): { readonly bmc: string; readonly bios: string; readonly version: string };
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
  return {
    root, state, board, config,
    release(number, extra = '') {
      const version = `1.${number}.0`;
      const [bmc, bios] = [image(4 * MIB, number * 2 + 1), image(2 * MIB, number * 2 + 2)];
      writeFileSync(join(volume, 'images', 'bmc.bin'), bmc);
      writeFileSync(join(volume, 'images', 'bios.bin'), bios);
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
      return { bmc: digestOf(bmc), bios: digestOf(bios), version };
    },
    remove: () => directory.remove(),
  };
}
