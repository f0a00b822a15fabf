// Keys, key lists and stores for tests.
import type { CutDisk } from './cut-disk.ts';
import { formatKeyList, type KeyList } from '../../../host/bmc/trust/key-list.ts';
import { signKeyList } from '../../../host/bmc/trust/key-list-signature.ts';
import type { StoreFiles } from '../../../host/bmc/replaced-file.ts';
import { TrustStore } from '../../../host/bmc/trust/trust-store.ts';
import type { PublicKey } from '../../../host/trust/public-key.ts';
import type { SigningKey } from '../../../host/trust/secret-key.ts';
import { testKey } from '../../trust/signed-image.ts';

export const PLATFORM = 'ferry-q35';
export const [first, second, third, stranger] = [0x11, 0x22, 0x33, 0x77].map((byte) => testKey(byte).key) as [SigningKey, SigningKey, SigningKey, SigningKey];
export const publicOf = (keys: readonly SigningKey[]): PublicKey[] => keys.map((key) => key.publicKey);

export interface SignedFiles {
  readonly list: Buffer;
  readonly signature: Buffer;
}

/** The two files of a list. */
export function signedList(by: SigningKey, sequence: number, keys: readonly SigningKey[], revoked: readonly SigningKey[] = [], changes: Partial<KeyList> = {}): SignedFiles {
  const list = Buffer.from(formatKeyList({ sequence, platform: PLATFORM, keys: publicOf(keys), revoked: publicOf(revoked), ...changes }));
  return { list, signature: Buffer.from(signKeyList(list, 'list', by)) };
}

export const openStore = (files: StoreFiles | CutDisk): TrustStore => TrustStore.open('state', { platform: PLATFORM, files });
export const idsOf = (keys: readonly PublicKey[]): string[] => keys.map(({ keyId }) => keyId);

/** Everything that a store says, to compare two. */
export function factsOf(store: TrustStore): unknown {
  return { isEmpty: store.isEmpty, keys: idsOf(store.keys), revoked: store.revoked, sequence: store.sequence, list: store.state?.list };
}
