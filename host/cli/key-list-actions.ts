// `ferry trust make` and `ferry trust sign`: key lists, where the keys are kept.
import { resolve } from 'node:path';
import { checkKeyList, formatKeyList, type KeyList, parseKeyList, PLATFORM_FORM, PLATFORM_RULE } from '../bmc/trust/key-list.ts';
import { readListFile, writeKeyList } from '../bmc/trust/key-list-file.ts';
import { sortedKeys } from '../bmc/trust/key-text.ts';
import { signKeyList } from '../bmc/trust/key-list-signature.ts';
import { refuseOtherFile, writeSignature } from '../trust/image-file.ts';
import { readPublicKey, readSecretKey } from '../trust/key-files.ts';
import type { PublicKey } from '../trust/public-key.ts';
import { type SigningKey, unlockSecretKey } from '../trust/secret-key.ts';
import { shown } from '../trust/text-lines.ts';
import { type OptionValues, textOf, textsOf, usage } from './command.ts';
import { PASSWORD_VARIABLE, passwordOf, required, tell } from './trust-commands.ts';

/** The one list of the command line. */
export function listPathOf(action: string, operands: readonly string[]): string {
  const [list] = operands;
  if (operands.length === 1 && list !== undefined && list !== '') return list;
  throw usage(`ferry trust ${action}: expected one LIST, got ${operands.length === 0 ? 'none' : operands.map((one) => JSON.stringify(one)).join(' ')}`, 'trust');
}

/** Where the list's signature lies or will lie. */
export function listSignatureOf(action: string, values: OptionValues, list: string): string {
  const path = textOf(values, 'signature') ?? `${list}.minisig`;
  if (path !== '' && resolve(path) !== resolve(list)) return path;
  throw usage(`ferry trust ${action}: expected a signature file beside the list, got ${path === '' ? 'none' : 'the list itself'}`, 'trust');
}

/** Writes a list; with --key its signature, too. */
export function makeKeyList(values: OptionValues, operands: readonly string[]): number {
  const path = listPathOf('make', operands);
  const list = listOf(values);
  const text = formatKeyList(list);
  const key = textOf(values, 'key') === undefined ? undefined : signingKeyOf('make', values);
  const signaturePath = listSignatureOf('make', values, path);
  if (key !== undefined) refuseOtherFile(signaturePath);
  const signature = key === undefined ? undefined : signKeyList(Buffer.from(text), path, key);
  writeKeyList(path, text);
  if (signature !== undefined) writeSignature(signaturePath, signature);
  const signed = key === undefined ? {} : { signature: signaturePath, signer: key.publicKey.keyId };
  tell(values, 'key-list-made', { list: path, ...signed, ...factsOf(list) }, [
    `${path}: key list ${list.sequence} for ${list.platform}${key === undefined ? '; it is not signed: `ferry trust sign`' : `, signed with key ${key.publicKey.keyId}: ${signaturePath}`}`,
    ...list.keys.map(({ keyId }) => `  trusted  ${keyId}`), ...list.revoked.map(({ keyId }) => `  revoked  ${keyId}`),
  ]);
  return 0;
}

/** Signs a list that was made before, or somewhere else. */
export function signKeyListFile(values: OptionValues, operands: readonly string[]): number {
  const path = listPathOf('sign', operands);
  const signaturePath = listSignatureOf('sign', values, path);
  required(values, 'trust sign', 'key', 'FILE');
  const bytes = readListFile(path, 'a key list', 'give the path of the list that `ferry trust make` has written');
  const list = parseKeyList(bytes, path);
  const key = signingKeyOf('sign', values);
  writeSignature(signaturePath, signKeyList(bytes, path, key));
  tell(values, 'key-list-signed', { list: path, signature: signaturePath, signer: key.publicKey.keyId, ...factsOf(list) }, [
    `${path}, key list ${list.sequence} for ${list.platform}, signed with key ${key.publicKey.keyId}: ${signaturePath}`,
  ]);
  return 0;
}

const factsOf = ({ sequence, platform, keys, revoked }: KeyList): Readonly<Record<string, unknown>> => {
  const ids = (of: readonly PublicKey[]): string[] => of.map(({ keyId }) => keyId);
  return { sequence, platform, keys: ids(keys), revoked: ids(revoked) };
};

/** The list that the command line means; everything is checked before anything is written. */
function listOf(values: OptionValues): KeyList {
  const complain = (what: string): never => { throw usage(`ferry trust make: ${what}`, 'trust'); };
  const platform = required(values, 'trust make', 'platform', 'NAME');
  if (!PLATFORM_FORM.test(platform)) return complain(`--platform: expected ${PLATFORM_RULE}, got ${shown(platform)}`);
  const number = required(values, 'trust make', 'sequence', 'NUMBER');
  const sequence = /^[1-9]\d{0,9}$/.test(number) ? Number(number) : 0;
  if (sequence < 1 || sequence > 0xffffffff) return complain(`--sequence: expected a whole number from 1 to ${0xffffffff}, got ${shown(number)}`);
  const [trusted, revoked] = [textsOf(values, 'trust'), textsOf(values, 'revoke')];
  if (trusted.length === 0) return complain('expected --trust FILE.pub for every key that is trusted from now on, got none: a board that trusts no key can not be helped any more');
  const keysOf = (paths: readonly string[]): PublicKey[] => sortedKeys(paths.map((path) => readPublicKey(path)));
  return checkKeyList({ sequence, platform, keys: keysOf(trusted), revoked: keysOf(revoked) }, complain);
}

function signingKeyOf(action: string, values: OptionValues): SigningKey {
  const path = required(values, `trust ${action}`, 'key', 'FILE');
  const secret = readSecretKey(path);
  if (secret.limits === undefined) return unlockSecretKey(secret, undefined);
  const password = passwordOf(values);
  if (password === undefined) throw usage(`ferry trust ${action}: ${path} is encrypted: expected --password-file FILE or $${PASSWORD_VARIABLE}, got none`, 'trust');
  return unlockSecretKey(secret, password);
}
