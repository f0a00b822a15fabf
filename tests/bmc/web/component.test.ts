import { expect, test } from 'vitest';
import { componentView } from '../../../host/bmc/web/view/component.ts';
import { obstaclesText } from '../../../host/bmc/web/view/action.ts';
import { AT, component, HOLDER, MAY, plain, slot, snapshot, transfer } from './snapshots.ts';

const view = (change: Parameters<typeof component>[0], of = snapshot(), at = AT) => componentView(component(change), of, at, MAY);
const badges = (of: ReturnType<typeof view>) => of.slots.map((one) => one.badges.map(({ text }) => text));
const obstacles = (of: ReturnType<typeof view>) => Object.fromEntries(of.actions.map(({ label, obstacle }) => [label, obstacle]));

test('slots tell what runs, what waits, what is empty and what has failed', () => {
  expect(badges(view({}))).toEqual([['inactive'], ['running']]);
  expect(badges(view({ pending: 0 }))).toEqual([['pending'], ['running']]);
  expect(badges(view({ needsHostReset: true }))[1]).toEqual(['after host reset']);
  expect(badges(view({ slots: [slot('', 'empty'), slot('2.4.1')] }))).toEqual([['empty'], ['running']]);
  expect(badges(view({ slots: [slot('2.3.0', 'failed'), slot('2.4.1')] }))).toEqual([['failed'], ['running']]);
  expect(badges(view({ slots: [slot('2.3.0', 'rejected'), slot('2.4.1')] }))).toEqual([['failed on trial'], ['running']]);
});

test('a trial tells its attempt and the time that is left, which runs down between two messages', () => {
  const trial = { attempt: 2, limit: 3, remainingMs: 65_000 };
  expect(badges(view({ trial }))[1]).toEqual(['running, on trial']);
  expect(plain(view({ trial }, snapshot(), { ...AT, sinceMs: 5000 }).notes[0])).toBe('On trial: attempt 2 of 3. It is kept in 1 min 00 s if it holds until then; otherwise the controller goes back by itself.');
  expect(view({ trial: { ...trial, remainingMs: 0 } }).notes[0]).toContain('It is kept when the host comes up with it');
  expect(view({ trial, slots: [slot('', 'empty'), slot('2.4.1')] }).notes[0]).toMatch(/there is none before it to go back to\.$/);
});

test('a digest is shortened, and the whole of it is there', () => {
  const { digest } = view({}).slots[0] ?? {};
  expect(digest?.short).toBe('323232323232…');
  expect(digest?.whole).toHaveLength(64);
});

test('activate and revert are off with the reason', () => {
  expect(obstacles(view({}))).toEqual({ Activate: undefined, Revert: undefined });
  expect(obstacles(view({}, snapshot({ holder: HOLDER })))).toMatchObject({ Activate: 'upgrade 3fa0c2d1 holds the lock', Revert: 'upgrade 3fa0c2d1 holds the lock' });
  expect(obstacles(view({ slots: [slot('', 'empty'), slot('2.4.1')] }))).toMatchObject({ Activate: 'slot 0 holds no whole image' });
  expect(obstacles(view({ floor: 4, slots: [slot('2.3.0', 'valid', 3), slot('2.4.1', 'valid', 4)] })).Revert).toBe('2.3.0 has security number 3, below 4');
  expect(obstacles(view({ trial: { attempt: 1, limit: 3, remainingMs: 1 } }))).toEqual({ Activate: 'the running image is on trial', Revert: undefined });
  expect(obstacles(view({ slots: [slot('2.3.0', 'rejected'), slot('2.4.1')] })).Activate).toBe('the image in slot 0 was on trial and did not hold');
});

test('a component with one slot has nothing to activate', () => {
  expect(view({ slots: [slot('1.9.2')], running: 0, isInPlace: true }).actions).toEqual([]);
});

test('what waits for the reset can be taken back even when the security number has risen', () => {
  const revert = view({ pending: 0, floor: 4, slots: [slot('2.5.0', 'valid', 1), slot('2.4.1', 'valid', 4)] }).actions[1];
  expect(revert?.obstacle).toBeUndefined();
  expect(revert?.question?.title).toBe('Take the activation of bmc back?');
});

test('an image in place that is being written is told apart from one that was cut short', () => {
  const bios = { name: 'bios', slots: [slot('1.9.2', 'writing')], running: undefined, isInPlace: true };
  expect(view(bios).notes).toEqual(['bios has no whole image. Send it again; leave power on until it is stored.']);
  expect(view(bios, snapshot({ transfer: transfer('writing', { component: 'bios' }) })).notes).toEqual(['Is being written: it holds no whole image until that is done.']);
});

test('a reason that several buttons have is told once', () => {
  const action = (label: string, obstacle?: string) => ({ label, obstacle, question: { title: '', consequences: [], isGrave: false } });
  expect(obstaclesText([action('On'), action('Reset')])).toBe('');
  expect(obstaclesText([action('On', 'it is on'), action('Reset', 'it is on')])).toBe('Not possible now: it is on.');
  expect(obstaclesText([action('On', 'it is on'), action('Reset'), action('Off', 'no')])).toBe('On: it is on. Off: no.');
});
