// The history of upgrades: records out of events, over restarts.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDurableFile, systemFiles } from '../../../host/bmc/durable-file.ts';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import { UpgradeHistory, type UpgradeHistoryOptions } from '../../../host/bmc/history/upgrade-history.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { activated, DIGEST, ended, failed, fileStarted, goodUpgrade, image, received, started, stored, word } from './upgrade-events.ts';

let scratch: ReturnType<typeof scratchDirectory>;
let directory: string;
let complaints: string[];
let clock: number;

beforeEach(() => {
  scratch = scratchDirectory();
  directory = join(scratch.path, 'history');
  complaints = [];
  clock = Date.parse('2026-01-02T03:04:05.000Z');
});
afterEach(() => scratch.remove());

function open(more: Partial<UpgradeHistoryOptions> = {}): UpgradeHistory {
  return UpgradeHistory.open({ directory, now: () => new Date(clock += 1000), complain: (message) => complaints.push(message), ...more });
}

function tell(history: UpgradeHistory, events: readonly ControllerEvent[]): ControllerEvent[] {
  return events.map((event) => history.add(event));
}

const bmc = image('bmc', '2.0.0');
const bios = image('bios', '1.1.0', 0);

describe('a record', () => {
  it('tells the whole of an upgrade, and the same after a restart', () => {
    const history = open();
    tell(history, [started('0000abcd', 2, { user: 'root' }), fileStarted(bmc, { resumed: 300 }), received(bmc), stored(bmc)]);
    expect(history.find('0000abcd')).toMatchObject({ state: 'running', endedAt: undefined, images: [{ component: 'bmc', state: 'stored' }] });
    tell(history, [fileStarted(bios), received(bios), word('host-reset-needed', bios), stored(bios), word('pending', bmc), ended(2)]);
    const record = history.find('0000abcd');
    expect(record).toMatchObject({
      id: '0000abcd', origin: 'after-os', user: 'root', session: '0000002a', state: 'done', imageCount: 2,
      startedAt: '2026-01-02T03:04:06.000Z', endedAt: '2026-01-02T03:04:15.000Z', text: 'the upgrade has ended',
      images: [
        { component: 'bmc', version: '2.0.0', size: 1000, sha256: DIGEST, slot: 1, resumed: 300, state: 'stored', completion: 'ok', equal: 400, flashMs: 70 },
        { component: 'bios', version: '1.1.0', slot: 0, resumed: 0, state: 'stored' },
      ],
      resets: { device: true, host: true }, head: history.head,
    });
    history.close();
    expect(open().list(10)).toEqual([record]);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['a failed image', [failed(bmc), ended(0)], 'failed', 'failed', 'flash-failed'],
    ['an image that was sent again after it had failed', [failed(bmc), fileStarted(bmc), received(bmc), stored(bmc), ended()], 'done', 'stored', 'ok'],
    ['an end before the image was whole', [ended(0)], 'failed', 'receiving', 'ok'],
    ['an abort', [word('upgrade-aborted')], 'aborted', 'receiving', 'ok'],
    ['a session that was silent', [word('upgrade-abandoned')], 'abandoned', 'receiving', 'ok'],
    ['an abort while the image was stored', [received(bmc), word('upgrade-aborted'), stored(bmc)], 'aborted', 'stored', 'ok'],
  ])('%s', (_name, events, state, imageState, completion) => {
    const history = open();
    tell(history, [started('00000001'), fileStarted(bmc), ...events]);
    expect(history.find('00000001')).toMatchObject({ state, images: [{ state: imageState, completion }] });
    expect(history.find('00000001')?.endedAt).toBeDefined();
    expect(history.list(1)).toHaveLength(1);
  });

  it('is interrupted when the controller ended in its middle, cleanly or not, and says so from the next start on', () => {
    for (const isClean of [true, false]) {
      const history = open();
      tell(history, [started(isClean ? '0000000c' : '0000000d'), fileStarted(bmc)]);
      if (isClean) history.close();
      const after = open();
      expect(after.list(1)).toMatchObject([{ state: 'interrupted', images: [{ state: 'receiving' }] }]);
      expect(after.list(1)[0]?.text).toContain('the controller was stopped in the middle of it');
      after.close();
    }
  });

  it('keeps the records of an id that a later upgrade has again', () => {
    const history = open();
    tell(history, [...goodUpgrade('00000007'), started('00000007')]);
    expect(history.list(5).map(({ state }) => state)).toEqual(['running', 'done']);
    expect(history.find('00000007')?.state).toBe('running');
  });
});

describe('an event that does not name its upgrade', () => {
  it('belongs to the one that runs', () => {
    const history = open();
    const told = tell(history, [...goodUpgrade('0000abcd'), word('ready'), word('messages-dropped', { messages: 3 })]);
    expect(told.map(({ fields }) => fields?.['upgrade'])).toEqual([...Array.from({ length: 6 }, () => '0000abcd'), undefined, undefined]);
  });

  it('belongs to the upgrade that stored the image, long after it has ended', () => {
    const history = open();
    tell(history, [...goodUpgrade('00000001'), ...goodUpgrade('00000002', image('bmc', '3.0.0', 0)), ...goodUpgrade('00000003', bios)]);
    const [event] = tell(history, [word('committed', bmc)]);
    expect(event?.fields?.['upgrade']).toBe('00000001');
    expect(history.find('00000001')).toMatchObject({ state: 'done', text: 'committed' });
    expect(tell(history, [activated(image('bmc', '9.9.9'))])[0]?.fields?.['upgrade'], 'nobody stored this').toBeUndefined();
  });

  it('belongs to the overtaken upgrade when a session has lost the lock, whichever order the two are told in', () => {
    const history = open();
    tell(history, [started('00000001'), fileStarted(bmc), started('00000002'), word('upgrade-abandoned', { upgrade: '00000002' })]);
    expect(history.find('00000001')?.state).toBe('abandoned');
    expect(history.find('00000002')?.state).toBe('running');
    tell(history, [word('upgrade-abandoned'), started('00000003')]);
    expect(history.find('00000002')?.state).toBe('abandoned');
  });

  it('begins a record of its own when the device finishes a write by itself', () => {
    const before = open();
    tell(before, [started('00000001'), fileStarted(bios), received(bios)]);
    const history = open();
    // As the receiver notes it: that it is a repair comes third, and before it it is nobody's.
    const told = tell(history, [fileStarted(bios), received(bios), word('repair-started', bios), word('host-reset-needed', bios), stored(bios)]);
    const id = told[2]?.fields?.['upgrade'] as string;
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(told.map(({ fields }) => fields?.['upgrade'])).toEqual([undefined, undefined, id, id, id]);
    expect(history.find(id)).toMatchObject({
      origin: 'repair', state: 'done', imageCount: 1, images: [{ component: 'bios', state: 'stored', size: 1000, sha256: DIGEST }], resets: { host: true },
    });
    expect(history.find('00000001')).toMatchObject({ state: 'interrupted', images: [{ state: 'storing' }] });
  });
});

describe('bounds', () => {
  it('thousands of upgrades stay within the limit, and a restart shows the same records', () => {
    // Three thousand flushes prove nothing here and take their time on a busy disk.
    const files = { ...systemFiles, open: (path: string) => ({ ...openDurableFile(path), sync: () => undefined }) };
    const limits = { segmentLimit: 64 * 1024, segmentsKept: 3, files };
    const history = open(limits);
    for (let index = 1; index <= 3000; index++) tell(history, goodUpgrade(index.toString(16).padStart(8, '0')));
    const kept = history.list(5000);
    expect(kept[0]?.id).toBe('00000bb8');
    expect(kept.length).toBeGreaterThan(30);
    const names = readdirSync(directory);
    expect(names).toHaveLength(3);
    for (const file of names) expect(statSync(join(directory, file)).size).toBeLessThanOrEqual(limits.segmentLimit);
    history.close();
    expect(open(limits).list(5000)).toEqual(kept);
    expect(complaints).toEqual([]);
  });

  it('one upgrade that never ends does not push itself out', () => {
    const history = open({ segmentLimit: 4096, segmentsKept: 2 });
    tell(history, [started('00000001')]);
    for (let count = 0; count < 200; count++) tell(history, [fileStarted(bmc), failed(bmc)]);
    expect(history.find('00000001')).toMatchObject({ state: 'running', images: [{ state: 'failed' }] });
  });

  it('a text without end, and fields that JSON does not have, are cut and kept', () => {
    const history = open();
    tell(history, [started('00000001'), { event: 'file-failed', text: 'x'.repeat(100_000), fields: { ...bmc, cause: '\u2028\ud800\n"'.repeat(9999), rate: Number.POSITIVE_INFINITY } }]);
    expect(history.find('00000001')?.text).toHaveLength(2000);
    history.close();
    const after = open();
    expect(after.find('00000001')?.images[0]).toMatchObject({ state: 'failed', completion: 'unspecified' });
    expect(complaints).toEqual([]);
  });
});
