import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { KeyReader, KeyWriter } from '../../host/efi/console-keys.ts';
import { forwardKeys } from '../../host/efi/terminal.ts';

it('more input than the ring holds arrives whole and in order, and then its end', async () => {
  const input = new PassThrough();
  const writer = new KeyWriter();
  const reader = new KeyReader(writer.buffer);
  const forget = forwardKeys(input, writer, { isTerminal: false });
  const text = Array.from({ length: 3000 }, (_, index) => `line ${index}\n`).join('');
  input.end(text);
  let got = '';
  while (!reader.ended) {
    const key = reader.readKey(0);
    if (key === undefined) await setImmediate();
    got += key ?? '';
  }
  forget();
  expect(got).toBe(text);
});

it('a terminal is raw while its keys are forwarded and as it was afterwards', () => {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isRaw: false, setRawMode: (mode: boolean) => { modes.push(mode); } });
  forwardKeys(input as never, new KeyWriter(), { isTerminal: true })();
  expect(modes).toEqual([true, false]);
});

it('an input that has ended before is an ended input', async () => {
  const input = new PassThrough();
  input.end().resume();
  while (!input.readableEnded) await setImmediate();
  const writer = new KeyWriter();
  forwardKeys(input, writer, { isTerminal: false })();
  expect(new KeyReader(writer.buffer).ended).toBe(true);
});
