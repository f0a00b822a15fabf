// The thread that hashes. It ends with the one that has started it. Bundled as dist/hash-worker.js.
import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { hashRing, RING_SIZE, Word } from './hash-ring.ts';

const { words, digest, bytes } = hashRing(workerData as SharedArrayBuffer);
let hash = createHash('sha256');
let [begun, asked] = [0, 0];

for (;;) {
  const seen = Atomics.load(words, Word.changes);
  if (!takeAll() && !follow()) Atomics.wait(words, Word.changes, seen);
}

/** Hashes all that is there. False when nothing is. */
function takeAll(): boolean {
  const put = Atomics.load(words, Word.put);
  const taken = Atomics.load(words, Word.taken);
  const count = (put - taken) | 0;
  if (count === 0) return false;
  startNew();
  const at = (taken >>> 0) % RING_SIZE;
  const first = Math.min(count, RING_SIZE - at);
  hash.update(bytes.subarray(at, at + first));
  if (first < count) hash.update(bytes.subarray(0, count - first));
  Atomics.store(words, Word.taken, put);
  Atomics.notify(words, Word.taken);
  return true;
}

/** A hash begins while the ring is empty. */
function startNew(): void {
  const now = Atomics.load(words, Word.begun);
  if (now === begun) return;
  begun = now;
  hash = createHash('sha256');
}

/** Gives the digest that was asked for. False when none was. */
function follow(): boolean {
  const now = Atomics.load(words, Word.asked);
  if (now === asked) return false;
  // What was put in before it was asked for may have come since.
  if (takeAll()) return true;
  asked = now;
  startNew();
  digest.set(hash.digest());
  Atomics.store(words, Word.given, now);
  Atomics.notify(words, Word.given);
  return true;
}
