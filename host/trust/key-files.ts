// Key and password files on disk. A secret key is readable by its owner only, and no key is ever overwritten.
import { closeSync, fsyncSync, lstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { FerryError } from '../error.ts';
import { parsePublicKey, type PublicKey } from './public-key.ts';
import { parseSecretKey, PASSWORD_LIMIT, type SecretKey } from './secret-key.ts';
import { MAXIMUM_FILE_SIZE } from './text-lines.ts';

/** The bytes of a small file, cut one byte beyond the limit. Pipes can be read, too. Throws the operating system's error. */
export function readSmallFile(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MAXIMUM_FILE_SIZE + 1);
    let size = 0;
    while (size < bytes.length) {
      const count = readSync(file, bytes, size, bytes.length - size, null);
      if (count === 0) break;
      size += count;
    }
    return bytes.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

function failed(path: string, what: string, hint: string, exitCode: number, cause?: unknown): FerryError {
  return new FerryError('key-failed', `${path}: ${what}`, { hint, exitCode, cause });
}

function readKeyFile(path: string, what: string): Uint8Array {
  try {
    return readSmallFile(path);
  } catch (error) {
    throw failed(path, `expected ${what}, it can not be read: ${(error as Error).message}; nothing was signed or verified`, `give the path of ${what}`, 64, error);
  }
}

export function readPublicKey(path: string): PublicKey {
  return parsePublicKey(readKeyFile(path, 'a public key file'), path);
}

export function readSecretKey(path: string): SecretKey {
  return parseSecretKey(readKeyFile(path, 'a secret key file'), path);
}

/** A password as minisign takes it from a line: what can not be typed there is refused. `where` names it; the password is never shown. */
export function checkPassword(password: Uint8Array, where: string): Uint8Array {
  const isGood = password.length <= PASSWORD_LIMIT && ![0x00, 0x0a, 0x0d].some((byte) => password.includes(byte));
  if (isGood) return password;
  throw failed(where, `expected a password of one line of at most ${PASSWORD_LIMIT} bytes, got something else; nothing was signed or made`, 'put the password alone into the file', 64);
}

/** The password in a file: all of it but for one line end. */
export function readPassword(path: string): Uint8Array {
  const bytes = readKeyFile(path, 'a password file');
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  return checkPassword(bytes.subarray(0, end), path);
}

/** No key may lie at any of these paths. To be asked before the work of making one. */
export function refuseExistingKeys(paths: readonly string[]): void {
  for (const path of paths) {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue;
    throw failed(path, 'expected no file, there is one; it was left as it is and no key was made', 'name another file with --key, or move this one away', 64);
  }
}

function createFile(path: string, text: string, mode: number): void {
  let file: number;
  try {
    file = openSync(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') refuseExistingKeys([path]);
    throw failed(path, `the key can not be written: ${(error as Error).message}; no key was made`, 'check that the directory exists and can be written', 1, error);
  }
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw failed(path, `the key can not be written: ${(error as Error).message}; no key was made`, 'make room on the disk', 1, error);
  } finally {
    closeSync(file);
  }
}

/** Writes a new key pair: both files or none. */
export function writeKeyPair(secretPath: string, secretText: string, publicPath: string, publicText: string): void {
  refuseExistingKeys([secretPath, publicPath]);
  createFile(secretPath, secretText, 0o600);
  try {
    createFile(publicPath, publicText, 0o644);
  } catch (error) {
    rmSync(secretPath, { force: true });
    throw error;
  }
}
