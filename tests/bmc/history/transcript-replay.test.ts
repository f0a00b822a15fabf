// What a device can have done, and what it can not: sequences of events, legal and illegal.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import { TranscriptChain } from '../../../host/bmc/history/transcript-chain.ts';
import { checkChain } from '../../../host/bmc/history/transcript-check.ts';
import { sealEntry, type TranscriptEntry } from '../../../host/bmc/history/transcript-entry.ts';
import { readTranscript } from '../../../host/bmc/history/transcript-reader.ts';
import { replayEntries } from '../../../host/bmc/history/transcript-replay.ts';
import type { Image } from '../../core/wire.ts';
import { LEASE_MS, Machine } from '../machine.ts';
import { smallImage } from '../small-board.ts';
import { activated, ended, failed, fileStarted, goodUpgrade, image, received, started, stored, word } from './upgrade-events.ts';

const A = '0000aaaa';
const B = '0000bbbb';
const bmc = image('bmc', '2.0.0');
const bios = image('bios', '1.1.0', 0);

/** Chains these events as they are, legal or not: as a forger would who can compute hashes. */
function chained(events: readonly (readonly [upgrade: string, event: ControllerEvent])[]): TranscriptEntry[] {
  const chain = new TranscriptChain();
  return events.map(([upgrade, { event, fields = {}, text }]) => {
    const { upgrade: _given, ...kept } = fields;
    const { entry } = sealEntry(chain.follow({ time: '2026-01-02T03:04:05.678Z', upgrade, event, fields: kept, text }));
    chain.advance(entry);
    return entry;
  });
}

const by = (upgrade: string, ...events: ControllerEvent[]): (readonly [string, ControllerEvent])[] => events.map((event) => [upgrade, event]);
const whole = (of: object): ControllerEvent[] => [fileStarted(of), received(of), stored(of)];

describe('legal', () => {
  it.each([
    ['one image', by(A, ...goodUpgrade(A)), ['done']],
    ['nothing to do', by(A, started(A), ended(0)), ['done']],
    ['two images, one after the other', by(A, started(A, 2), ...whole(bmc), ...whole(bios), ended(2), activated(bmc), activated(bios)), ['done']],
    ['an image written in place, whose record asks for the reset before it is told as stored',
      by(A, started(A), fileStarted(bios), received(bios), word('host-reset-needed', bios), stored(bios), ended()), ['done']],
    ['a failed image, sent again', by(A, started(A), fileStarted(bmc), failed(bmc), ...whole(bmc), ended()), ['done']],
    ['an image that was refused before it was started', by(A, started(A), failed(bmc, 'key-not-trusted'), ended(0)), ['failed']],
    ['an image that was left for another one', by(A, started(A), fileStarted(bmc), ...whole(bios), ended()), ['failed']],
    ['an abort while the image is stored, which goes on', by(A, started(A), fileStarted(bmc), received(bmc), word('upgrade-aborted'), stored(bmc)), ['aborted']],
    ['a session that is overtaken', [...by(A, started(A), fileStarted(bmc)), ...by(B, started(B)), ...by(A, word('upgrade-abandoned')), ...by(B, ended(0))], ['done', 'abandoned']],
    ['a cut in the middle of storing, and the repair', [...by(A, started(A), fileStarted(bios), received(bios), word('upgrade-interrupted')), ...by(B, word('repair-started', bios), stored(bios))], ['done', 'interrupted']],
    ['a repair that fails', by(A, word('repair-started', bios), failed(bios)), ['failed']],
    ['what has not ended yet', by(A, started(A), fileStarted(bmc)), ['running']],
    ['a trial that did not hold', by(A, ...goodUpgrade(A), word('trial', bmc), word('trial-reverted', bmc)), ['reverted']],
    ['an event of a later version', by(A, started(A), word('something-new', bmc), ended(0)), ['done']],
  ] as const)('%s', (_name, events, states) => {
    const { fault, unjudged, upgrades } = replayEntries(chained(events));
    expect(fault).toBeUndefined();
    expect(unjudged).toBe(0);
    expect(upgrades.map(({ state }) => state)).toEqual(states);
  });
});

describe('illegal', () => {
  it.each([
    ['a file before the start', by(A, fileStarted(bmc)), 1, 'expected upgrade-started or repair-started first'],
    ['stored without anything', by(A, started(A), stored(bmc)), 2, 'entry 2, file-stored of bmc 2.0.0 of upgrade 0000aaaa: expected its file-received before it'],
    ['stored before it was received', by(A, started(A), fileStarted(bmc), stored(bmc)), 3, 'expected its file-received before it'],
    ['stored twice', by(A, started(A), ...whole(bmc), stored(bmc)), 5, 'expected its file-received before it'],
    ['another image stored than was received', by(A, started(A), fileStarted(bmc), received(bmc), stored(image('bmc', '6.6.6'))), 4, 'expected its file-received before it'],
    ['stored in another slot', by(A, started(A), fileStarted(bmc), received(bmc), stored(image('bmc', '2.0.0', 0))), 4, 'expected its file-received before it'],
    ['received before it was started', by(A, started(A), received(bmc)), 2, 'expected its file-started before it'],
    ['received twice', by(A, started(A), fileStarted(bmc), received(bmc), received(bmc)), 4, 'expected it to be received once'],
    ['more received than was announced', by(A, started(A), fileStarted(bmc, { size: 999 }), received(bmc)), 3, 'expected 999 bytes as announced, got 1000'],
    ['another file while one is stored', by(A, started(A), fileStarted(bmc), received(bmc), fileStarted(bios)), 4, 'expected bmc to be stored first'],
    ['the end while one is stored', by(A, started(A), fileStarted(bmc), received(bmc), ended()), 4, 'expected bmc to be stored first'],
    ['a file after the end', by(A, started(A), ended(), fileStarted(bmc)), 3, 'expected no file after the end of the upgrade'],
    ['a failure after the end', by(A, started(A), ended(), failed(bmc)), 3, 'expected no file after the end of the upgrade'],
    ['two ends', by(A, started(A), ended(), word('upgrade-aborted')), 3, 'expected one end of the upgrade'],
    ['activated without being stored', by(A, started(A), fileStarted(bmc), activated(bmc), ended()), 3, 'expected its file-stored before it'],
    ['activated after it had failed', by(A, started(A), fileStarted(bmc), failed(bmc), activated(bmc)), 4, 'expected its file-stored before it'],
    ['another version activated than was stored', by(A, ...goodUpgrade(A), activated(image('bmc', '6.6.6'))), 7, 'expected its file-stored before it'],
    ['a start in the middle', by(A, started(A), started(A)), 2, 'expected it to have ended before it starts again'],
    ['two upgrades at once', [...by(A, started(A)), ...by(B, started(B), fileStarted(bmc))], 3, 'expected upgrade 0000aaaa to have ended: one has the lock'],
    ['a repair in the middle of an upgrade', by(A, started(A), word('repair-started', bios)), 2, 'expected the upgrade to have ended'],
    ['a repair that is stored twice', by(A, word('repair-started', bios), stored(bios), stored(bios)), 3, 'expected its file-received before it'],
  ] as const)('%s', (_name, events, number, text) => {
    const { fault } = replayEntries(chained(events));
    expect(fault).toMatchObject({ number });
    expect(fault?.text).toContain(text);
  });
});

it('an upgrade whose beginning is not kept any more is not judged, and that is counted', () => {
  const entries = chained([...by(A, ...goodUpgrade(A)), ...by(B, ...goodUpgrade(B))]).slice(3);
  expect(replayEntries(entries)).toMatchObject({ fault: undefined, unjudged: 3, upgrades: [{ id: B, state: 'done' }] });
});

describe('what the controller does', () => {
  let machine: Machine;
  let sessions = 0;
  beforeEach(() => { machine = new Machine(); });
  afterEach(() => machine.remove());

  const transcript = () => checkChain(readTranscript(join(machine.state, 'history')), { of: 'device', first: 1 });
  const rest = (): void => {
    machine.clock.now += 1000;
    machine.run();
  };
  function install(of: Image): void {
    expect(machine.install(of, ++sessions)).toBe('Ok');
    rest();
  }

  /** Stores a BIOS until its record says that it is being written. */
  function beginToStore(of: Image): void {
    machine.connect();
    const upgrade = machine.ask(machine.wire.startUpgrade(++sessions)).fields['id'] ?? 0;
    const { transfer = 0 } = machine.sendFile(upgrade, of).fields;
    machine.host.send(machine.wire.endFile(transfer, of.bytes.length));
    machine.clock.nowMs = () => machine.clock.now += 10;
    for (let count = 0; machine.controller.components()[1]?.slots[0]?.state !== 'writing'; count++) {
      if (count > 1000) throw new Error('the image is never written');
      machine.controller.step();
    }
  }

  it('is legal: images that go well, one that was overtaken, a cut in the middle of writing, and the repair', () => {
    install(smallImage('bmc', '1.0.0', 1));
    install(smallImage('bios', '1.0.0', 3));
    machine.connect();
    machine.sendFile(machine.ask(machine.wire.startUpgrade(++sessions)).fields['id'] ?? 0, smallImage('bmc', '1.5.0', 5));
    machine.clock.now += LEASE_MS + 1;
    install(smallImage('bmc', '2.0.0', 2));
    beginToStore(smallImage('bios', '2.0.0', 4));
    machine.kill();
    rest();
    const { entries, fault } = transcript();
    expect(fault).toBeUndefined();
    const replay = replayEntries(entries);
    expect(replay).toMatchObject({ fault: undefined, unjudged: 0, lost: 0 });
    expect(replay.upgrades.map(({ origin, state }) => [origin === 'repair', state])).toEqual([
      [true, 'done'], [false, 'interrupted'], [false, 'done'], [false, 'abandoned'], [false, 'done'], [false, 'done'],
    ]);
    expect(replay.upgrades, 'what the network side is told').toEqual(machine.controller.management.upgrades(100));
  });

  it('stands in the event log with the same words, in the same order, under the same ids', () => {
    install(smallImage('bmc', '1.0.0', 1));
    install(smallImage('bios', '1.0.0', 3));
    const log = readFileSync(join(machine.state, 'events.log'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = log.filter((line) => 'upgrade' in line).map(({ event, upgrade, text: sentence }) => [event, upgrade, sentence]);
    expect(told).toEqual(transcript().entries.map(({ event, upgrade, text: sentence }) => [event, upgrade, sentence]));
    expect(told.length).toBeGreaterThan(9);
  });
});
