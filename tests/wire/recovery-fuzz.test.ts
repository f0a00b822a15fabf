import { describe, expect, it } from 'vitest';
import { readNumber } from '../../host/core/flash-globals.ts';
import { loadCore } from '../../host/core/instance.ts';
import { RecoveryWire, type RecoveryExports } from '../../host/core/wire-recovery.ts';
import { namesOf } from '../../host/core/words.ts';
import { goldenRecovery } from '../golden/recovery.ts';
import { seeded } from '../random.ts';
import { plantCanary, type CanaryExports } from './canary.ts';
import { bitFlips, extensions, randomMessage, repaired, truncations } from './mutations.ts';

const seed = Number(process.env['SEED'] ?? 1);
const INPUTS = Math.floor(Number(process.env['FUZZ_INPUTS'] ?? 120_000) / 6);

const core = loadCore<RecoveryExports & CanaryExports>();
const wire = new RecoveryWire(core);
const golden = goldenRecovery();
const statuses = new Set(namesOf(core.Status));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const checkCanary = plantCanary(core);

/** Decodes and checks that an answer has come of it. */
function decode(bytes: Uint8Array, where: string): string {
  let status: string;
  try {
    ({ status } = wire.decode(bytes));
  } catch (cause) {
    throw new Error(`SEED=${seed}, ${where}: the decoder trapped on ${hex(bytes)}`, { cause });
  }
  if (!statuses.has(status)) expect.fail(`SEED=${seed}, ${where}: unknown status ${status} for ${hex(bytes)}`);
  return status;
}

describe('every decoder of a recovery message', () => {
  it('refuses one that was cut anywhere, or has bytes behind it', () => {
    const random = seeded(seed);
    for (const { name, bytes } of golden) {
      for (const cut of truncations(bytes)) expect(decode(cut, name), `${name} cut to ${cut.length}`).not.toBe('Ok');
      for (const long of extensions(bytes, random)) expect(decode(long, name), `${name} of ${long.length} bytes`).toBe('BadSize');
    }
    checkCanary('after cuts');
  });

  it('refuses one with any one bit turned over, and lives with it when the checksum is right', () => {
    for (const { name, bytes } of golden.filter((message) => message.bytes.length < 1000)) {
      for (const flipped of bitFlips(bytes)) {
        if (decode(flipped, name) === 'Ok') expect.fail(`${name}: taken with a wrong bit: ${hex(flipped)}`);
        decode(repaired(flipped), name);
      }
    }
    checkCanary('after bit flips');
  });

  it('refuses a body that is too short, and passes over what a later version has appended', () => {
    const random = seeded(seed);
    for (const { name, bytes, fields } of golden) {
      // Whether an LZ4 block is whole is found when it is unpacked.
      const whole = name === 'blocks' && fields['encoding'] === 1 ? 16 + 12 + 1 : bytes.length;
      for (const cut of [...truncations(bytes)].filter(({ length }) => length < whole)) expect(decode(repaired(cut), name), `${name} of ${cut.length} bytes`).not.toBe('Ok');
      if (name === 'data' || name === 'blocks') continue;
      for (const long of extensions(bytes, random)) {
        expect(wire.decode(repaired(long)).message?.fields, `${name} of ${long.length} bytes, SEED=${seed}`).toEqual(fields);
      }
    }
  });

  it('refuses a recovery message of version 1, and one with the response bit', () => {
    for (const { name, bytes } of golden) {
      const old = bytes.slice();
      old[2] = 1;
      expect(decode(repaired(old), name), name).toBe('BadVersion');
      const answer = bytes.slice();
      answer[3]! |= 0x80;
      expect(decode(repaired(answer), name), name).toBe('UnexpectedType');
    }
  });

  it(`lives with ${INPUTS} messages that are noise, or right but for their fields`, () => {
    const random = seeded(seed);
    const good = golden.map(({ bytes }) => bytes);
    const seen = new Set<string>();
    for (let input = 0; input < INPUTS; input++) seen.add(decode(randomMessage(good, random), `input ${input}`));
    checkCanary(`SEED=${seed}, at the end`);
    if (INPUTS > 5000) expect([...seen], `SEED=${seed}`).toEqual(expect.arrayContaining(['Ok', 'BadField', 'TooShort', 'BadChecksum', 'BadVersion', 'UnexpectedType']));
  });

  it('tells a length that fits, or none, for any header', () => {
    const random = seeded(seed);
    for (let input = 0; input < 2000; input++) {
      const size = wire.sizeOf(randomMessage(golden.map(({ bytes }) => bytes), random));
      expect(size === 0 || (size >= 16 && size <= 16 + readNumber((core as unknown as { MAXIMUM_BODY: WebAssembly.Global }).MAXIMUM_BODY)), `SEED=${seed}`).toBe(true);
    }
  });
});
