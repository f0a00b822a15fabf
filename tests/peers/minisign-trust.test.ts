// What Debian's minisign signs, judged by the management controller: images, and lists of keys.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeOffer } from '../../host/bmc/trust/judge.ts';
import { formatKeyList } from '../../host/bmc/trust/key-list.ts';
import { TrustStore } from '../../host/bmc/trust/trust-store.ts';
import { readPublicKey } from '../../host/trust/key-files.ts';
import { runFerry } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const isMissing = spawnSync('minisign', ['-v']).error !== undefined;
const required = process.env['FERRY_REQUIRE_PEERS'] === '1';
const place = scratchDirectory();
const at = (name: string): string => join(place.path, name);
const image = Buffer.alloc(300_000, 'an image of a BMC. ');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function peer(name: string, work: () => Promise<void>): void {
  test.skipIf(isMissing && !required)(isMissing ? `${name} (skipped: apt-get install minisign)` : name, async () => {
    expect(isMissing, 'minisign is needed here').toBe(false);
    await work();
  });
}

function minisign(...args: string[]): void {
  const run = spawnSync('minisign', args, { cwd: place.path, encoding: 'utf8' });
  expect(run.status, run.stdout + run.stderr).toBe(0);
}

beforeAll(() => {
  writeFileSync(at('bmc.bin'), image);
  if (isMissing) return;
  for (const name of ['one', 'two']) minisign('-G', '-W', '-p', `${name}.pub`, '-s', `${name}.key`);
});
afterAll(() => place.remove());

function freshStore(name: string): TrustStore {
  const store = TrustStore.open(at(name), { platform: 'ferry-q35' });
  store.pin([readPublicKey(at('one.pub'))]);
  return store;
}

peer('an image that minisign has signed is taken and proved, and not with one bit changed', async () => {
  minisign('-S', '-s', 'one.key', '-m', 'bmc.bin', '-t', `component=bmc platform=ferry-q35 version=2.4.1 security=3 size=${image.length} sha256=${sha256(image)}`);
  const { keys, revoked } = freshStore('image');
  const offer = { component: 'bmc', version: '2.4.1', size: image.length, sha256: sha256(image) };
  for (const [bytes, ok] of [[image, true], [Buffer.concat([image.subarray(0, -1), Buffer.from('?')]), false]] as const) {
    const verdict = judgeOffer(offer, { platform: 'ferry-q35', floor: 3 }, readFileSync(at('bmc.bin.minisig')), { keys, revoked, labMode: false });
    if (!verdict.ok) throw new Error(verdict.text);
    for (let offset = 0; offset < bytes.length; offset += 65536) verdict.proof?.update(bytes.subarray(offset, offset + 65536));
    expect(verdict.proof?.finish().ok).toBe(ok);
  }
});

peer('a list of keys that minisign has signed is applied', async () => {
  const list = Buffer.from(formatKeyList({ sequence: 1, platform: 'ferry-q35', keys: [readPublicKey(at('two.pub'))], revoked: [readPublicKey(at('one.pub'))] }));
  writeFileSync(at('1.keys'), list);
  minisign('-S', '-s', 'one.key', '-m', '1.keys', '-t', `keys sequence=1 platform=ferry-q35 sha256=${sha256(list)}`);
  const store = freshStore('list');
  expect(store.apply(list, readFileSync(at('1.keys.minisig')))).toMatchObject({ sequence: 1, signer: readPublicKey(at('one.pub')).keyId });
  expect(store.keys.map(({ keyId }) => keyId)).toEqual([readPublicKey(at('two.pub')).keyId]);
});

peer('minisign verifies a list that Ferry has signed, and reads the same comment', async () => {
  const { code, output } = await runFerry(['trust', 'make', '--platform', 'ferry-q35', '--sequence', '7', '--trust', at('one.pub'), '--trust', at('two.pub'), '--key', at('one.key'), at('7.keys')]);
  expect(code, output).toBe(0);
  const run = spawnSync('minisign', ['-V', '-H', '-p', 'one.pub', '-m', '7.keys'], { cwd: place.path, encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
  expect(run.stdout).toContain(`Trusted comment: keys sequence=7 platform=ferry-q35 sha256=${sha256(readFileSync(at('7.keys')))}\n`);
  expect(spawnSync('minisign', ['-V', '-H', '-p', 'two.pub', '-m', '7.keys'], { cwd: place.path }).status).not.toBe(0);
});
