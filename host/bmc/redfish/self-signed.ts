// A certificate that the controller makes for itself, with its key. Load reflect-metadata first.
import { randomBytes, webcrypto } from 'node:crypto';
import { hostname } from 'node:os';
import {
  BasicConstraintsExtension, cryptoProvider, ExtendedKeyUsage, ExtendedKeyUsageExtension, type JsonGeneralName, KeyUsageFlags, KeyUsagesExtension,
  PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator,
} from '@peculiar/x509';

import { OWN_ORGANIZATION } from './certificate.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** Who checks it compares fingerprints: a short life would only make them do it again. */
const LIFE_DAYS = 5 * 365;
/** The clock of a board may have been set to zone time, or not yet. */
const EARLIER_DAYS = 2;


/** Certificate and key, PEM, one after the other. */
export async function makeSelfSigned(now: Date): Promise<string> {
  cryptoProvider.set(webcrypto as never);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f | 0x01;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toString('hex'),
    name: `CN=${shortHostname()}, O=${OWN_ORGANIZATION}`,
    notBefore: new Date(now.getTime() - EARLIER_DAYS * DAY_MS),
    notAfter: new Date(now.getTime() + LIFE_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: keys as Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'],
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(alternativeNames()),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${certificate.toString('pem')}\n${PemConverter.encode(key, 'PRIVATE KEY')}\n`;
}

function alternativeNames(): JsonGeneralName[] {
  const names = [...new Set(['localhost', hostname()])].filter((name) => /^[A-Za-z0-9.-]{1,253}$/.test(name));
  return [...names.map((value) => ({ type: 'dns' as const, value })), { type: 'ip', value: '127.0.0.1' }, { type: 'ip', value: '::1' }];
}

/** A common name has 64 characters at most. */
function shortHostname(): string {
  const name = hostname().replace(/[^A-Za-z0-9.-]/g, '').slice(0, 64);
  return name === '' ? 'localhost' : name;
}
