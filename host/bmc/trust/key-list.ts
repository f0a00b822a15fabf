// A key list: which keys a board trusts from now on, and which it never trusts again. Signed by a key that it trusts now.
//
//   ferry key list 1
//   sequence 4                                higher than that of the list before
//   platform ferry-q35                        of the boards that it is for
//   key RWQk4RrXAUYl8q73...                   1 to 16: these and no others are trusted
//   revoked RWSoFsOA/nUhGBQ34...              0 to 64: neither this key nor this key id ever again
//
// A trusted key that is left out is not trusted any more, but may come back in a later list. What was revoked once stays
// revoked whether or not later lists say so.
import type { PublicKey } from '../../trust/public-key.ts';
import { complainer, type Complain } from '../../trust/text-lines.ts';
import { alikeIn, commonTo, keyLines, KeyText } from './key-text.ts';

export const KEY_LIMIT = 16;
export const REVOKED_LIMIT = 64;
/** More than a list of 16 and 64 keys needs. */
export const KEY_LIST_SIZE = 8 * 1024;
export const PLATFORM_FORM = /^[a-z0-9-]{1,15}$/;
export const PLATFORM_RULE = '1 to 15 of a-z, 0-9 and "-"';
const HEAD = 'ferry key list';
const FORMAT = '1';

export interface KeyList {
  /** From 1 to 2^32 - 1. */
  readonly sequence: number;
  readonly platform: string;
  readonly keys: readonly PublicKey[];
  readonly revoked: readonly PublicKey[];
}

/** What is wrong with a key list that is none. */
export const keyListComplainer = (name: string): Complain =>
  complainer('key-list-invalid', name, 'the trusted keys stay as they were', 'make the list with `ferry trust make`', 1);

/** Reads a list. `key-list-invalid` says which line is wrong. A list has one text: `formatKeyList` gives these bytes again. */
export function parseKeyList(bytes: Uint8Array, name: string): KeyList {
  const complain = keyListComplainer(name);
  const text = new KeyText(bytes, KEY_LIST_SIZE, complain);
  text.matching(HEAD, new RegExp(`^${FORMAT}$`), `format ${FORMAT}`);
  const list = {
    sequence: text.number('sequence', 1),
    platform: text.matching('platform', PLATFORM_FORM, PLATFORM_RULE),
    keys: text.keys('key', 1, KEY_LIMIT, name),
    revoked: text.keys('revoked', 0, REVOKED_LIMIT, name),
  };
  text.end();
  return checkKeyList(list, complain);
}

/** Refuses a list that contradicts itself, from a file or a command line. */
export function checkKeyList(list: KeyList, complain: Complain): KeyList {
  if (list.keys.length > KEY_LIMIT) return complain(`expected at most ${KEY_LIMIT} trusted keys, got ${list.keys.length}`);
  if (list.revoked.length > REVOKED_LIMIT) return complain(`expected at most ${REVOKED_LIMIT} revoked keys, got ${list.revoked.length}`);
  const double = alikeIn(list.keys);
  if (double !== undefined) return complain(`key ${double.keyId}: expected keys that differ in key id and key, got two that share one of them`);
  const both = commonTo(list.keys, list.revoked);
  if (both !== undefined) return complain(`key ${both.keyId}: expected it trusted or revoked, got both`);
  return list;
}

/** The list's file. */
export function formatKeyList(list: KeyList): string {
  return `${HEAD} ${FORMAT}\nsequence ${list.sequence}\nplatform ${list.platform}\n${keyLines('key', list.keys)}${keyLines('revoked', list.revoked)}`;
}
