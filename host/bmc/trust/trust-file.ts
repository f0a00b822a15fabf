// The trust store's file, STATE/trust/keys:
//
//   ferry trust 1
//   platform ferry-q35
//   sequence 4                        0: as pinned at the first start
//   list <sha256 of the list>         or: list none
//   pinned RWQk4RrXAUYl8q73...        1 to 16
//   key RWQk4RrXAUYl8q73...           1 to 16
//   revoked RWSoFsOA/nUhGBQ34...      0 to 512
//   sha256 <of all bytes before this line>
import { createHash } from 'node:crypto';
import type { Complain } from '../../trust/text-lines.ts';
import { KEY_LIMIT, PLATFORM_FORM, PLATFORM_RULE } from './key-list.ts';
import { alikeIn, commonTo, keyLines, KeyText } from './key-text.ts';
import { REVOKED_TOTAL, type TrustState } from './trust-state.ts';

const HEAD = 'ferry trust';
const FORMAT = '1';
const CHECK = 'sha256';
/** `sha256 `, 64 digits and the line feed. */
const CHECK_SIZE = CHECK.length + 1 + 64 + 1;
const DIGEST = /^[0-9a-f]{64}$/;
/** More than the longest file: 544 keys. */
export const TRUST_FILE_SIZE = 64 * 1024;

const checkOf = (body: Uint8Array): string => `${CHECK} ${createHash('sha256').update(body).digest('hex')}\n`;

/** The file's bytes. */
export function encodeTrust(state: TrustState): Buffer {
  const body = `${HEAD} ${FORMAT}\nplatform ${state.platform}\nsequence ${state.sequence}\nlist ${state.list ?? 'none'}\n`
    + keyLines('pinned', state.pinned) + keyLines('key', state.keys) + keyLines('revoked', state.revoked);
  return Buffer.from(body + checkOf(Buffer.from(body)));
}

/** Reads the file. `complain` is told what is damaged: nothing of a file that is not whole is used. */
export function decodeTrust(bytes: Uint8Array, name: string, complain: Complain): TrustState {
  if (bytes.length > TRUST_FILE_SIZE) return complain(`expected at most ${TRUST_FILE_SIZE} bytes, got more`);
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECK_SIZE));
  if (Buffer.compare(bytes.subarray(body.length), Buffer.from(checkOf(body))) !== 0) return complain('expected a last line with the SHA-256 of the lines before, got one that does not fit: the file is damaged or was changed');
  const text = new KeyText(body, TRUST_FILE_SIZE, complain);
  text.matching(HEAD, new RegExp(`^${FORMAT}$`), `format ${FORMAT}`);
  const platform = text.matching('platform', PLATFORM_FORM, PLATFORM_RULE);
  const sequence = text.number('sequence', 0);
  const list = text.matching('list', /^([0-9a-f]{64}|none)$/, 'a SHA-256 or "none"');
  const state: TrustState = {
    platform, sequence, list: DIGEST.test(list) ? list : undefined,
    pinned: text.keys('pinned', 1, KEY_LIMIT, name),
    keys: text.keys('key', 1, KEY_LIMIT, name),
    revoked: text.keys('revoked', 0, REVOKED_TOTAL, name),
  };
  text.end();
  if ((state.list === undefined) !== (sequence === 0)) return complain(`sequence and list: expected both or none of them, got sequence ${sequence} and list ${list}`);
  if (alikeIn(state.keys) !== undefined || commonTo(state.keys, state.revoked) !== undefined) return complain('expected trusted keys that differ and none that is revoked, got others');
  return state;
}
