// The certificate of the HTTPS server: made once, kept, renewed when it is our own, never touched when it is the operator's.
import { webcrypto, X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificatePath, openCertificate } from '../../../host/bmc/redfish/certificate.ts';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { NetworkRig } from './network.ts';

const YEAR_MS = 365 * 86_400_000;
const NOW = new Date('2026-03-04T05:06:07Z');
let scratch: ReturnType<typeof scratchDirectory>;
let events: ControllerEvent[];
beforeEach(() => {
  scratch = scratchDirectory();
  events = [];
});
afterEach(() => scratch.remove());

const open = (now = NOW) => openCertificate(scratch.path, now, (event) => events.push(event));
const file = (): string => certificatePath(scratch.path);

/** One that an operator made, of 2020. */
async function makeExpired(): Promise<string> {
  await import('reflect-metadata');
  const { cryptoProvider, PemConverter, X509CertificateGenerator } = await import('@peculiar/x509');
  cryptoProvider.set(webcrypto as never);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=bmc.example, O=Example', notBefore: new Date('2020-01-01'), notAfter: new Date('2020-12-31'), signingAlgorithm: algorithm,
    keys: keys as never,
  });
  return `${certificate.toString('pem')}\n${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`;
}
const EXPIRED = await makeExpired();

it('is made at the first start with the names of this machine, for the controller\'s eyes only, and stays', async () => {
  const first = await open();
  const { subjectAltName, fingerprint256, publicKey, ca, validFrom } = new X509Certificate(first.pem);
  expect(subjectAltName?.split(', ')).toEqual(expect.arrayContaining(['DNS:localhost', `DNS:${hostname()}`, 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1']));
  expect([first.fingerprint, publicKey.asymmetricKeyDetails?.namedCurve, ca]).toEqual([fingerprint256, 'prime256v1', false]);
  expect(new Date(validFrom).getTime()).toBeLessThan(NOW.getTime());
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(await open(new Date(NOW.getTime() + YEAR_MS))).toEqual(first);
  expect(events.map(({ event }) => event)).toEqual(['certificate-made']);
  expect(events[0]?.fields).toEqual({ sha256: fingerprint256 });
});

it('is renewed with another key before it ends', async () => {
  const first = await open();
  const second = await open(new Date(NOW.getTime() + 5 * YEAR_MS - 86_400_000));
  expect(second.fingerprint).not.toBe(first.fingerprint);
  expect(readFileSync(file(), 'utf8')).toBe(second.pem);
});

it('of an operator is used as it is, and told of when it has expired', async () => {
  await open();
  writeFileSync(file(), EXPIRED, { mode: 0o644 });
  expect((await open()).pem).toBe(EXPIRED);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(events.at(-1)).toMatchObject({ event: 'certificate-expired', text: expect.stringContaining('it is used all the same') as string });
});

it.each<[string, (pem: string) => string]>([
  ['nothing', () => ''],
  ['no key', (pem) => pem.slice(0, pem.indexOf('-----BEGIN PRIVATE'))],
  ['no certificate', (pem) => pem.slice(pem.indexOf('-----BEGIN PRIVATE'))],
  ['the key of another', (pem) => pem.slice(0, pem.indexOf('-----BEGIN PRIVATE')) + EXPIRED.slice(EXPIRED.indexOf('-----BEGIN PRIVATE'))],
])('is not guessed when the file has %s: nothing starts, and the file stays', async (_name, spoil) => {
  const spoiled = spoil((await open()).pem);
  writeFileSync(file(), spoiled);
  await expect(open()).rejects.toMatchObject({ code: 'state-failed', hint: expect.stringContaining('a new certificate is made then') as string });
  expect(readFileSync(file(), 'utf8')).toBe(spoiled);
});

it('is what the server shows and the event says', async () => {
  const rig = await new NetworkRig().start();
  try {
    const { port } = rig.network.address;
    const shown = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      }).once('error', reject);
    });
    expect(shown).toBe(rig.network.fingerprint);
    expect(rig.logged.find(({ event }) => event === 'listening')?.fields).toMatchObject({ url: rig.network.url, sha256: shown });
  } finally {
    await rig.close();
  }
});
