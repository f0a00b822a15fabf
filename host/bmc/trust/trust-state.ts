// What a board trusts, as plain data, and what a key list makes of it. Pure.
import { publicKeyLine, type PublicKey } from '../../trust/public-key.ts';
import type { Complain } from '../../trust/text-lines.ts';
import type { KeyList } from './key-list.ts';
import { commonTo, sortedKeys } from './key-text.ts';

/** So many revoked keys fit; a list of every day would take years to fill it. */
export const REVOKED_TOTAL = 512;

export interface TrustState {
  readonly platform: string;
  /** Of the list in effect; 0 is what was pinned at the first start. Only rises. */
  readonly sequence: number;
  /** The SHA-256 of that list. */
  readonly list: string | undefined;
  /** The keys of the first start, whether or not they are still trusted. */
  readonly pinned: readonly PublicKey[];
  /** At least one, none of them like a revoked one. */
  readonly keys: readonly PublicKey[];
  /** Only grows. */
  readonly revoked: readonly PublicKey[];
}

/** What a list has changed, in key ids. */
export interface KeyChange {
  readonly sequence: number;
  readonly signer: string;
  readonly added: readonly string[];
  /** Not trusted any more, but not revoked. */
  readonly dropped: readonly string[];
  readonly revoked: readonly string[];
}

/** The state of the first start. */
export function pinnedState(platform: string, keys: readonly PublicKey[]): TrustState {
  return { platform, sequence: 0, list: undefined, pinned: sortedKeys(keys), keys: sortedKeys(keys), revoked: [] };
}

/** The state that a list leads to; `complain` when this board does not take it. The list's signature has been judged before. */
export function stateAfter(state: TrustState, list: KeyList, digest: string, complain: Complain): TrustState {
  if (list.platform !== state.platform) return complain(`platform: expected "${state.platform}", which this board is, got "${list.platform}"`);
  if (list.sequence <= state.sequence) return complain(`sequence: expected more than ${state.sequence}, which is in effect, got ${list.sequence}: an old list, or another one with a number that was used`);
  const back = commonTo(list.keys, state.revoked);
  if (back !== undefined) return complain(`key ${back.keyId}: expected keys that were never revoked, got one that was, under this key id or another`);
  const revoked = sortedKeys([...state.revoked, ...list.revoked]);
  if (revoked.length > REVOKED_TOTAL) return complain(`revoked keys: expected at most ${REVOKED_TOTAL} with those of lists before, got ${revoked.length}`);
  return { ...state, sequence: list.sequence, list: digest, keys: sortedKeys(list.keys), revoked };
}

/** What differs between two states, for people. */
export function changeBetween(before: TrustState, after: TrustState, signer: string): KeyChange {
  const without = (keys: readonly PublicKey[], others: readonly PublicKey[]): string[] => {
    const lines = new Set(others.map(publicKeyLine));
    return keys.filter((key) => !lines.has(publicKeyLine(key))).map(({ keyId }) => keyId);
  };
  const revoked = without(after.revoked, before.revoked);
  const gone = without(before.keys, after.keys);
  return { sequence: after.sequence, signer, added: without(after.keys, before.keys), dropped: gone.filter((keyId) => !revoked.includes(keyId)), revoked };
}
