import { expect, test } from 'vitest';
import { type BootCount, type BootSign, bootSignOf, bootsText, countBoot, NO_BOOTS } from '../../host/recovery/boot-decision.ts';

const LIMIT = 3;
const after = (signs: readonly BootSign[], limit = LIMIT): BootCount => signs.reduce((count, sign) => countBoot(count, sign, limit), NO_BOOTS);
const stop = (code: number | undefined): BootSign => ({ sign: 'failed', stage: code === undefined ? 'frb3' : 'frb2', code });
const up: BootSign = { sign: 'up' };

test('an image is dead after three failed boots that stopped at the same place, and not before', () => {
  expect(after([stop(0x2b), stop(0x2b)]).isDead).toBe(false);
  expect(after([stop(0x2b), stop(0x2b), stop(0x2b)])).toEqual({ failures: 3, isDead: true, place: 'stopped at POST code 2Bh (memory: reading the modules)' });
  expect(after([stop(undefined), stop(undefined), stop(undefined)]).isDead).toBe(true);
});

test('boots that stop at different places, or a healthy one in between, start the count anew', () => {
  expect(after([0x2b, 0x2b, 0x31, 0x2b, 0x2b].map(stop))).toMatchObject({ failures: 2, isDead: false });
  expect(after([stop(0x2b), stop(0x2b), up, stop(0x2b), stop(0x2b)])).toMatchObject({ failures: 2, isDead: false });
  expect(after([stop(undefined), stop(undefined), stop(0)]), 'code 0 is another place than nothing at all').toMatchObject({ failures: 1 });
});

test('with a limit of 0 no number of failed boots is a death', () => {
  expect(after(Array.from({ length: 50 }, () => stop(0x2b)), 0)).toMatchObject({ failures: 50, isDead: false });
});

test('only the watchdog\'s events are signs', () => {
  expect(bootSignOf({ event: 'boot-failed', fields: { stage: 'frb2', postCode: 0x4f } })).toEqual({ sign: 'failed', stage: 'frb2', code: 0x4f });
  expect(bootSignOf({ event: 'boot-failed', fields: { stage: 'frb3' } })).toEqual({ sign: 'failed', stage: 'frb3', code: undefined });
  expect(bootSignOf({ event: 'boot-complete' })).toEqual(up);
  for (const event of ['host-reset', 'power-on', 'recovery-boot-failed', 'trial-unwell']) expect(bootSignOf({ event })).toBeUndefined();
});

test('the count is a sentence for people', () => {
  expect(bootsText(after([stop(0x4f)]))).toBe('a boot stopped at POST code 4Fh (DXE IPL is started)');
  expect(bootsText(after([stop(undefined), stop(undefined)]))).toBe('2 boots in a row executed nothing');
});
