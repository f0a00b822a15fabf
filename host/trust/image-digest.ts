// What is checked of an image: its size and two digests, computed while its bytes pass by. BLAKE2b-512 is what
// minisign signs; SHA-256 is the image's identity in configs, records and trusted comments.
import { createHash } from 'node:crypto';

export interface ImageDigest {
  /** Where the image is from, for messages. */
  readonly name: string;
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly blake2b: Uint8Array;
}

/** Takes an image in pieces. */
export class ImageHash {
  readonly #sha256 = createHash('sha256');
  readonly #blake2b = createHash('blake2b512');
  #size = 0;

  update(piece: Uint8Array): void {
    this.#sha256.update(piece);
    this.#blake2b.update(piece);
    this.#size += piece.length;
  }

  /** After the last piece, once. */
  digest(name: string): ImageDigest {
    return { name, size: this.#size, sha256: this.#sha256.digest('hex'), blake2b: this.#blake2b.digest() };
  }
}

/** An image that lies in memory. */
export function digestImage(image: Uint8Array, name: string): ImageDigest {
  const hash = new ImageHash();
  hash.update(image);
  return hash.digest(name);
}
