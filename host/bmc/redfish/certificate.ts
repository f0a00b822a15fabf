// STATE/network/https.pem: certificate, chain and private key of the HTTPS server in one file, so that they are always
// of a pair. Made at the first start; an operator may put another one there, and that is never overwritten.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FerryError } from '../../error.ts';
import type { ControllerEvent } from '../event-log.ts';
import { replaceFile, systemStoreFiles } from '../replaced-file.ts';

export interface ServerCertificate {
  /** Certificates, the server's first, and the key. */
  readonly pem: string;
  /** SHA-256 over the certificate, `AB:CD:…`, as browsers and openssl show it. */
  readonly fingerprint: string;
}

/** The organization by which a certificate that was made here is known again. */
export const OWN_ORGANIZATION = 'Ferry self-made certificate';
const RENEW_MS = 30 * 86_400_000;

export function certificatePath(stateDirectory: string): string {
  return join(stateDirectory, 'network', 'https.pem');
}

/** The certificate of a state directory, made or renewed when need be. `state-failed` when the file can not be used. */
export async function openCertificate(stateDirectory: string, now: Date, log: (event: ControllerEvent) => void): Promise<ServerCertificate> {
  const path = certificatePath(stateDirectory);
  const pem = readPem(path);
  if (pem === undefined) return make(path, now, log, 'a certificate was made');
  const certificate = checked(path, pem);
  const leftMs = new Date(certificate.validTo).getTime() - now.getTime();
  const isOwn = certificate.subject.includes(OWN_ORGANIZATION);
  if (isOwn && leftMs < RENEW_MS) return make(path, now, log, 'the certificate was renewed: the old one ends');
  if (leftMs < 0) {
    log({ event: 'certificate-expired', text: `the certificate in ${path} has expired on ${certificate.validTo}; it is used all the same, put another one there` });
  }
  chmodSync(path, 0o600);
  return { pem, fingerprint: certificate.fingerprint256 };
}

async function make(path: string, now: Date, log: (event: ControllerEvent) => void, text: string): Promise<ServerCertificate> {
  // Loaded here only, because most starts make none; and one after the other, because the second needs what the first sets.
  await import('reflect-metadata');
  const { makeSelfSigned } = await import('./self-signed.ts');
  const pem = await makeSelfSigned(now);
  try {
    replaceFile(systemStoreFiles, path, Buffer.from(pem));
  } catch (cause) {
    throw new FerryError('state-failed', `${path} can not be written: ${(cause as Error).message}; nothing was started`, {
      hint: 'make room on the disk of the state directory, and see that it can be written', cause,
    });
  }
  const { fingerprint256 } = new X509Certificate(pem);
  log({ event: 'certificate-made', text: `${text}; SHA-256 ${fingerprint256}`, fields: { sha256: fingerprint256 } });
  return { pem, fingerprint: fingerprint256 };
}

function readPem(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, error);
  }
}

/** The first certificate in a file, whose key has to be there as well. */
function checked(path: string, pem: string): X509Certificate {
  try {
    const certificate = new X509Certificate(pem);
    if (!certificate.checkPrivateKey(createPrivateKey(pem))) throw new Error('the private key is of another certificate');
    return certificate;
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): FerryError {
  return new FerryError('state-failed', `${path}: expected a certificate and its private key in PEM: ${(cause as Error).message}; nothing was started`, {
    hint: 'put both into the file, or move it away: a new certificate is made then', cause,
  });
}
