// The keys that a management controller trusts, in STATE/trust/keys. Pinned at the first start, changed only by key lists
// that a trusted key has signed. Whoever opens it holds the state directory's lock, or only reads.
import { dirname, join } from 'node:path';
import { FerryError } from '../../error.ts';
import type { PublicKey } from '../../trust/public-key.ts';
import { publicKeyLine } from '../../trust/public-key.ts';
import { complainer } from '../../trust/text-lines.ts';
import { checkKeyList, KEY_LIST_SIZE, keyListComplainer } from './key-list.ts';
import { digestOfKeyList, keyListRefuser, verifyKeyList } from './key-list-signature.ts';
import { NotDurable, replaceFile, systemStoreFiles, type StoreFiles } from '../replaced-file.ts';
import { decodeTrust, encodeTrust, TRUST_FILE_SIZE } from './trust-file.ts';
import { changeBetween, pinnedState, stateAfter, type KeyChange, type TrustState } from './trust-state.ts';

export interface TrustStoreOptions {
  /** The board's. A store of another platform is refused. Needed for `pin`. */
  readonly platform?: string | undefined;
  readonly files?: StoreFiles | undefined;
}

/** Where the keys of a state directory lie. */
export const trustPath = (stateDirectory: string): string => join(stateDirectory, 'trust', 'keys');

/** The store, loaded. */
export class TrustStore {
  readonly path: string;
  readonly #platform: string | undefined;
  readonly #files: StoreFiles;
  #state: TrustState | undefined;

  /** Loads the store; nothing is written. `state-failed` when it is damaged, can't be read or is another platform's: nobody may go on without it then. */
  static open(stateDirectory: string, { platform, files = systemStoreFiles }: TrustStoreOptions = {}): TrustStore {
    return new TrustStore(trustPath(stateDirectory), platform, files);
  }

  private constructor(path: string, platform: string | undefined, files: StoreFiles) {
    this.path = path;
    this.#platform = platform;
    this.#files = files;
    this.#state = load(path, files);
    if (platform === undefined || this.#state === undefined || this.#state.platform === platform) return;
    throw new FerryError('state-failed', `${path}: platform: expected "${platform}", which the board is, got the keys of "${this.#state.platform}"; nothing was started`, {
      hint: 'give --state the directory of this board, or --board the description of the one that the directory belongs to',
    });
  }

  /** No key was ever pinned. */
  get isEmpty(): boolean {
    return this.#state === undefined;
  }

  /** Undefined while no key is pinned. */
  get state(): TrustState | undefined {
    return this.#state;
  }

  /** Trusted now, and not revoked. */
  get keys(): readonly PublicKey[] {
    return this.#state?.keys ?? [];
  }

  /** Key ids, as minisign prints them. */
  get revoked(): readonly string[] {
    return this.#state?.revoked.map(({ keyId }) => keyId) ?? [];
  }

  /** Of the key list in effect; 0 before the first one. */
  get sequence(): number {
    return this.#state?.sequence ?? 0;
  }

  /**
   * Provisioning: the first keys, all at once. Given again at a later start they change nothing, even when a list has
   * taken their trust away meanwhile. Any other key is `key-list-refused`: only a list that a trusted key has signed adds one.
   */
  pin(keys: readonly PublicKey[]): 'pinned' | 'known' {
    if (this.#platform === undefined) throw new Error('trust store: expected the platform at open, got none');
    const state = this.#state;
    const isKnown = (key: PublicKey): boolean => state !== undefined && [...state.pinned, ...state.keys].some((known) => publicKeyLine(known) === publicKeyLine(key));
    const other = keys.find((key) => !isKnown(key));
    if (state !== undefined && other !== undefined) {
      return keyListRefuser(other.name, 'sign a key list that has it with a trusted key and apply it: `ferry trust make`, `ferry trust apply`')(
        `key ${other.keyId}: expected a key that this board trusts or was given at its first start (${[...state.keys, ...state.pinned].map(({ keyId }) => keyId).filter((keyId, index, all) => all.indexOf(keyId) === index).join(', ')}), got another one`,
      );
    }
    if (other === undefined) {
      if (state !== undefined) this.#settle();
      return 'known';
    }
    const fresh = pinnedState(this.#platform, keys);
    checkKeyList({ ...fresh, sequence: 1 }, keyListComplainer('the keys to pin'));
    this.#save(fresh);
    return 'pinned';
  }

  /**
   * Takes a key list: all of it or nothing. Answers what changed; undefined when exactly this list is in effect. Errors:
   * `key-list-invalid`, `key-list-refused`, `signature-invalid`; `state-failed` when it can not be written.
   */
  apply(list: Uint8Array, signature: Uint8Array, name = 'key list'): KeyChange | undefined {
    const state = this.#state;
    if (state === undefined) return keyListRefuser(name, 'pin the first key: `ferry bmc --trust FILE.pub`')('expected a board that trusts a key, got one without any');
    if (list.length > KEY_LIST_SIZE) return keyListComplainer(name)(`expected at most ${KEY_LIST_SIZE} bytes, got more`);
    const digest = digestOfKeyList(list);
    if (digest === state.list) return void this.#settle();
    const { list: read, signer } = verifyKeyList(list, signature, name, { keys: state.keys, revoked: this.revoked });
    const next = stateAfter(state, read, digest, keyListRefuser(name, 'make a list for this board, as `ferry trust show` has it, with a higher sequence number'));
    this.#save(next);
    return changeBetween(state, next, signer);
  }

  #save(state: TrustState): void {
    try {
      replaceFile(this.#files, this.path, encodeTrust(state));
    } catch (error) {
      if (error instanceof NotDurable) this.#state = state;
      throw this.#failed(error);
    }
    this.#state = state;
  }

  /** Nothing is to be written; an attempt before this one may have failed only in making it last. */
  #settle(): void {
    try {
      this.#files.syncDirectory(dirname(this.path));
    } catch (error) {
      throw this.#failed(new NotDurable((error as Error).message, { cause: error }));
    }
  }

  #failed(cause: unknown): FerryError {
    const now = cause instanceof NotDurable ? 'they are in effect, but a power failure could bring the old ones back' : 'the trusted keys stay as they were';
    return new FerryError('state-failed', `${this.path}: the trusted keys can not be written: ${(cause as Error).message}; ${now}`, {
      hint: 'see that the disk of the state directory works and has room, then do the same again', cause,
    });
  }
}

function load(path: string, files: StoreFiles): TrustState | undefined {
  let bytes: Uint8Array | undefined;
  const [now, hint] = ['no image is judged without it', 'bring the state directory back from a copy, or provision the board anew with an empty one'];
  try {
    bytes = files.read(path, TRUST_FILE_SIZE);
  } catch (error) {
    throw new FerryError('state-failed', `${path}: the trusted keys can not be read: ${(error as Error).message}; ${now}`, { hint, cause: error });
  }
  return bytes === undefined ? undefined : decodeTrust(bytes, path, complainer('state-failed', path, now, hint, 1));
}
