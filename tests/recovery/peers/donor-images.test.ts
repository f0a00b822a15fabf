import { appendFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDonorDirectory, openDonorImage } from '../../../host/recovery/peers/donor-images.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { testKey } from '../../trust/signed-image.ts';
import { IMAGE_SIZE, makeImage, releaseKey, Spool, type TestImage, VirtualRack } from './virtual-rack.ts';

const image = makeImage();
let scratch: ReturnType<typeof scratchDirectory>;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

function put(name: string, of: TestImage = image): string {
  const path = join(scratch.path, name);
  writeFileSync(path, of.bytes);
  writeFileSync(`${path}.minisig`, of.signature);
  return path;
}

describe('the images of a donor', () => {
  it('are those that a trusted key has signed, whole; the others are told with their reasons', () => {
    put('good.bin');
    put('other.bin', makeImage({ version: '1.2', key: testKey(0x66).key }));
    appendFileSync(put('long.bin'), 'x');
    truncateSync(put('short.bin'), 1000);
    writeFileSync(join(scratch.path, 'unsigned.bin'), image.bytes);
    writeFileSync(join(scratch.path, 'gone.bin.minisig'), image.signature);
    writeFileSync(join(scratch.path, 'noise.bin'), image.bytes);
    writeFileSync(join(scratch.path, 'noise.bin.minisig'), 'noise');
    const refused: string[] = [];
    const images = openDonorDirectory(scratch.path, [releaseKey.publicKey], (reason) => refused.push(reason));
    expect(images.map(({ name }) => name)).toEqual([join(scratch.path, 'good.bin')]);
    expect(refused).toHaveLength(5);
    for (const name of ['other', 'long', 'short', 'gone', 'noise']) expect(refused.join('\n')).toContain(`${name}.bin`);
    for (const one of images) one.close();
  });

  const changes: [string, (path: string) => void][] = [
    ['is written to', (path) => { writeFileSync(path, Buffer.alloc(IMAGE_SIZE)); utimesSync(path, 1, 1); }],
    ['becomes shorter', (path) => truncateSync(path, 70_000)],
    ['becomes longer', (path) => appendFileSync(path, 'x')],
  ];
  it.each(changes)('are not uploaded any more when the file %s', async (_what, change) => {
    const path = put('bios.bin');
    const opened = openDonorImage(path, [releaseKey.publicKey]);
    const rack = new VirtualRack();
    await rack.donor('10.0.0.2', [opened]);
    const source = rack.recipient('10.0.0.1');
    const [candidate] = await rack.find(source);
    change(path);
    await expect(rack.fetch(source, candidate!, new Spool(IMAGE_SIZE))).rejects.toThrow();
    expect(() => opened.read(0, 10)).toThrow('has changed since it was verified');
    opened.close();
  });

  it('are still the verified ones when another file takes the name', () => {
    const path = put('bios.bin');
    const opened = openDonorImage(path, [releaseKey.publicKey]);
    writeFileSync(`${path}.new`, Buffer.alloc(IMAGE_SIZE));
    renameSync(`${path}.new`, path);
    expect(Buffer.from(opened.read(65_536, 100))).toEqual(image.bytes.subarray(65_536, 65_636));
    opened.close();
  });
});
