import { expect, test } from 'vitest';
import { removalView } from '../../../host/bmc/web/view/removal.ts';
import { titleText } from '../../../host/bmc/web/view/title.ts';
import { connectionView, silenceOf } from '../../../host/bmc/web/view/connection.ts';
import { plain, snapshot } from './snapshots.ts';

const UNSAFE = snapshot({ removal: { isSafe: false, why: 'bmc is being written' } });

test('power may be removed when the controller says so, and its reason is shown', () => {
  expect(removalView(snapshot(), undefined)).toMatchObject({ tone: 'safe', answer: 'Yes', why: 'nothing is being written.' });
});

test('an unsafe moment is shown as no, with the controller’s reason', () => {
  expect(removalView(UNSAFE, undefined)).toMatchObject({ tone: 'unsafe', why: 'bmc is being written.' });
});

test('a silent controller is never shown as safe, whatever it said last', () => {
  for (const heard of [undefined, snapshot(), UNSAFE]) expect(removalView(heard, 14_000).tone).toBe('unknown');
  const { why } = removalView(snapshot(), 74_000);
  expect(plain(why)).toContain('for 1 min 14 s. The last answer was “yes”');
  expect(removalView(undefined, undefined).tone).toBe('unknown');
});

test('the title tells the unsafe moment and the lost connection in another tab', () => {
  expect(titleText('q35', removalView(UNSAFE, undefined), UNSAFE)).toBe('✕ q35: leave power on');
  expect(titleText('q35', removalView(UNSAFE, 5000), UNSAFE)).toBe('? q35: not connected');
});

test('a cut stream is silence after two seconds, an open one when it has missed a sign of life', () => {
  expect([silenceOf(1999, false), silenceOf(2000, false), silenceOf(4999, true), silenceOf(5000, true)]).toEqual([undefined, 2000, undefined, 5000]);
});

test('stale data is marked with its age, and an open connection with nothing', () => {
  const stale = connectionView(61_000, true);
  expect(stale.isStale).toBe(true);
  expect(plain(stale.age)).toBe('Last heard 1 min 01 s ago.');
  expect(connectionView(undefined, true)).toMatchObject({ isStale: false, link: 'Live' });
});
