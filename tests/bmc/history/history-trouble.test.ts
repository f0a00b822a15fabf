// What power cuts, full disks and damaged files do to the history: never an exception, never a wrong record, and what is
// missing is said.
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDurableFile, systemFiles, type FileStore } from '../../../host/bmc/durable-file.ts';
import { checkChain } from '../../../host/bmc/history/transcript-check.ts';
import { readTranscript } from '../../../host/bmc/history/transcript-reader.ts';
import { replayEntries } from '../../../host/bmc/history/transcript-replay.ts';
import { UpgradeHistory, type UpgradeHistoryOptions } from '../../../host/bmc/history/upgrade-history.ts';
import { FailingFiles } from '../../core/failing-files.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { fileStarted, goodUpgrade, image, received, started, stored } from './upgrade-events.ts';

let scratch: ReturnType<typeof scratchDirectory>;
let directory: string;
let complaints: string[];

beforeEach(() => {
  scratch = scratchDirectory();
  directory = join(scratch.path, 'history');
  complaints = [];
});
afterEach(() => scratch.remove());

/** Flushes prove nothing here, and take their time on a busy disk. */
const quick: FileStore = { ...systemFiles, open: (path) => ({ ...openDurableFile(path), sync: () => undefined }) };
const open = (more: Partial<UpgradeHistoryOptions> = {}): UpgradeHistory =>
  UpgradeHistory.open({ directory, files: quick, now: () => new Date('2026-01-02T03:04:05.678Z'), complain: (message) => complaints.push(message), ...more });
const check = () => checkChain(readTranscript(directory), { of: 'device' });
const bmc = image('bmc', '2.0.0');

describe('a power cut', () => {
  it('at any byte of the last entry leaves those before it, and the chain goes on', () => {
    const history = open();
    for (const event of goodUpgrade('00000001')) history.add(event);
    const file = join(directory, 'transcript.1.jsonl');
    const whole = readFileSync(file, 'utf8');
    for (let size = whole.trimEnd().lastIndexOf('\n') + 1; size < whole.length; size++) {
      writeFileSync(file, whole);
      truncateSync(file, size);
      expect(readTranscript(directory), 'a reader sees whole lines only').toHaveLength(5);
      const after = open();
      expect(after.find('00000001'), `torn at byte ${size}`).toMatchObject({ state: 'interrupted', images: [{ state: 'stored' }] });
      for (const event of goodUpgrade('00000002')) after.add(event);
      after.close();
      expect(check()).toMatchObject({ fault: undefined, entries: { length: 12 } });
    }
    expect(complaints).toEqual([]);
  });

  it('that leaves zeros or garbage at the end: it is cut off, and that is told', () => {
    for (const tail of [Buffer.alloc(5000), Buffer.from('garbage\n[1]\nnull\n{"number":"x"}\n')]) {
      const history = open();
      for (const event of goodUpgrade('00000001')) history.add(event);
      appendFileSync(join(directory, 'transcript.1.jsonl'), tail);
      const after = open();
      expect(after.list(1)).toMatchObject([{ id: '00000001', state: 'done' }]);
      after.close();
      expect(check().fault).toBeUndefined();
    }
    expect(complaints).toEqual([expect.stringContaining('4 damaged lines at the end of the upgrade history in')]);
  });

  it('between making a file and writing to it leaves an empty file, which is used', () => {
    const history = open({ segmentLimit: 1500 });
    for (const event of goodUpgrade('00000001').slice(0, 3)) history.add(event);
    const next = check().entries.length + 1;
    writeFileSync(join(directory, `transcript.${next}.jsonl`), '');
    const after = open({ segmentLimit: 1500 });
    after.add(stored(bmc));
    after.close();
    expect(check()).toMatchObject({ fault: undefined });
  });
});

describe('damage in the middle', () => {
  it('is told, left as it is, and the records that it does not touch are there', () => {
    const history = open();
    for (const id of ['00000001', '00000002', '00000003']) for (const event of goodUpgrade(id)) history.add(event);
    const file = join(directory, 'transcript.1.jsonl');
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.with(7, (lines[7] ?? '').replace('receiving', 'deceiving')).join('\n'));
    const after = open();
    expect(after.list(9).map(({ id, state }) => [id, state])).toEqual([['00000003', 'done'], ['00000002', 'done'], ['00000001', 'done']]);
    expect(complaints).toEqual([expect.stringMatching(/1 damaged lines; `ferry history replay` names them/)]);
    after.add(started('00000004'));
    expect(check().fault).toMatchObject({ damage: 'changed', entry: 8 });
  });

  it('of the whole newest file: the history goes on after the one before it, and says so', () => {
    const history = open({ segmentLimit: 3000 });
    for (const event of [...goodUpgrade('00000001'), ...goodUpgrade('00000002')]) history.add(event);
    const newest = readdirSync(directory).sort((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1) ?? '';
    writeFileSync(join(directory, newest), 'nothing\n');
    const after = open({ segmentLimit: 3000 });
    for (const event of goodUpgrade('00000003')) after.add(event);
    after.close();
    expect(complaints).toHaveLength(1);
    expect(check().fault).toBeUndefined();
    expect(open().find('00000003')).toMatchObject({ state: 'done' });
  });
});

/** A file system whose N-th call fails, or all calls for a time. */
function failing(fails: (call: number) => boolean, tornBytes = 0): { files: FileStore; calls: () => number } {
  const failures = new FailingFiles();
  failures.fails = (call) => (fails(call) ? 'EIO' : undefined);
  failures.tornBytes = tornBytes;
  const guarded = <Arguments extends unknown[], Answer>(call: (...args: Arguments) => Answer) => (...args: Arguments): Answer => {
    if (fails(failures.calls++)) throw Object.assign(new Error('EIO: made to fail'), { code: 'EIO' });
    return call(...args);
  };
  const { makeDirectory, list, remove, syncDirectory } = systemFiles;
  return {
    files: { open: guarded(failures.open), makeDirectory: guarded(makeDirectory), list: guarded(list), remove: guarded(remove), syncDirectory: guarded(syncDirectory) },
    calls: () => failures.calls,
  };
}

describe('a call that fails', () => {
  const LIMITS = { segmentLimit: 2000, segmentsKept: 4 };
  const EVENTS = [...goodUpgrade('00000001'), ...goodUpgrade('00000002', image('bios', '3.0', 0))];

  it.each([0, 1, 100, 10_000])('whichever it is, with %d bytes of a write done: the upgrade goes on, it is told once, and the chain is whole', (torn) => {
    for (let failed = 0; ; failed++) {
      rmSync(directory, { recursive: true, force: true });
      complaints = [];
      const trouble = failing((call) => call === failed, torn);
      const history = open({ ...LIMITS, files: trouble.files });
      for (const event of EVENTS) history.add(event);
      const records = history.list(9);
      expect(records.map(({ id, state }) => [id, state]), `call ${failed}`).toEqual([['00000002', 'done'], ['00000001', 'done']]);
      history.close();
      if (trouble.calls() <= failed) break;
      expect(complaints, `call ${failed}`).toHaveLength(1);
      expect(complaints[0]).toContain('EIO: made to fail; upgrades go on without it');
      const { fault, entries } = check();
      expect(fault, `call ${failed}`).toBeUndefined();
      const replay = replayEntries(entries);
      expect(replay.fault, `call ${failed}`).toBeUndefined();
      const isComplete = entries.length === EVENTS.length;
      expect(isComplete || replay.lost > 0 || entries.length === 0, `call ${failed}: what is missing is said`).toBe(true);
    }
  });

  it('a disk that is full for a time: an entry says how much is missing, and the records in memory are right', () => {
    let isFull = false;
    const history = open({ files: failing(() => isFull).files });
    history.add(started('00000001'));
    isFull = true;
    history.add(fileStarted(bmc));
    history.add(received(bmc));
    expect(history.find('00000001')).toMatchObject({ images: [{ state: 'storing' }] });
    isFull = false;
    history.add(stored(bmc));
    history.add(fileStarted(image('bios', '1', 0)));
    const { entries, fault } = check();
    expect(fault).toBeUndefined();
    expect(entries.map(({ event }) => event)).toEqual(['upgrade-started', 'entries-lost', 'file-stored', 'file-started']);
    expect(entries[1]?.fields).toEqual({ entries: 2 });
    expect(replayEntries(entries)).toMatchObject({ fault: undefined, lost: 2 });
    expect(complaints).toHaveLength(1);
  });

  it('a history that can not be read is not written over', () => {
    const history = open();
    for (const event of goodUpgrade('00000001')) history.add(event);
    const file = join(directory, 'transcript.1.jsonl');
    copyFileSync(file, join(scratch.path, 'kept'));
    const trouble = failing((call) => call === 2);
    const after = open({ files: trouble.files });
    for (const event of goodUpgrade('00000002')) after.add(event);
    after.close();
    expect(after.list(9)).toMatchObject([{ id: '00000002', state: 'done' }]);
    expect(complaints).toHaveLength(1);
    expect(readFileSync(file)).toEqual(readFileSync(join(scratch.path, 'kept')));
  });

  it('a directory that can not be made', () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'file'), '');
    directory = join(directory, 'file', 'history');
    const history = open();
    for (const event of goodUpgrade('00000001')) history.add(event);
    expect(history.list(1)).toMatchObject([{ state: 'done' }]);
    expect(complaints).toHaveLength(1);
  });
});
