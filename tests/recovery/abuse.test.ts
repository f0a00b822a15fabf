// Sources that lie, flood, dawdle or vanish: the next one is taken, at the block that was reached, and nothing is written
// that a pinned key has not signed.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { candidateOf } from '../../host/recovery/found-image.ts';
import type { RecoveryNeed, Source, TakeBytes } from '../../host/recovery/source.ts';
import { testKey } from '../trust/signed-image.ts';
import { type Signed, signedImage } from './images.ts';
import { Rig } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });
const good = signedImage('2.0.0', 2);
const BLOCK = 65_536;

type Fetch = (image: Signed, from: number, into: TakeBytes, signal: AbortSignal, rig: Rig) => Promise<void>;

const send = (image: Signed, from: number, to: number, into: TakeBytes): void => {
  for (let offset = from; offset < to; offset += BLOCK) into(offset, image.bytes.subarray(offset, Math.min(offset + BLOCK, to)));
};
const honest: Fetch = async (image, from, into) => send(image, from, image.bytes.length, into);

/** A source that has this image and sends it like this. Notes from where it was asked. */
function played(name: string, rig: Rig, fetch: Fetch, asked: string[], image = good): Source {
  return {
    name, kind: 'peers',
    find: async (need: RecoveryNeed) => {
      const found = candidateOf({ id: name, source: name, kind: 'peers', signature: image.signature, size: image.bytes.length, terms: { donor: name } }, need);
      return found === undefined ? [] : [found];
    },
    fetch: (_candidate, from, into, signal) => {
      asked.push(`${name} from ${from}`);
      return fetch(image, from, into, signal, rig);
    },
  };
}

const BAD: readonly (readonly [string, Fetch, RegExp, string])[] = [
  ['vanishes in the middle', async (image, from, into) => {
    send(image, from, 2 * BLOCK, into);
    throw new Error('the donor has gone');
  }, /the donor has gone/, `honest from ${2 * BLOCK}`],
  ['ends too early', async (image, from, into) => send(image, from, BLOCK, into), /expected 250000 bytes, got 65536/, `honest from ${BLOCK}`],
  ['never ends', async (image, from, into) => {
    send(image, from, image.bytes.length, into);
    for (let offset = image.bytes.length; ; offset += BLOCK) into(offset, new Uint8Array(BLOCK));
  }, /expected 250000 bytes, which were signed, got more/, 'honest from'],
  ['sends what it likes from where it likes', async (image, from, into) => into(from + BLOCK, image.bytes.subarray(0, BLOCK)), /expected the bytes at 0, got those at 65536/, 'honest from 0'],
  ['sends other bytes', async (image, from, into) => into(from, Buffer.alloc(image.bytes.length - from, 0x55)), /sha256: expected/, 'honest from 0'],
  ['sends a byte a second', async (image, from, into, signal, rig) => {
    send(image, from, BLOCK, into);
    for (let offset = Math.max(from, BLOCK); ; offset++) {
      await rig.clock.wait(1000, signal);
      into(offset, image.bytes.subarray(offset, offset + 1));
    }
  }, /expected at least 512 bytes a second, got 1/, `honest from ${BLOCK}`],
  ['says nothing, and does not heed that it was stopped', () => new Promise(() => undefined), /expected at least 512 bytes a second, got 0/, 'honest from 0'],
];

it.each(BAD)('a source that %s: the next one brings the image', async (_what, bad, why, next) => {
  const asked: string[] = [];
  const rig = new Rig({ sources: (own) => [played('bad', own, bad, asked), played('honest', own, honest, asked)] });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil();
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  expect(rig.texts('recovery-retry').join('\n')).toMatch(why);
  expect(asked.filter((text) => text.startsWith('bad'))[0]).toBe('bad from 0');
  // All the bytes came from the bad one, and were the right ones: the honest one need not send any.
  if (next !== 'honest from') expect(asked.at(-1)).toBe(next);
  const spool = join(rig.machine.state, 'recovery', 'spool', 'bios');
  const bytes = readdirSync(spool).reduce((sum, name) => sum + statSync(join(spool, name)).size, 0);
  expect(bytes, 'what the spool holds').toBeLessThan(2 * good.bytes.length + 4096);
});

it.each([
  ['a stranger has signed', signedImage('2.0.0', 4, { by: testKey(9).key }), 'key: expected'],
  ['was signed long ago and is below the security number', signedImage('1.0.0', 5, { security: 1 }), 'security number: expected at least 3'],
  ['was signed for another board', signedImage('2.0.0', 6, { platform: 'other' }), 'platform: expected'],
])('an image that %s is refused before a byte of it is fetched, and is never written', async (_what, image, why) => {
  const asked: string[] = [];
  const rig = new Rig({ sources: (own) => [played('bad', own, honest, asked, image)] });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil();
  const before = rig.flashDigest();
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-locked'), 'locked');
  expect(rig.texts('recovery-candidate').join('\n')).toContain(why);
  expect(asked).toEqual([]);
  expect(rig.flashDigest()).toBe(before);
});

it('nothing that was not signed is written in lab mode either', async () => {
  const asked: string[] = [];
  const image = signedImage('2.0.0', 4, { by: testKey(9).key });
  const rig = new Rig({ options: { labMode: true }, sources: (own) => [played('bad', own, honest, asked, image)] });
  rigs.push(rig);
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-locked'), 'locked');
  expect(asked).toEqual([]);
  expect(rig.words()).not.toContain('recovery-writing');
});

it('a source that never answers does not hold up the others', async () => {
  const asked: string[] = [];
  const rig = new Rig({ sources: (own) => [{ ...played('silent', own, honest, asked), find: () => new Promise(() => undefined) }, played('honest', own, honest, asked)] });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil();
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy', 60_000);
  expect(rig.flashDigest()).toBe(good.sha256);
  expect(rig.texts('recovery-source-failed').join('\n')).toContain('the source silent: expected an end within 15 s, got none');
});

it('a source that is just fast enough, for ever, has the time of a fetch and no more', async () => {
  const asked: string[] = [];
  const dawdling: Fetch = async (image, from, into, signal, own) => {
    for (let offset = from; offset < image.bytes.length; offset += 10_000) {
      await own.clock.wait(10_000, signal);
      into(offset, image.bytes.subarray(offset, offset + 10_000));
    }
  };
  const rig = new Rig({
    config: '[recovery]\nback-off = 1s\ncool-down = 5s\nboot-time = 60s\nfetch-time = 65s\n[component bios]\n',
    sources: (own) => [played('bad', own, dawdling, asked), played('honest', own, honest, asked)],
  });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil();
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy', 300_000);
  expect(rig.flashDigest()).toBe(good.sha256);
  expect(rig.texts('recovery-retry').join('\n')).toMatch(/the image: expected an end within 65 s, got none/);
  expect(asked.at(-1)).toMatch(/^honest/);
});
