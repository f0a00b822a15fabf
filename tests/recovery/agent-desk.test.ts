// What the network side sees of a recovery, and what its orders do, over a whole controller with its agent.
import { afterEach, expect, it } from 'vitest';
import type { RecoveryOutlook, RecoveryStatus } from '../../host/bmc/recovery-desk.ts';
import type { Source } from '../../host/recovery/source.ts';
import { DirectorySource } from '../../host/recovery/directory-source.ts';
import { place, signedImage, SIZE } from './images.ts';
import { Rig, type RigOptions } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });
const [good, newer] = [signedImage('2.0.0', 2), signedImage('3.0.0', 3)];
const CONFIG = '[recovery]\nback-off = 1s\nboots = 0\nmode = ask\n[component bios]\n';

async function withImage(given: RigOptions = {}): Promise<Rig> {
  const rig = new Rig({ config: CONFIG, ...given });
  rigs.push(rig);
  await rig.install(good);
  return rig;
}
const status = (rig: Rig): RecoveryStatus => rig.desk!.states()[0]!;

/** The preview, while controller and time go on. */
async function preview(rig: Rig): Promise<RecoveryOutlook> {
  let answer: Awaited<ReturnType<NonNullable<Rig['desk']>['preview']>> | undefined;
  void rig.desk!.preview('bios').then((outlooks) => { answer = outlooks; });
  await rig.until(() => answer !== undefined, 'a preview');
  if (answer === undefined || 'refused' in answer) throw new Error(answer?.refused);
  return answer[0]!;
}

it('a preview says what the order then does, and changes nothing itself', async () => {
  const rig = await withImage();
  place(rig.images, 'bios.bin', good);
  place(rig.images, 'replayed.bin', signedImage('1.5.0', 7, { security: 1 }));
  rig.spoil();
  const spoiled = rig.flashDigest();
  rig.startAgent();
  await rig.until(() => rig.phase() === 'asking', 'asking');
  expect(status(rig)).toMatchObject({ component: 'bios', phase: 'asking', reason: 'corrupt', choice: undefined, evidence: { expected: good.sha256, got: spoiled } });
  const words = rig.words().length;
  const outlook = await preview(rig);
  expect(outlook).toMatchObject({ component: 'bios', condition: 'differs', reason: 'corrupt', failures: [], choice: { others: 0, chosen: { source: 'local', version: '2.0.0', sha256: good.sha256 }, why: 'the only candidate that fits' } });
  expect(outlook.choice.verdicts.map(({ version, isGood }) => [version, isGood])).toEqual([['2.0.0', true], ['1.5.0', false]]);
  expect([rig.words().length, rig.flashDigest(), rig.phase()]).toEqual([words, spoiled, 'asking']);
  expect(rig.desk!.order({ component: 'bios' }, 'admin')).toMatchObject({ ok: true });
  expect(rig.machine.events.at(-1)).toEqual({ event: 'recovery-ordered', text: 'bios: admin has ordered a recovery', fields: { component: 'bios', user: 'admin' } });
  await rig.until(() => rig.phase() === 'healthy', 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  expect(status(rig)).toMatchObject({ phase: 'healthy', choice: undefined, candidate: undefined, received: undefined });
});

it('an order of another version brings that one, and says so', async () => {
  const rig = await withImage();
  place(rig.images, 'bios.bin', newer);
  rig.management.power('ForceOff', 'admin');
  rig.startAgent();
  await rig.until(() => rig.phase() === 'healthy', 'the first look');
  expect(rig.desk!.order({ version: '3.0.0', sha256: newer.sha256 }, 'operator').ok).toBe(true);
  expect(rig.texts('recovery-ordered')).toEqual([`bios: operator has ordered a recovery, to an image of version 3.0.0 and with the SHA-256 ${newer.sha256}`]);
  await rig.until(() => rig.flashDigest() === newer.sha256 && rig.phase() === 'healthy', 'the ordered one');
});

it('while an image comes its bytes are counted, with what was found and chosen', async () => {
  const seen: RecoveryStatus[] = [];
  const sources = (rig: Rig): Source[] => {
    const source = new DirectorySource({ name: 'slow', path: rig.images });
    return [{
      name: 'slow', kind: 'directory', find: (...given) => source.find(...given),
      fetch: (candidate, from, into, signal) => source.fetch(candidate, from, (offset, bytes) => { into(offset, bytes); seen.push(status(rig)); }, signal),
    }];
  };
  const rig = await withImage({ sources, config: CONFIG.replace('mode = ask\n', '') });
  place(rig.images, 'bios.bin', good);
  rig.spoil();
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(seen.length).toBeGreaterThan(0);
  for (const { phase, candidate, choice } of seen) expect([phase, candidate?.version, choice?.chosen?.source]).toEqual(['fetching', '2.0.0', 'slow']);
  const done = seen.map(({ received }) => received?.done ?? -1);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(seen[0]?.received?.total).toBe(SIZE);
});

it('an order for what is not watched, or for an agent that has ended, is refused in words', async () => {
  const rig = await withImage();
  rig.startAgent();
  expect(rig.desk!.order({ component: 'bmc' }, 'admin')).toEqual({ ok: false, text: 'bmc is not watched: recovery.ini has no section for it; nothing was ordered' });
  await rig.agent!.close();
  rig.agent = undefined;
  expect(rig.desk!.order({}, 'admin')).toMatchObject({ ok: false, text: expect.stringContaining('the controller is starting') as string });
  expect(await rig.desk!.preview()).toMatchObject({ refused: expect.stringContaining('the controller is starting') as string });
  expect(rig.words()).not.toContain('recovery-ordered');
});

it('one preview at a time: a second one is told to come back', async () => {
  const rig = await withImage();
  rig.startAgent();
  await rig.until(() => rig.phase() === 'healthy', 'the first look');
  const answers: unknown[] = [];
  for (let count = 0; count < 2; count++) void rig.desk!.preview().then((answer) => answers.push(answer));
  await rig.until(() => answers.length === 2, 'both are answered');
  expect(answers[0]).toEqual({ refused: 'someone else is looking; try again when that has ended' });
  expect(answers[1]).toMatchObject([{ component: 'bios', condition: 'ok', reason: undefined }]);
});
