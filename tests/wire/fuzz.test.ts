import { describe, expect, it } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { readNumber } from '../../host/core/flash-globals.ts';
import { namesOf } from '../../host/core/words.ts';
import { Wire, type WireExports } from '../../host/core/wire.ts';
import { goldenMessages } from '../golden/golden.ts';
import { seeded } from '../random.ts';
import { plantCanary, type CanaryExports } from './canary.ts';
import { bitFlips, extensions, randomMessage, repaired, truncations } from './mutations.ts';

const seed = Number(process.env['SEED'] ?? 1);
/** Random inputs of the fuzz tests here and in tests/transfer/ together. */
const BUDGET = Number(process.env['FUZZ_INPUTS'] ?? 120_000);

const core = loadCore<WireExports & CanaryExports>();
const wire = new Wire(core);
const golden = [1, 2, 3].flatMap(goldenMessages);
const statuses = new Set(namesOf(core.Status));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const checkCanary = plantCanary(core);
const inbox = new Uint8Array(core.memory.buffer, readNumber(core.INBOX), readNumber(core.INBOX_SIZE));

/** Decodes and checks that nothing but the answer has come of it. */
function decode(bytes: Uint8Array, where: string): string {
  const guard = bytes.length + 64;
  inbox.fill(0xa5, bytes.length, guard);
  let status: string;
  try {
    ({ status } = wire.decode(bytes));
  } catch (cause) {
    throw new Error(`SEED=${seed}, ${where}: the decoder trapped on ${hex(bytes)}`, { cause });
  }
  if (!statuses.has(status)) expect.fail(`SEED=${seed}, ${where}: unknown status ${status} for ${hex(bytes)}`);
  const isUntouched = Buffer.compare(inbox.subarray(0, bytes.length), bytes) === 0 && inbox.subarray(bytes.length, guard).every((byte) => byte === 0xa5);
  if (!isUntouched) expect.fail(`SEED=${seed}, ${where}: decoding changed the message or what lies behind it: ${hex(bytes)}`);
  return status;
}

describe('every decoder', () => {
  it('refuses a golden message that was cut anywhere, or has bytes behind it', () => {
    const random = seeded(seed);
    for (const { name, bytes } of golden) {
      for (const cut of truncations(bytes)) expect(decode(cut, name), `${name} cut to ${cut.length}`).not.toBe('Ok');
      for (const long of extensions(bytes, random)) expect(decode(long, name), `${name} of ${long.length} bytes`).toBe('BadSize');
    }
    checkCanary('after cuts');
  });

  it('refuses a golden message with any one bit turned over', () => {
    for (const { name, bytes } of golden) {
      for (const flipped of bitFlips(bytes)) {
        const status = decode(flipped, name);
        if (status === 'Ok') expect.fail(`${name}: taken with a wrong bit: ${hex(flipped)}`);
      }
    }
    checkCanary('after bit flips');
  });

  it('lives with any one bit turned over by a peer that makes the checksum right', () => {
    for (const { name, bytes } of golden) for (const flipped of bitFlips(bytes)) decode(repaired(flipped), name);
    checkCanary('after bit flips with checksums');
  });

  it('refuses a body that is too short, and passes over what a later version has appended', () => {
    const random = seeded(seed);
    for (const { name, bytes, fields } of golden) {
      for (const cut of truncations(bytes)) decode(repaired(cut), name);
      // What follows a signature's size is the signature.
      if (name === 'transmit-data-request') continue;
      for (const long of extensions(bytes, random)) {
        const decoded = wire.decode(repaired(long));
        expect(decoded, `${name} of ${long.length} bytes, SEED=${seed}`).toMatchObject({ status: 'Ok', message: { name } });
        expect(decoded.message?.fields, `${name} of ${long.length} bytes, SEED=${seed}`).toEqual(fields);
      }
    }
    checkCanary('after short and long bodies');
  });

  it(`lives with ${Math.floor(BUDGET / 3)} messages that are noise, or right but for their fields`, () => {
    const random = seeded(seed);
    const good = golden.map(({ bytes }) => bytes);
    const seen = new Map<string, number>();
    for (let input = 0; input < BUDGET / 3; input++) {
      const status = decode(randomMessage(good, random), `input ${input}`);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      if (input % 1024 === 0) checkCanary(`SEED=${seed}, input ${input}`);
    }
    checkCanary(`SEED=${seed}, at the end`);
    // Bodies are reached: both accepted and refused for what they say.
    for (const status of ['Ok', 'BadField', 'TooShort', 'BadChecksum', 'BadVersion', 'UnexpectedType']) {
      expect(seen.get(status) ?? 0, `SEED=${seed}: ${status}`).toBeGreaterThan(BUDGET < 50_000 ? -1 : 20);
    }
  });

  it('tells a length that fits, or none, for any header', () => {
    const random = seeded(seed);
    for (let input = 0; input < 5000; input++) {
      const bytes = randomMessage(golden.map((message) => message.bytes), random);
      inbox.set(bytes);
      const size = peek.framePeekSize(readNumber(core.INBOX), bytes.length) >>> 0;
      const isMagic = bytes[0] === 0x46 && bytes[1] === 0x59;
      if (bytes.length < 16 || !isMagic) expect(size, `SEED=${seed}, ${hex(bytes)}`).toBe(0);
      else expect(size === 0 || (size >= 16 && size <= inbox.length), `SEED=${seed}, ${hex(bytes)}`).toBe(true);
    }
  });
});

const peek = core as unknown as { framePeekSize(header: number, available: number): number };
