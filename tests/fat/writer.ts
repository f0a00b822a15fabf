// A process that changes a FAT image until it is killed. Arguments: the image, the seed.
import { ImageFile } from '../../host/fat/block-device.ts';
import { FatFileSystem } from '../../host/fat/file-system.ts';
import { seeded } from '../random.ts';
import { remove, rename, withNode, writeFile } from './volumes.ts';

const [path = '', seed = '0'] = process.argv.slice(2);
const random = seeded(Number(seed));
const below = (count: number): number => Math.floor(random() * count);
const system = new FatFileSystem(new ImageFile(path), { now: () => Date.now() });
const names = new Set<string>();
let count = 0;

writeFile(system, 'work/first', Buffer.alloc(1000));
process.stdout.write('ready\n');
for (;;) {
  const kind = below(10);
  const some = [...names][below(names.size)];
  if (some === undefined || (kind < 5 && names.size < 60)) {
    const name = `work/${below(2) === 0 ? `N${count++}` : `a file with a long name ${count++}.bin`}`;
    writeFile(system, name, Buffer.alloc(below(60_000), count));
    names.add(name);
  } else if (kind < 7) {
    remove(system, some);
    names.delete(some);
  } else if (kind === 7) {
    const name = `work/renamed ${count++}`;
    rename(system, some, name);
    names.delete(some);
    names.add(name);
  } else if (kind === 8) {
    withNode(system, some, (node) => node.resize(below(40_000)));
  } else {
    withNode(system, 'EFI/log.txt', (node) => node.write(node.size > 200_000 ? 200_000 : node.size, Buffer.alloc(below(5000), 0x2e)));
  }
}
