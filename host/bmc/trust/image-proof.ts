// The last question of a signature: are these bytes the ones that were signed? Asked of the staged image, piece by
// piece: it never lies in memory as a whole.
import { createHash, verify } from 'node:crypto';
import type { PublicKey } from '../../trust/public-key.ts';
import type { Signature } from '../../trust/signature.ts';

export type Proved = { readonly ok: true } | { readonly ok: false; readonly completion: 'signature-invalid'; readonly text: string };

/** Takes the image in pieces, in order, and says once whether the key has signed exactly them. */
export class ImageProof {
  readonly #hash = createHash('blake2b512');
  readonly #subject: string;
  readonly #signature: Signature;
  readonly #key: PublicKey;
  #size = 0;

  /** `subject` names the image in the text of a refusal. */
  constructor(subject: string, signature: Signature, key: PublicKey) {
    this.#subject = subject;
    this.#signature = signature;
    this.#key = key;
  }

  update(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#size += piece.length;
  }

  /** After the last piece, once. */
  finish(): Proved {
    if (verify(null, this.#hash.digest(), this.#key.key, this.#signature.imageSignature)) return { ok: true };
    return {
      ok: false, completion: 'signature-invalid',
      text: `${this.#subject}: image: expected the bytes that key ${this.#key.keyId} has signed, got ${this.#size} other bytes; the image is not trusted`,
    };
  }
}
