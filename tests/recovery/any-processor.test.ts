// Not only the BIOS: the controller's own two slots, and the firmware of a third processor, come back the same way.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { parseRecoveryConfig } from '../../host/recovery/recovery-config.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { place, signedImage, SIZE } from './images.ts';
import { Rig } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });

const cpld = { ...SMALL_BOARD.components.find(({ name }) => name === 'bios')!, name: 'cpld' };
const BOARD = { ...SMALL_BOARD, components: [...SMALL_BOARD.components, cpld] };
const newest = (name: string, security = 3) => signedImage('2.0.0', name.length, { component: name, security });

function rigFor(name: string, keys = ''): Rig {
  const rig = new Rig({ config: `[recovery]\ncheck-every = 5s\nback-off = 1s\n${keys}[component ${name}]\n`, options: { board: BOARD } });
  rigs.push(rig);
  return rig;
}
const digestOf = (rig: Rig, chip: string): string => createHash('sha256').update(readFileSync(join(rig.machine.state, 'flash', `${chip}.flash`)).subarray(0, SIZE)).digest('hex');

it.each(['bmc', 'cpld'])('%s, which never had an image, gets one, and a damaged one is replaced', async (name) => {
  const rig = rigFor(name);
  const image = newest(name);
  place(rig.images, `${name}.bin`, image);
  place(rig.images, 'bios.bin', newest('bios'));
  rig.startAgent();
  await rig.until(() => rig.texts('recovery-healthy').length === 1, 'the first image');
  const chip = [0, 1].map((slot) => `${name}-${slot}`).find((one) => one !== 'cpld-1' && digestOf(rig, one) === image.sha256);
  expect(chip, 'the slot that holds it').toBeDefined();
  const path = join(rig.machine.state, 'flash', `${chip}.flash`);
  const bytes = readFileSync(path);
  bytes[12_345] = bytes[12_345]! ^ 0x20;
  writeFileSync(path, bytes);
  await rig.until(() => rig.texts('recovery-healthy').length === 2, 'replaced');
  const { components } = rig.management.snapshot();
  const component = components.find((one) => one.name === name)!;
  expect(component.slots[component.running!]).toMatchObject({ state: 'valid', version: '2.0.0' });
  expect(digestOf(rig, `${name}-${component.running}`)).toBe(image.sha256);
  expect(components.find((one) => one.name === 'bios')?.slots[0]?.state, 'nobody watches the bios').toBe('empty');
});

it('cpld older than wanted is brought up to the wanted version', async () => {
  const rig = new Rig({ config: '[recovery]\nwhile-running = write\nback-off = 1s\n[component cpld]\nversion = 3.0.0\n', options: { board: BOARD } });
  rigs.push(rig);
  await rig.install(newest('cpld'));
  place(rig.images, 'cpld.bin', signedImage('3.0.0', 99, { component: 'cpld' }));
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  const component = rig.management.snapshot().components.find(({ name }) => name === 'cpld')!;
  expect(component.slots[0]?.version).toBe('3.0.0');
});

it('a component that the board does not have is told before anything is started', () => {
  const rig = rigFor('fpga');
  expect(() => rig.startAgent()).toThrow(/^recovery\.ini:\d+: \[component fpga\]: expected one of bmc, bios, cpld, which this board has; nothing was started$/);
  expect(parseRecoveryConfig(Buffer.from('[component bmc]\n[component cpld]\n[source a]\nkind = host\n'), 'recovery.ini', '/').components.map(({ name }) => name)).toEqual(['bmc', 'cpld']);
});
