// Replaces the file FILE of a volume again and again, with other bytes each time, until someone kills it. Says so after each.
import { FileType } from '../../host/lif/file-type.ts';
import { FileMedium } from '../../host/lif/medium.ts';
import { LifVolume } from '../../host/lif/volume.ts';

const volume = new LifVolume(new FileMedium(process.argv[2] as string));
for (let turn = 0; turn < 10_000; turn++) {
  const bytes = new Uint8Array(100_000 + (turn % 7) * 10_000).fill(97 + (turn % 26));
  volume.write('FILE', bytes, { type: FileType.bin, now: turn });
  process.stdout.write('.');
}
