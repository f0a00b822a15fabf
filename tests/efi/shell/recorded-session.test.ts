// A session of the EDK II shell, recorded in QEMU, against the same session in this shell.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { differences, normalised, runSession, SESSION_RECORDING, SESSION_VOLUME } from './session.ts';

const recording = readFileSync(SESSION_RECORDING, 'utf8').trimEnd().split('\n');
const readme = readFileSync('host/efi/README.md', 'utf8');

it('a session of more than 40 lines writes what the EDK II shell writes, but for the known differences', () => {
  expect(readFileSync(`${SESSION_VOLUME}/session.nsh`, 'utf8').split('\n').length).toBeGreaterThan(300);
  expect(recording.length).toBeGreaterThan(300);
  const expected = KNOWN_DIFFERENCES.map(({ real, ours }) => ({ real, ours }));
  expect(differences(recording, runSession())).toEqual(expected);
});

it.each([...new Set(KNOWN_DIFFERENCES.map(({ reason }) => reason))])('the README gives the reason: %s', (reason) => {
  expect(readme).toContain(reason);
});

it('a session that stops early or says one line more is noticed', () => {
  const changed = recording.toSpliced(40, 1, 'something else');
  expect(differences(recording, changed)).toEqual([{ real: [recording[40]], ours: ['something else'] }]);
  expect(differences(recording, recording.slice(0, -1))).toEqual([{ real: ['== the end'], ours: [] }]);
  expect(normalised('== echo and comments\r\n\x1b[31mred\x1b[0m\r\n11/21/2026  02:57 <DIR>         4,096  dir\r\n== the end\r\n')).toEqual([
    '== echo and comments', 'red', 'MM/DD/YYYY  HH:MM <DIR>          SIZE  dir', '== the end',
  ]);
});
