// Every config in configs/ is carried out against a device, twice: the second time there is nothing to do.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { errorsOf, firmware, named, Rig } from '../trouble/rig.ts';

const FOLDER = resolve(import.meta.dirname, '../../configs');
const examples = readdirSync(FOLDER).filter((name) => name.endsWith('.ini') && !name.startsWith('recovery'));

test('there are examples', () => expect(examples.length).toBeGreaterThanOrEqual(4));

test.each(examples)('%s is carried out', (name) => {
  const rig = new Rig();
  try {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const images = [...text.matchAll(/^\[image (\w+)\]/gm)].map((match) => match[1] ?? '');
    rig.config(text, { 'images/bmc.bin': firmware(300_000, 1), 'images/bios.bin': firmware(200_000, 2) });
    const first = rig.run();
    expect(errorsOf(first)).toBe('');
    // A BIOS, and what waits for the next reset, runs only after it.
    expect(first.code, first.out).toBe(images.includes('bios') || text.includes('= next-reset') ? 3 : 0);
    expect(named(first, 'stored').map((event) => event['image'])).toEqual(images);
    expect(rig.files.has('ferry-report.json')).toBe(text.includes('ferry-report.json'));
    expect(rig.run().code).toBe(2);
    rig.registers.write32(0x88, 1);
    for (let turn = 0; turn < 4; turn++) rig.pass(50);
    expect(rig.run().code).toBe(2);
    expect(rig.running()).toMatchObject(Object.fromEntries(images.map((image) => [image, image === 'bmc' ? '2.4.1' : '1.10.0'])));
  } finally {
    rig.remove();
  }
});
