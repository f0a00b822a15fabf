import { expect, test } from 'vitest';
import { outlookBody } from '../../../host/bmc/redfish/recovery-resource.ts';
import { recoveryView } from '../../../host/bmc/web/view/recovery.ts';
import { outlookView } from '../../../host/bmc/web/view/recovery-found.ts';
import { eventTone } from '../../../host/bmc/web/view/event-list.ts';
import type { OutlookJson, RecoveryJson } from '../../../host/bmc/web/view/snapshot.ts';
import { titleText } from '../../../host/bmc/web/view/title.ts';
import { removalView } from '../../../host/bmc/web/view/removal.ts';
import { PHASES } from '../../../host/recovery/recovery-state.ts';
import { CHOICE, PlayedDesk, RECOVERIES, recoveryStatus } from '../played-desk.ts';
import { AT, component, MAY, plain, snapshot } from './snapshots.ts';

const BOARD = snapshot({ components: [component({ name: 'bios', isInPlace: true, slots: [component().slots[0]!], running: 0 })] });
const view = (recovery: RecoveryJson, of = BOARD, may = MAY) => recoveryView(recovery, of, AT, may);
const facts = (recovery: RecoveryJson): Record<string, string> => Object.fromEntries(view(recovery).facts);

test('an image on its way tells why, from where, by which rule, and how many bytes are here', () => {
  const shown = view(RECOVERIES.fetching);
  expect(shown.badge).toEqual({ text: 'fetching', tone: 'busy' });
  expect([shown.progress?.percent, plain(shown.progress?.bytes)]).toEqual([31, '5.0 of 16.0 MiB']);
  expect(facts(RECOVERIES.fetching)).toMatchObject({
    'Why': 'flash does not hold what the records say', 'Flash holds': '333333333333…', 'It should hold': '191919191919…', 'Image': '1.9.2 from storage', 'Chosen': 'its version 1.9.2 is newer',
  });
  expect(shown.found.map(({ sign, image, reason }) => [sign, image, reason])).toEqual([
    ['✓', '1.9.2 from storage', 'Chosen.'], ['·', '1.9.1 from rack', 'It would be next; for the one before it: its version 1.9.2 is newer.'],
    ['✕', '1.4.0 from storage', 'Refused: bios 1.4.0: security number: expected at least 3, which the component has reached, got 1.'],
  ]);
  expect(plain(shown.found[1]?.detail)).toBe('donor board-07 at 10.0.0.7, 16.0 MiB, security 3');
});

test('a lock is loud: in the panel, in the title of the tab, in the log; and the way out is said before it is ordered', () => {
  const shown = view(RECOVERIES.locked);
  expect([shown.isLocked, shown.badge]).toEqual([true, { text: 'LOCKED', tone: 'bad' }]);
  expect(shown.tried).toHaveLength(3);
  expect(shown.recover.obstacle).toBeUndefined();
  expect(shown.recover.question?.consequences.join(' ')).toContain('It is locked after 3 failed candidates. This opens the lock');
  const board = { ...BOARD, recovery: [RECOVERIES.locked] };
  expect(titleText('board', removalView(board, undefined), board)).toBe('! board: bios is locked');
  expect([eventTone('recovery-locked'), eventTone('recovery-healthy'), eventTone('recovery-sourcing')]).toEqual(['bad', 'good', 'plain']);
});

test('an order tells what it does to a host that runs, and is grave only when the host is switched off for it', () => {
  const asked = (recovery: RecoveryJson, power: 'on' | 'off') => view(recovery, { ...BOARD, power }).recover.question!;
  const corrupt = recoveryStatus('asking', { reason: 'corrupt' });
  expect(asked(corrupt, 'on')).toMatchObject({ isGrave: true, title: 'Recover bios now?' });
  expect(asked(corrupt, 'on').consequences.join(' ')).toContain('The host is switched off at once');
  expect(asked(corrupt, 'off')).toMatchObject({ isGrave: false });
  expect(asked(RECOVERIES.healthy, 'on').isGrave).toBe(false);
  expect(asked(RECOVERIES.healthy, 'on').consequences.join(' ')).toContain('Nothing is wrong with its image');
  expect(asked(recoveryStatus('asking', { component: 'bmc', reason: 'corrupt' }), 'on').isGrave).toBe(false);
});

test('a recovery under way is not ordered again; who may not act, or is not heard, is told so; to look asks nothing', () => {
  for (const phase of PHASES) {
    const isAtRest = ['healthy', 'needed', 'asking', 'waiting', 'retry', 'locked'].includes(phase);
    expect([phase, view(recoveryStatus(phase)).recover.obstacle]).toEqual([phase, isAtRest ? undefined : 'its recovery is under way']);
    expect(view(recoveryStatus(phase)).badge.text, phase).not.toBe('');
  }
  const looking = view(RECOVERIES.healthy, BOARD, { isHeard: true, mayOperate: false });
  expect([looking.recover.obstacle, looking.preview.obstacle, looking.preview.question]).toEqual(['your account may look, not act', 'your account may look, not act', undefined]);
  expect(view(RECOVERIES.healthy, BOARD, { isHeard: false, mayOperate: true }).preview.obstacle).toBe('the controller is not heard');
});

test('a phase that the page does not know is shown by its word', () => {
  expect(view(recoveryStatus('levitating')).badge).toEqual({ text: 'levitating', tone: 'busy' });
});

test('what would be chosen is read from what Redfish answers', async () => {
  const desk = new PlayedDesk();
  const answer = async (): Promise<OutlookJson> => {
    const outlooks = await desk.preview();
    if ('refused' in outlooks) throw new Error(outlooks.refused);
    return (JSON.parse(JSON.stringify(outlookBody(outlooks))) as { Components: OutlookJson[] }).Components[0]!;
  };
  const shown = outlookView(await answer(), AT.today);
  expect(shown.headline).toBe('1.9.2 from storage would be chosen: its version 1.9.2 is newer.');
  expect(shown.notes[0]).toMatch(/^\d\d:\d\d:\d\d: flash holds 33, the record says 19; a recovery is needed: corrupt\.$/);
  expect(shown.notes[1]).toBe('The source server can not be used now: connect ECONNREFUSED.');
  expect(shown.found.map(({ sign }) => sign)).toEqual(['✓', '·', '✕']);
  desk.outlook = { component: 'bios', condition: 'ok', text: 'fine', reason: undefined, choice: { ...CHOICE, verdicts: CHOICE.verdicts.slice(2), others: 9, chosen: undefined, why: 'none of 10 candidates fits' }, failures: [] };
  const none = outlookView(await answer(), AT.today);
  expect(none.headline).toBe('Nothing would be chosen: none of 10 candidates fits.');
  expect(none.found.map(({ image }) => image)).toEqual(['1.4.0 from storage', 'and 9 more']);
});
