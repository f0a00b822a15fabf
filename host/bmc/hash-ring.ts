// The memory between the controller's thread and the one that hashes for it.
//
//   control words   0 PUT     bytes that were put in, all told, modulo 2^32
//                   1 TAKEN   bytes that were taken out
//                   2 BEGUN   hashes that were begun    3 ASKED  digests that were asked for    4 GIVEN  that were given
//                   5 CHANGES of PUT, BEGUN and ASKED: what the second thread waits for
//   digest          32 bytes: of the digest that was given last
//   ring            RING bytes; byte N of the stream lies at N modulo RING
//
// The first thread owns PUT, BEGUN, ASKED and CHANGES and what of the ring is free; the second TAKEN, GIVEN, the digest and what of
// the ring is in use. A new hash begins only when the ring is empty.

export const RING_SIZE = 4 * 1024 * 1024;
const WORDS_SIZE = 64;
const DIGEST_SIZE = 32;

export const Word = { put: 0, taken: 1, begun: 2, asked: 3, given: 4, changes: 5 } as const;

export interface HashRing {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The views of a ring; of a new one when no memory is given. */
export function hashRing(memory = new SharedArrayBuffer(WORDS_SIZE + DIGEST_SIZE + RING_SIZE)): HashRing {
  return {
    memory, words: new Int32Array(memory, 0, WORDS_SIZE / 4), digest: new Uint8Array(memory, WORDS_SIZE, DIGEST_SIZE),
    bytes: new Uint8Array(memory, WORDS_SIZE + DIGEST_SIZE, RING_SIZE),
  };
}
