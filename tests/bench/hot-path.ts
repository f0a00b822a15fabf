// Where the time of a process went, from the profile that Node writes of it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly what: string;
  readonly milliseconds: number;
}

const JOURNAL = 'staging: which bytes are there, and its journal';

/** What a function's own time counts as. The first that fits. */
const KINDS: readonly (readonly [what: string, fits: RegExp])[] = [
  ['waiting', /^\(idle\)|^wait |^hash-worker/],
  ['starting', /compile|Module|^\(program\)|require|readFileUtf8|load /],
  ['core.wasm: protocol, CRC-32, planning, comparing', /^wasm-function/],
  ['reading files: window, staging, flash', /^(read|readSync|pread) /],
  ['writing files: window, staging, flash', /^(writeBuffer|writeSync|write) /],
  ['making files safe: fsync', /^f(data)?sync /],
  ['files made and removed', /^(unlink|open|openSync|close|fstat|lstat|readdir|mkdir|rename) /],
  ['SHA-256', /^update /],
  ['giving bytes to the thread that hashes', /^(#put|#await|#changed|take) run/],
  [JOURNAL, /^(#arrived|#record|#pieces|crc32|append) chunk/],
  ['the flash model: clearing bits, traces', /^(#?clear|#clearBits|#complete|traced|#operation)/],
  ['collecting garbage', /^\(garbage/],
];

/** The shares of every thread's profile in a directory, the largest first; waiting and starting left out. */
export function hotPath(directory: string): Share[] {
  const sums = new Map<string, number>();
  for (const name of readdirSync(directory)) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Profile;
    const whats = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, kindOf(`${functionName} ${url.split('/').at(-1)}`)]));
    // From the first chunk to the last: a start and an end of the process are no part of it.
    const isChunk = (id: number): boolean => whats.get(id) === JOURNAL;
    const [first, last] = [samples.findIndex(isChunk), samples.findLastIndex(isChunk)];
    samples.forEach((id, index) => {
      if (first >= 0 && (index < first || index > last)) return;
      const what = whats.get(id) ?? 'other JavaScript';
      sums.set(what, (sums.get(what) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
    });
  }
  sums.delete('waiting');
  sums.delete('starting');
  return [...sums].map(([what, milliseconds]) => ({ what, milliseconds })).sort((one, other) => other.milliseconds - one.milliseconds);
}

function kindOf(frame: string): string {
  if (frame.endsWith('hash-worker.js') && !frame.startsWith('update')) return 'waiting';
  return KINDS.find(([, fits]) => fits.test(frame))?.[0] ?? 'other JavaScript';
}
