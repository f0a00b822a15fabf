// Who may put an image into this board's flash: asks the judge of trust/ for the receiver, first of the signature, then of
// the bytes. It keeps the proof of the one image that is under way.
import type { ImageOffer, ImageVerdict } from '../core/receiver-exports.ts';
import type { ImageProof } from './trust/image-proof.ts';
import { judgeOffer, type Trust } from './trust/judge.ts';

export interface ImageJudgeOptions {
  readonly platform: string;
  /** Keys may be added and revoked while the controller runs. */
  trust(): Trust;
  readStaging(offset: number, into: Uint8Array): void;
}

/** A verdict for the core, and why for people. */
export interface JudgedImage {
  readonly verdict: ImageVerdict;
  readonly refusal?: string;
  /** Something that was let through all the same: for the log. */
  readonly note?: string;
  /** The signature file by which the offer is taken, when a trusted key has made it. */
  readonly signature?: Uint8Array;
}

const PIECE = 256 * 1024;

/** Judges one image at a time. */
export class ImageJudge {
  readonly #options: ImageJudgeOptions;
  readonly #piece = new Uint8Array(PIECE);
  #proof: ImageProof | undefined;
  #security = 0;
  #size = 0;

  constructor(options: ImageJudgeOptions) {
    this.#options = options;
  }

  judge({ component, version, size, sha256, floor, signature }: ImageOffer): JudgedImage {
    this.#proof = undefined;
    const file = signature?.slice();
    const verdict = judgeOffer({ component, version, size, sha256 }, { platform: this.#options.platform, floor }, file, this.#options.trust());
    if (!verdict.ok) return { verdict: { completion: verdict.completion, security: 0 }, refusal: verdict.text };
    this.#proof = verdict.proof;
    this.#security = verdict.security;
    this.#size = size;
    return { verdict: { completion: 'ok', security: verdict.security }, ...(verdict.note === undefined ? {} : { note: verdict.note }), ...(verdict.proof === undefined || file === undefined ? {} : { signature: file }) };
  }

  /** The next bytes of the staged image, in order; the last ones bring the answer. */
  authenticate(offset: number, size: number): JudgedImage {
    const good = { verdict: { completion: 'ok', security: this.#security } };
    const proof = this.#proof;
    if (proof === undefined) return good;
    for (let at = offset; at < offset + size; at += PIECE) {
      const piece = this.#piece.subarray(0, Math.min(PIECE, offset + size - at));
      this.#options.readStaging(at, piece);
      proof.update(piece);
    }
    if (offset + size < this.#size) return good;
    this.#proof = undefined;
    const proved = proof.finish();
    return proved.ok ? good : { verdict: { completion: proved.completion, security: 0 }, refusal: proved.text };
  }
}
