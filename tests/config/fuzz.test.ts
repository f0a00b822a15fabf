import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventsOf, ferry } from '../program/ferry-run.ts';
import { images, oneImage } from './config-text.ts';

const INPUTS = 20_000;
const seed = Number(process.env.SEED ?? 20260217);

/** Mulberry32: small, seeded, good enough to pick bytes. */
function generator(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const example = readFileSync(new URL('../../configs/bmc-and-bios.ini', import.meta.url), 'latin1');
const bases = [oneImage(), oneImage('bus=mailbox\non-error=stop\nactivate=no\ntime-limit=5m\nreport="a b"', `sha256=${'5'.repeat(64)}\nallow=downgrade`), example]
  .map((text) => Buffer.from(text, 'latin1'));
const pieces = ['[', ']', '=', ';', '#', '"', '\n', '\r\n', '\0', '\x1b[2J', '\xff', '\xc2\x9b', '\xef\xbb\xbf', '..\\', '/', 'fs0:', ' ', '\t', '9'.repeat(40),
  '[image x]\n', '[upgrade]\n', 'x'.repeat(1100), 'file=', 'signature=bmc.bin\n', 'version=~', 'time-limit=1h\n'].map((text) => Buffer.from(text, 'latin1'));

function mutate(pick: (below: number) => number): Buffer {
  let text = bases[pick(bases.length)]!;
  for (let count = 1 + pick(4); count > 0; count--) {
    const at = pick(text.length + 1);
    const end = Math.min(text.length, at + pick(40));
    switch (pick(6)) {
      case 0: text = Buffer.concat([text.subarray(0, at), pieces[pick(pieces.length)]!, text.subarray(at)]); break;
      case 1: text = Buffer.concat([text.subarray(0, at), text.subarray(end)]); break;
      case 2: text = Buffer.concat([text.subarray(0, end), text.subarray(at)]); break;
      case 3: text = text.subarray(0, at); break;
      case 4: text = Buffer.concat([text.subarray(0, at), Buffer.from([pick(256)]), text.subarray(at + 1)]); break;
      default: if (at < text.length) (text = Buffer.from(text))[at]! ^= 1 << pick(8);
    }
  }
  return text;
}

describe('the config reader', () => {
  it(`ends ${INPUTS} damaged configs with an exit code and a readable message`, () => {
    const pick = generator(seed);
    const codes = new Map<number, number>();
    for (let i = 0; i < INPUTS; i++) {
      const config = mutate(pick);
      const json = pick(2) === 1;
      const args = json ? ['check', '--json', '-c', 'ferry.ini'] : ['check', '-c', 'ferry.ini'];
      const where = `SEED=${seed}, input ${i}: ${JSON.stringify(config.toString('latin1'))}`;
      let ended;
      try {
        ended = ferry(args, { ...images, 'ferry.ini': config });
        if (json) eventsOf(ended.out);
      } catch (error) {
        throw new Error(where, { cause: error });
      }
      const { code, out, err } = ended;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const whole = json ? !err : (code === 0) === !err;
      if (!whole || (code !== 0 && code !== 64) || /[^\n -~\u00a0-\uffff]/u.test(out + err)) {
        expect.fail(`${where}\ncode ${code}\n${out}\n${err}`);
      }
    }
    expect([...codes.keys()].sort(), `SEED=${seed}`).toEqual([0, 64]);
  });
});
