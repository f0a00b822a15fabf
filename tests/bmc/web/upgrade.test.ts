import { expect, test } from 'vitest';
import { upgradeView } from '../../../host/bmc/web/view/upgrade.ts';
import { failureText } from '../../../host/bmc/web/view/words.ts';
import { loadCore } from '../../../host/core/instance.ts';
import type { CoreEnum } from '../../../host/core/flash-globals.ts';
import { wordsOf } from '../../../host/core/words.ts';
import { AT, HOLDER, MAY, MIB, plain, snapshot, transfer } from './snapshots.ts';

const RECEIVING = snapshot({ holder: HOLDER, transfer: transfer('receiving', { resumed: MIB / 2 }), rate: { bytesPerSecond: 2 * MIB, remainingMs: 1500 } });

function facts(view: ReturnType<typeof upgradeView>): Record<string, string> {
  return Object.fromEntries(view.facts.map(([label, value]) => [label, plain(value)]));
}

test('an upgrade in-band shows phase, image, bytes, rate, time left, id and who holds the lock since when', () => {
  const view = upgradeView(RECEIVING, [], AT, MAY);
  expect(view.headline).toBe('Receiving bmc 2.4.2');
  expect(view.progress?.percent).toBe(25);
  expect([view.progress?.bytes, view.progress?.rate, view.progress?.left].map(plain)).toEqual(['1.0 of 4.0 MiB', '2.0 MiB/s', '2 s']);
  expect(facts(view)).toMatchObject({ 'Image': '1 of 2, for slot 0', 'Upgrade': '3fa0c2d1', 'Sent by': 'the host, before the operating system', 'Session': '9d00aa31' });
  expect(facts(view)['Resumed']).toBe('0.5 of 4.0 MiB were here already');
  expect(facts(view)['Holds the lock']).toMatch(/^for 1 min 00 s, since /);
});

test('a remote upgrade names its user', () => {
  const view = upgradeView({ ...RECEIVING, holder: { ...HOLDER, origin: 'remote', user: 'kim' } }, [], AT, MAY);
  expect(facts(view)['Sent by']).toBe('kim, over the network');
});

test('the time since runs on between two messages of the controller', () => {
  expect(facts(upgradeView(RECEIVING, [], { ...AT, sinceMs: 5000 }, MAY))['Holds the lock']).toMatch(/^for 1 min 05 s/);
});

test('each phase is a step, and a failure marks the step that failed', () => {
  const states = (phase: string, completion = 'ok') => upgradeView(snapshot({ holder: HOLDER, transfer: transfer(phase, { completion }) }), [], AT, MAY).steps.map(({ state }) => state);
  expect(states('receiving')).toEqual(['now', 'todo', 'todo', 'todo']);
  expect(states('verifying')).toEqual(['done', 'now', 'todo', 'todo']);
  expect(states('writing')).toEqual(['done', 'done', 'now', 'todo']);
  expect(states('reading-back')).toEqual(['done', 'done', 'done', 'now']);
  expect(states('stored')).toEqual(['done', 'done', 'done', 'done']);
  expect(states('failed', 'flash-failed')).toEqual(['done', 'done', 'failed', 'todo']);
  expect(states('failed', 'security-too-low')).toEqual(['failed', 'todo', 'todo', 'todo']);
});

test('what is said aloud changes with the phase and not with every chunk', () => {
  const at = (done: number) => upgradeView({ ...RECEIVING, transfer: transfer('receiving', { done }) }, [], AT, MAY).announcement;
  expect(at(MIB)).toBe(at(2 * MIB));
});

test('when nothing is under way, the last upgrade is told by its id and its own sentence', () => {
  const last = { id: '3fa0c2d0', origin: 'after-os', state: 'failed', startedAt: '', images: [{ component: 'bmc', version: '2.4.2', state: 'failed' }], text: 'bmc 2.4.2: the flash failed' };
  const view = upgradeView(snapshot(), [last], AT, MAY);
  expect(view).toMatchObject({ headline: 'No upgrade is under way', detail: 'bmc 2.4.2: the flash failed.', tone: 'bad', abort: undefined });
  expect(facts(view)).toMatchObject({ 'Last upgrade': '3fa0c2d0', 'How it ended': 'failed' });
});

test('that there was no upgrade yet is said only when the controller has said so', () => {
  expect(upgradeView(snapshot(), undefined, AT, MAY).detail).toBe('');
  expect(upgradeView(snapshot(), [], AT, MAY).detail).toBe('None has been carried out since this board was set up.');
});

test('abort is off while the controller is not heard, and for an account that may only look', () => {
  const obstacle = (change: Partial<typeof MAY>) => upgradeView(RECEIVING, [], AT, { ...MAY, ...change }).abort?.obstacle;
  expect(obstacle({})).toBeUndefined();
  expect(obstacle({ isHeard: false })).toBe('the controller is not heard');
  expect(obstacle({ mayOperate: false })).toBe('your account may look, not act');
});

test('every way in which the core lets a file fail has words', () => {
  for (const word of wordsOf(loadCore<{ Completion: CoreEnum }>().Completion)) expect(failureText(word), word).toContain(' ');
});
