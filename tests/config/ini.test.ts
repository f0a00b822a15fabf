import { describe, expect, it } from 'vitest';
import { checkJson, eventNamed, type FerryEvent } from '../program/ferry-run.ts';
import { images, oneImage } from './config-text.ts';

function settings(config: string | Uint8Array): FerryEvent {
  const { code, events } = checkJson(config, { ...images, 'a b;c.bin': 'x', 'ü.bin': 'y' });
  expect(code, JSON.stringify(events)).toBe(0);
  return eventNamed(events, 'config');
}

function image(config: string): FerryEvent {
  const { code, events } = checkJson(config, { ...images, 'a b;c.bin': 'x', 'ü.bin': 'y' });
  expect(code, JSON.stringify(events)).toBe(0);
  return eventNamed(events, 'image');
}

describe('the INI grammar accepts', () => {
  it('every default when [upgrade] is empty', () => {
    expect(settings(oneImage())).toEqual({
      event: 'config', file: 'ferry.ini', images: 1, bus: 'mailbox', onError: 'stop', activate: 'now', timeLimitMs: 0,
    });
  });

  it('every key of [upgrade]', () => {
    const keys = 'bus=mailbox\non-error=continue\nactivate=next-reset\ntime-limit=120s\nreport=out\\report.json';
    expect(settings(oneImage(keys))).toMatchObject({
      onError: 'continue', activate: 'next-reset', timeLimitMs: 120_000, report: 'out/report.json',
    });
    expect(settings(oneImage('activate = no'))).toMatchObject({ activate: 'no' });
  });

  it('a config without [upgrade]', () => {
    expect(settings('[image bmc]\nfile=bmc.bin\ncomponent=bmc\nversion=1\n')).toMatchObject({ images: 1 });
  });

  it('CR LF line ends and a byte order mark', () => {
    const text = `\ufeff${oneImage('on-error = continue')}`.replaceAll('\n', '\r\n');
    expect(settings(text)).toMatchObject({ onError: 'continue' });
  });

  it('a last line that does not end, with LF, with CR alone and at all', () => {
    const text = oneImage('on-error = continue').trimEnd();
    for (const end of ['', '\r', '\r\n', '\n']) expect(settings(text + end)).toMatchObject({ onError: 'continue' });
  });

  it('comments at a line’s start and behind a value', () => {
    const keys = '; one\n  # two\n\t;three\non-error = continue ; four\nactivate = no\t;five ; six\n[image x] ; seven\n';
    const text = `[upgrade]${keys}`.replace('[image x] ; seven\n', '');
    expect(settings(`${text.replace('[upgrade]', '[upgrade] ; zero\n')}${oneImage().replace('[upgrade]', '')}`))
      .toMatchObject({ onError: 'continue', activate: 'no' });
  });

  it('a semicolon inside a value, which white space would have to precede', () => {
    expect(image(oneImage().replace('2.4.1', '2.4;1'))).toMatchObject({ version: '2.4;1' });
  });

  it('quotation marks that keep spaces and semicolons', () => {
    expect(image(oneImage().replace('bmc.bin', '"a b;c.bin" ; the name'))).toMatchObject({ file: 'a b;c.bin' });
  });

  it('white space anywhere around names and values', () => {
    expect(image('\t[ image   bmc ]\t\n \tfile\t=\t bmc.bin \t\n component=bmc\nversion\t=2.4.1')).toMatchObject({ image: 'bmc', version: '2.4.1' });
  });

  it('UTF-8 in a path', () => {
    expect(image(oneImage().replace('bmc.bin', 'ü.bin'))).toMatchObject({ file: 'ü.bin' });
  });

  it.each([['1ms', 1], ['250ms', 250], ['120s', 120_000], ['10m', 600_000], ['168h', 604_800_000], ['007s', 7000]])(
    'time-limit = %s', (text, milliseconds) => {
      expect(settings(oneImage(`time-limit = ${text}`))).toMatchObject({ timeLimitMs: milliseconds });
    });

  it('a line of exactly 1,024 bytes', () => {
    expect(settings(oneImage(`;${'x'.repeat(1023)}`))).toMatchObject({ images: 1 });
  });

  it('lines across the borders of the pieces that the file is read in', () => {
    for (let filler = 4000; filler < 4100; filler += 7) {
      const comments = `;${'x'.repeat(998)}\n`.repeat(Math.floor(filler / 1000)) + `;${'y'.repeat(filler % 1000)}`;
      expect(settings(oneImage(`${comments}\non-error = continue`)), `filler ${filler}`).toMatchObject({ onError: 'continue' });
    }
  });

  it('sixteen images, in their order', () => {
    const sections = Array.from({ length: 16 }, (_, i) => `[image i${i}]\nfile=bmc.bin\ncomponent=c${i}\nversion=${i}\n`);
    const { code, events } = checkJson(sections.join(''), images);
    expect(code).toBe(0);
    expect(events.filter((event) => event.event === 'image').map((event) => event.component))
      .toEqual(Array.from({ length: 16 }, (_, i) => `c${i}`));
  });
});
