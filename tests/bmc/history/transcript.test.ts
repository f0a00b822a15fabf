// The hash chain: what was changed in a transcript is found, and named.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkChain } from '../../../host/bmc/history/transcript-check.ts';
import { parseEntry, sealEntry, type TranscriptEntry } from '../../../host/bmc/history/transcript-entry.ts';
import { checkExport, exportTranscript } from '../../../host/bmc/history/transcript-export.ts';
import { readTranscript } from '../../../host/bmc/history/transcript-reader.ts';
import { UpgradeHistory } from '../../../host/bmc/history/upgrade-history.ts';
import { runSeed, seeded } from '../../random.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { goodUpgrade, image, word } from './upgrade-events.ts';

let scratch: ReturnType<typeof scratchDirectory>;
let lines: string[];
let text: string;

/** Two upgrades, and what became of the first one's image after the second. */
beforeEach(() => {
  scratch = scratchDirectory();
  const directory = join(scratch.path, 'history');
  const history = UpgradeHistory.open({ directory, now: () => new Date('2026-01-02T03:04:05.678Z') });
  for (const event of [...goodUpgrade('0000aaaa'), ...goodUpgrade('0000bbbb', image('bios', '1.0', 0)), word('committed', image('bmc', '2.0.0'))]) history.add(event);
  history.close();
  lines = readTranscript(directory);
  text = exportTranscript(lines, 'device');
});
afterEach(() => scratch.remove());

const entryAt = (index: number): TranscriptEntry => parseEntry(lines[index] ?? '') ?? expect.unreachable('an entry');
const check = (changed: readonly string[], of = 'device') => checkChain(changed, { of, first: 1 });

describe('an entry', () => {
  it('is written like this, for good: do not change this test', () => {
    const { line } = sealEntry({
      previous: '0'.repeat(64), number: 1, time: '2026-01-02T03:04:05.678Z', upgrade: '1a2b3c4d', step: 1, before: '0'.repeat(64),
      event: 'upgrade-started', fields: { session: '0000002a', images: 2, isRemote: false }, text: 'an upgrade \u00b5\u2028 has "started"',
    });
    expect(line).toBe(
      `{"previous":"${'0'.repeat(64)}","number":1,"time":"2026-01-02T03:04:05.678Z","upgrade":"1a2b3c4d","step":1,"before":"${'0'.repeat(64)}",` +
      '"event":"upgrade-started","fields":{"session":"0000002a","images":2,"isRemote":false},"text":"an upgrade \\u00b5\\u2028 has \\"started\\"",' +
      '"hash":"526a5533ff1dd67547063fb22b37f15ee0e7effe6fda9786baf96cedb03e648a"}',
    );
  });

  it('is chained to the entry before it on the device, and to the one before it of its upgrade', () => {
    const entries = lines.map((_line, index) => entryAt(index));
    expect(entries.map(({ number }) => number)).toEqual(entries.map((_entry, index) => index + 1));
    entries.slice(1).forEach(({ previous }, index) => expect(previous).toBe(entries[index]?.hash));
    const last = entries.at(-1);
    expect(last).toMatchObject({ event: 'committed', upgrade: '0000aaaa', step: 7, before: entries[5]?.hash });
  });
});

describe('an exported transcript', () => {
  it('is whole as it was written: of the device, and of one upgrade without the others', () => {
    expect(checkExport(text)).toMatchObject({ fault: undefined, header: { of: 'device', first: 1, entries: 13 } });
    const one = exportTranscript(lines, '0000aaaa');
    expect(checkExport(one)).toMatchObject({ fault: undefined, header: { of: '0000aaaa', first: 1, entries: 7, head: entryAt(12).hash } });
    expect(checkExport(exportTranscript([], 'device'))).toMatchObject({ fault: undefined, header: { entries: 0 } });
  });

  it('with any one byte changed, removed or added is found out', () => {
    const seed = runSeed();
    const random = seeded(seed);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      const added = Buffer.concat([bytes.subarray(0, at), Buffer.from([Math.floor(random() * 256)]), bytes.subarray(at)]);
      const removed = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      for (const [what, one] of Object.entries({ changed, added, removed })) {
        if (checkExport(one.toString('utf8')).fault === undefined) expect.unreachable(`seed ${seed}: byte ${at} ${what} was not found`);
      }
    }
  });

  it('with anything behind its end is found out', () => {
    for (const tail of ['x', '\n', '{}', `${lines.at(-1)}\n`]) expect(checkExport(text + tail).fault, JSON.stringify(tail)).toBeDefined();
  });

  it('cut at any byte is found out', () => {
    for (let size = 0; size < text.length; size++) expect(checkExport(text.slice(0, size)).fault, `cut at ${size}`).toBeDefined();
  });

  it('cut and given a new first line is found out by who knows the head', () => {
    const cut = exportTranscript(lines.slice(0, 9), 'device');
    expect(checkExport(cut).fault).toBeUndefined();
    expect(checkExport(cut, entryAt(12).hash).fault).toMatchObject({ damage: 'cut' });
    expect(checkExport(text, entryAt(12).hash).fault).toBeUndefined();
  });
});

describe('the first entry that is wrong is named', () => {
  it('changed: any of them', () => {
    lines.forEach((line, index) => {
      const forged = lines.with(index, line.replace('"text":"', '"text":"not '));
      expect(check(forged)).toMatchObject({ fault: { damage: 'changed', entry: index + 1 } });
      expect(check(forged).entries).toHaveLength(index);
    });
  });

  it('removed: one, or several', () => {
    for (let index = 0; index < lines.length - 1; index++) {
      expect(check(lines.toSpliced(index, 1)).fault).toMatchObject({ damage: 'removed', entry: index + 1, text: `entry ${index + 1} is missing: it was removed` });
    }
    expect(check(lines.toSpliced(3, 4)).fault).toMatchObject({ damage: 'removed', entry: 4, text: 'entries 4 to 7 are missing: they were removed' });
    expect(checkChain(lines.slice(0, -2), { of: 'device', first: 1, count: 13 }).fault).toMatchObject({ damage: 'cut', entry: 12, text: '2 of 13 entries are missing at the end' });
  });

  it('reordered: any two swapped', () => {
    for (let one = 0; one < lines.length; one++) {
      for (let other = one + 1; other < lines.length; other++) {
        const swapped = lines.with(one, lines[other] ?? '').with(other, lines[one] ?? '');
        expect(check(swapped).fault, `${one} and ${other}`).toMatchObject({ damage: 'reordered', entry: one + 1 });
      }
    }
  });

  it('inserted: one that stands there twice, and one that was made up with a hash of its own', () => {
    for (let index = 0; index < lines.length; index++) {
      expect(check(lines.toSpliced(index, 0, lines[index] ?? '')).fault).toMatchObject({ damage: 'inserted', entry: index + 1 });
    }
    const forged = sealEntry({ ...entryAt(4), number: 5, previous: entryAt(3).hash, text: 'made up' }).line;
    expect(check(lines.toSpliced(4, 0, forged)).fault).toMatchObject({ damage: 'inserted', entry: 5 });
    expect(checkChain([...lines, sealEntry({ ...entryAt(12), number: 14, previous: entryAt(12).hash }).line], { of: 'device', first: 1, count: 13 }).fault)
      .toMatchObject({ damage: 'inserted' });
  });

  it('put in another\'s place, with a hash of its own', () => {
    const forged = sealEntry({ ...entryAt(4), text: 'made up' }).line;
    expect(check(lines.with(4, forged)).fault).toMatchObject({ damage: 'replaced', entry: 6 });
  });

  it('in the export of one upgrade too', () => {
    const own = lines.filter((line) => parseEntry(line)?.upgrade === '0000aaaa');
    expect(check(own.toSpliced(2, 1), '0000aaaa').fault).toMatchObject({ damage: 'removed', entry: 3 });
    expect(check(own.toSpliced(2, 0, lines[6] ?? ''), '0000aaaa').fault).toMatchObject({ damage: 'inserted' });
    expect(check(own.with(5, sealEntry({ ...entryAt(5), text: 'made up' }).line), '0000aaaa').fault).toMatchObject({ damage: 'replaced', entry: 7 });
  });
});
