// Five controllers in network namespaces; three of them lose their BIOS at once, and of those who offer it one lies, one is
// slow and one is killed while it uploads.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { artifactPath } from '../../host/artifacts.ts';
import { eraseHub } from '../../host/lab/break-hub.ts';
import { bundle } from '../bundle.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { NamespacedRack, rackTest } from './namespaced-rack.ts';

const BROKEN = [1, 2, 3];
const [HONEST, KILLED, LYING, SLOW] = [4, 5, 6, 7];
let rack: NamespacedRack | undefined;
let scratch: ReturnType<typeof scratchDirectory> | undefined;

afterEach(async () => {
  await rack?.remove();
  scratch?.remove();
});

rackTest('three of five machines that lose their BIOS at once are all well again, with the same bytes and the power that they had, though one donor lies, one is slow and one is killed in the middle', async () => {
  scratch = scratchDirectory();
  bundle({ donor: 'tests/peers/rack-donor.ts' }, scratch.path);
  for (const core of ['core.wasm', 'core-simd.wasm'] as const) copyFileSync(artifactPath(core), join(scratch.path, core));
  rack = await NamespacedRack.make(join(scratch.path, 'rack'), 5, SLOW);
  const { places } = rack;
  const whole = rack.hub(1);
  // The order in which they are asked: they declare 1 GiB, 4 MiB, 2 MiB and 1 MiB a second for each upload.
  await Promise.all([...BROKEN.map((number) => rack!.start(number)), rack.start(HONEST, '[donor]\nrate-limit = 2MiB\n'), rack.start(KILLED, '[donor]\nrate-limit = 4MiB\n')]);
  await rack.until(() => [1, 2, 3, 4, 5].every((number) => rack!.host(number).state === 'up'), 'all machines are up');
  rack.switchOff(2);
  await rack.until(() => rack!.host(2).state === 'off', 'the second machine is off');
  const program = (number: number, kind: string) => rack!.run(number, join(scratch!.path, 'donor.mjs'), kind, rack!.network.interfaceOf(number), '7989', join(places.images, 'bios.bin'), places.groupKey, places.publicKey);
  const [liar, slow] = [program(LYING, 'lying'), program(SLOW, 'slow')];
  await Promise.all([liar.says('"ready"'), slow.says('"ready"')]);
  await rack.until(() => [HONEST, KILLED].every((number) => rack!.said(number, 'donor-ready')), 'the donors are ready');

  for (const number of BROKEN) eraseHub(places.hub(number));
  rack.host(1).pressReset();
  await rack.until(() => BROKEN.some((number) => rack!.said(KILLED, 'donor-upload-started', rack!.network.address(number)) && rack!.spooled(number, whole) >= 512 * 1024), 'the fifth controller is in the middle of an upload');
  await rack.kill(KILLED);
  expect(rack.said(KILLED, 'donor-upload-ended')).toBe(false);
  await rack.until(() => BROKEN.every((number) => rack!.said(number, 'recovery-healthy')), 'all three are well again');
  await rack.start(KILLED);
  await rack.until(() => [1, 3].every((number) => rack!.host(number).state === 'up'), 'the machines that were on are up');

  for (const number of [1, 2, 3, 4, 5]) expect(rack.hub(number), `the hub of ${number}`).toBe(whole);
  expect([1, 2, 3, 4, 5].map((number) => rack!.host(number).state)).toEqual(['up', 'off', 'up', 'up', 'up']);
  const texts = (word: string): string => BROKEN.flatMap((number) => rack!.events(number).filter(({ event }) => event === word).map(({ text }) => `${number}: ${text}`)).join('\n');
  for (const number of BROKEN) expect(liar.output, `the liar was believed by ${number} at first`).toContain(`"to":"${rack.network.address(number)}"`);
  expect(texts('recovery-retry')).toMatch(/expected .*(signed|digest)/);
  expect(texts('recovery-retry')).toContain('fewer than 65536 bytes a second');
  expect(texts('recovery-retry')).toMatch(new RegExp(`${rack.network.address(KILLED).replaceAll('.', '\\.')}`));
  expect(texts('recovery-resumed')).toMatch(/went on at byte \d+/);
  expect(texts('recovery-locked')).toBe('');
  for (const number of [HONEST, KILLED]) expect(rack.said(number, 'recovery-needed'), `${number} was never touched`).toBe(false);
});
