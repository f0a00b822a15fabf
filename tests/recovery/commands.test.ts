// `ferry recover`, and `ferry bmc --recovery`, as processes; and that a dry run says what the agent then does.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { formatPublicKey } from '../../host/trust/public-key.ts';
import { parseRecoveryConfig } from '../../host/recovery/recovery-config.ts';
import { previewRecovery } from '../../host/recovery/preview.ts';
import { describeChoice } from '../../host/recovery/recovery-text.ts';
import { boardText } from '../../host/bmc/board-file.ts';
import { runFerry, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { SMALL_BOARD } from '../bmc/small-board.ts';
import { key } from '../trust/signed-image.ts';
import { place, signedImage, SIZE } from './images.ts';
import { Rig } from './rig.ts';

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const [old, good] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2)];

const bios = (state: string): Buffer => readFileSync(join(state, 'flash', 'bios-0.flash'));
const digestIn = (state: string): string => createHash('sha256').update(bios(state).subarray(0, SIZE)).digest('hex');

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never came to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('a dry run names the same candidates, verdicts, choice and reasons as the agent afterwards, and changes nothing', async () => {
  const rig = new Rig();
  try {
    await rig.install(good);
    place(rig.images, 'old.bin', old);
    place(rig.images, 'replayed.bin', signedImage('1.5.0', 7, { security: 1 }));
    place(rig.images, 'again.bin', good);
    place(rig.images, 'bios.bin', good);
    rig.spoil();
    const config = parseRecoveryConfig(Buffer.from(`[component bios]\n[source local]\nkind = directory\npath = ${rig.images}\n`), 'recovery.ini', rig.machine.directory);
    const before = readFileSync(join(rig.machine.state, 'events.log'));
    const [preview] = await previewRecovery(rig.machine.state, config, new AbortController().signal);
    expect(preview).toMatchObject({ component: 'bios', condition: 'differs', reason: 'corrupt', expected: good.sha256, got: rig.flashDigest() });
    expect(readFileSync(join(rig.machine.state, 'events.log')).equals(before)).toBe(true);
    rig.startAgent();
    await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
    const said = rig.machine.events.filter(({ event }) => event === 'recovery-candidate' || event === 'recovery-choice').map(({ text }) => text.replace(/^bios: /, ''));
    expect(said).toEqual(describeChoice(preview!.choice).map(({ text }) => text));
  } finally {
    await rig.close();
  }
});

it('ferry bmc --recovery brings a damaged BIOS back; ferry recover shows it before, orders it, and shows it after', { timeout: 180_000 }, async () => {
  const [state, images] = [join(scratch.path, 'state'), join(scratch.path, 'images')];
  mkdirSync(images);
  place(images, 'bios.bin', good);
  writeFileSync(join(scratch.path, 'board.json'), boardText(SMALL_BOARD));
  writeFileSync(join(scratch.path, 'vendor.pub'), formatPublicKey(key.publicKey));
  writeFileSync(join(scratch.path, 'recovery.ini'), '[recovery]\nmode = ask\nboots = 0\ncheck-every = 1s\n[component bios]\n[source storage]\nkind = directory\npath = images\n');
  const options = ['--board', join(scratch.path, 'board.json'), '--trust', join(scratch.path, 'vendor.pub'), '--recovery', join(scratch.path, 'recovery.ini')];
  const controller = await startController(state, ...options);
  try {
    await until(async () => (await runFerry(['recover', '--state', state])).output.includes('bios: asking'), 'it asks');
    expect((await runFerry(['recover', '--state', state, '--now'])).code).toBe(0);
    await until(() => digestIn(state) === good.sha256, 'the first image');
    await until(async () => (await runFerry(['recover', '--state', state])).output.includes('bios: healthy'), 'healthy');
    const bytes = bios(state);
    bytes[99_000] = bytes[99_000]! ^ 1;
    writeFileSync(join(state, 'flash', 'bios-0.flash'), bytes);
    const dry = await runFerry(['recover', '--state', state, '--dry-run']);
    expect(dry.output).toMatch(/bios: .*a recovery is needed: corrupt[\s\S]*chosen: bios 2\.0\.0 \(security 3\) from storage: the only candidate that fits/);
    expect(dry.code).toBe(0);
    expect((await runFerry(['recover', '--state', state, '--now', '--component', 'bios'])).code).toBe(0);
    await until(() => digestIn(state) === good.sha256, 'the image is back');
    await until(async () => (await runFerry(['recover', '--state', state])).output.includes('bios: healthy'), 'healthy again');
    const nothing = await runFerry(['recover', '--state', state, '--dry-run', '--json']);
    expect(nothing.code, nothing.output).toBe(2);
    expect(nothing.events[0]).toMatchObject({ event: 'recovery-preview', component: 'bios', condition: 'ok', reason: null });
  } finally {
    await controller.stop();
  }
});

it('ferry recover tells the state of every watched component, one that nobody watches, and one that waits for a person', { timeout: 180_000 }, async () => {
  const [state, images] = [join(scratch.path, 'watched'), join(scratch.path, 'none-yet')];
  mkdirSync(images);
  writeFileSync(join(scratch.path, 'locking.ini'), '[recovery]\nattempts = 1\nboots = 0\n[component bios]\n[component bmc]\n[source storage]\nkind = directory\npath = none-yet\n');
  const options = ['--board', join(scratch.path, 'board.json'), '--trust', join(scratch.path, 'vendor.pub')];
  writeFileSync(join(scratch.path, 'board.json'), boardText(SMALL_BOARD));
  writeFileSync(join(scratch.path, 'vendor.pub'), formatPublicKey(key.publicKey));
  const recover = (...args: string[]) => runFerry(['recover', '--state', state, ...args]);
  const plain = await startController(state, ...options);
  expect(await recover()).toMatchObject({ code: 0, output: `the controller on ${state} was started without --recovery: nothing is watched\n` });
  expect(await recover('--now')).toMatchObject({ code: 64, output: expect.stringContaining('expected a controller that was started with --recovery, got one without') as string });
  await plain.stop();
  const controller = await startController(state, ...options, '--recovery', join(scratch.path, 'locking.ini'));
  try {
    await until(async () => (await recover()).code === 5, 'it is locked');
    const { output } = await recover();
    expect(output).toMatch(/^bios: locked since \S+: no source has an image for it, after 1 round; nothing more is tried until a person has looked/);
    expect(output).toContain('\nbmc: locked');
    const { events } = await recover('--json', '--component', 'bios');
    expect(events).toMatchObject([{ event: 'recovery', component: 'bios', phase: 'locked', isWatched: true, controllerRuns: true, reason: 'empty' }]);
    place(images, 'bios.bin', good);
    const named = await recover('--now', '--component', 'bios', '--version', '9.9');
    expect(named).toMatchObject({ code: 0, output: expect.stringMatching(/^the agent has taken the order for bios; /) as string });
    const log = (): string => readFileSync(join(state, 'events.log'), 'utf8');
    await until(() => log().includes('version: expected 9.9, which is wanted, got 2.0.0'), 'what was named is not there, and nothing else is taken for it');
    await until(async () => (await recover('--component', 'bios')).code === 5, 'locked again');
    expect((await recover('--now', '--component', 'bios', '--sha256', good.sha256)).code).toBe(0);
    await until(() => digestIn(state) === good.sha256, 'the named image');
    await until(async () => (await recover('--component', 'bios')).output.includes('bios: healthy'), 'healthy');
    for (const [args, message] of [
      [['--now', '--component', 'gpu'], '--component: expected bios or bmc, which recovery.ini watches, got "gpu"'], [['--dry-run', '--component', 'gpu'], '--component: expected bios or bmc, which recovery.ini watches, got "gpu"'],
      [['--component', 'gpu'], '--component: expected bios or bmc, got "gpu"'], [['--now', '--sha256', 'xyz'], '--sha256: expected 64 hexadecimal digits in lower case, got "xyz"'], [['--now', '--version', 'a b'], '--version: expected 1 to 31 printable'],
      [['--version', '2.0.0'], 'expected --now with --version, got --version alone'],
    ] as const) expect(await recover(...args)).toMatchObject({ code: 64, output: expect.stringContaining(message) as string });
    expect((await recover('--dry-run', '--component', 'bmc')).output).not.toContain('bios:');
  } finally {
    await controller.stop();
  }
  expect((await recover()).output).toMatch(new RegExp(`^no controller runs on ${state}: nothing is watched now; this is how the last one left it\nbios: healthy since `));
});

it.each([
  [['recover', '--state', 'nowhere'], 'expected the state directory of a controller, got nowhere, which is none'],
  [['bmc', '--recovery', 'no-such.ini'], 'expected a recovery.ini, it can not be read'],
  [['recover', '--now', '--dry-run'], 'expected --now or --dry-run, got both'],
  [['recover', '--now', '--state', 'nowhere'], 'expected a controller that runs on nowhere, got none'],
  [['recover', '--dry-run', '--state', 'nowhere'], 'expected --recovery FILE, or a state directory whose controller was started with one'],
])('ferry %j is a wrong command line: exit code 64, and what was expected', async (args, message) => {
  const { code, output } = await runFerry(args);
  expect(code, output).toBe(64);
  expect(output).toContain(message);
});
