import { expect, test } from 'vitest';
import { powerView } from '../../../host/bmc/web/view/power.ts';
import { withEvents } from '../../../host/bmc/web/view/event-list.ts';
import { chipView, LEVELS } from '../../../host/bmc/web/view/flash-map.ts';
import { pastUpgradeView } from '../../../host/bmc/web/view/history.ts';
import { streamReader } from '../../../host/bmc/web/view/event-stream.ts';
import { durationText, percentOf, progressText, sizeText } from '../../../host/bmc/web/view/amounts.ts';
import { flashSummary } from '../../../host/bmc/web/flash-summary.ts';
import { seeded } from '../../random.ts';
import { AT, HOLDER, MAY, MIB, plain, snapshot, component } from './snapshots.ts';

const event = (number: number) => ({ number, time: '2026-11-21T11:00:00.000Z', event: 'file-stored', text: `event ${number}` });

test('events are listed newest first, once each, and at most so many, whatever connections did', () => {
  const random = seeded(7);
  let list: ReturnType<typeof withEvents> = [];
  for (let round = 0; round < 40; round++) {
    const from = Math.max(1, round * 10 - Math.floor(random() * 15));
    const batch = Array.from({ length: round * 10 + 10 - from }, (_, index) => event(from + index)).sort(() => random() - 0.5);
    list = withEvents(list, batch, 100);
  }
  expect(list.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, index) => 399 - index));
  expect(withEvents(list, [event(399)], 100), 'nothing new is no change').toBe(list);
});

test('a stream of events is read the same however the network cuts it', () => {
  const text = ': sign of life\r\n\r\nid: 7\ndata: {"a":\ndata: 1}\n\nretry: 5\nevent: x\rdata:b\r\rdata: never ended';
  const whole = streamReader()(text);
  expect(whole).toEqual([{ id: '7', data: '{"a":\n1}' }, { id: '7', data: 'b' }]);
  for (let cut = 1; cut < text.length; cut++) {
    const read = streamReader();
    expect([...read(text.slice(0, cut)), ...read(text.slice(cut))], `cut at ${cut}`).toEqual(whole);
  }
});

test('amounts keep their decimals, so that nothing jumps while they run', () => {
  expect([0, 1023, 1024, 1536, 5 * MIB, 3 * 1024 * MIB].map(sizeText).map(plain)).toEqual(['0 bytes', '1023 bytes', '1.0 KiB', '1.5 KiB', '5.0 MiB', '3.0 GiB']);
  expect(plain(progressText(0, 32 * MIB))).toBe('0.0 of 32.0 MiB');
  expect([0, 59_999, 60_000, 3_660_000, 90_000_000].map(durationText).map(plain)).toEqual(['0 s', '59 s', '1 min 00 s', '1 h 01 min', '1 d 01 h']);
  expect([percentOf(0, 0), percentOf(999, 1000), percentOf(1000, 1000)]).toEqual([0, 99, 100]);
});

test('power actions are off that would change nothing', () => {
  const possible = (power: 'on' | 'off') => powerView(snapshot({ power }), MAY).actions.filter(({ obstacle }) => obstacle === undefined).map(({ resetType }) => resetType);
  expect(possible('off')).toEqual(['On']);
  expect(possible('on')).toEqual(['GracefulRestart', 'GracefulShutdown', 'ForceRestart', 'PowerCycle', 'ForceOff']);
});

test('the question before a power action names the upgrade that it stops, the unsafe moment and what runs afterwards', () => {
  const [, restart] = powerView(snapshot({ holder: HOLDER, removal: { isSafe: false, why: '' }, components: [component({ name: 'bios', needsHostReset: true })] }), MAY).actions;
  expect(restart?.question?.isGrave).toBe(true);
  const text = restart?.question?.consequences.join(' ');
  for (const part of ['Upgrade 3fa0c2d1 is being sent by the host', 'between two images', 'The new bios runs after this.']) expect(text).toContain(part);
});

test('the wear of a chip of any size comes in a bounded number of columns, and its most worn sector is in one of them', () => {
  const wear = new Uint32Array(16_384);
  wear[16_383] = 70;
  wear[5] = 9;
  const chip = flashSummary({ name: 'bmc-0', part: 'W25Q512JV', size: 64 * MIB, sectorSize: 4096, wear, endurance: 100_000 });
  expect(chip.bins).toHaveLength(128);
  expect([chip.bins[0], chip.bins[127], chip.mostErases]).toEqual([9, 70, 70]);
  const { columns, summary, isWorn } = chipView(chip);
  expect([columns[0], columns[1], columns[127]]).toEqual([2, 0, LEVELS]);
  expect(plain(summary)).toContain('at most 70 erases a sector, less than 0.1 % of 100 000');
  expect([isWorn, chipView({ ...chip, mostErases: 80_000 }).isWorn]).toEqual([false, true]);
  expect(flashSummary({ name: 'x', part: '', size: 8192, sectorSize: 4096, wear: new Uint32Array([3, 4]), endurance: 1 }).bins).toEqual([3, 4]);
});

test('a past upgrade tells its id, its images, who sent it and how it ended', () => {
  const view = pastUpgradeView({
    id: '0a1b2c3d', origin: 'remote', user: 'kim', state: 'aborted', startedAt: '2026-11-20T10:00:00.000Z', text: 'kim has aborted the upgrade',
    images: [{ component: 'bmc', version: '2.4.1', state: 'stored' }, { component: 'bios', version: '1.10.0', state: 'receiving' }],
  }, AT.today);
  expect(view).toMatchObject({ id: '0a1b2c3d', badge: { text: 'aborted' }, images: 'bmc 2.4.1, bios 1.10.0', text: 'kim has aborted the upgrade.' });
  expect(view.when).toMatch(/^2026-11-20 \d\d:\d\d:\d\d, by kim, over the network$/);
});
