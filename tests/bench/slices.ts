// Short jobs, compared on a machine that does other things too: each side does as many as take about two milliseconds,
// then the other, some hundred times. A burst of foreign work falls on few pairs, and the median drops them.
import { compare, type Comparison, timed } from './measure.ts';

const SLICE_MS = 2;
/** Both sides run that long before they count, so that the engine's last compiler is done. */
const WARM_MS = 300;

export interface Job {
  readonly job: string;
  readonly peer: string;
  /** Bytes of one call of each side. */
  readonly bytes: number;
  /** What the ratio must be at least. */
  readonly must: number;
  ours(): unknown;
  theirs(): unknown;
}

/** Milliseconds of one call, by as many as `WARM_MS` holds. */
async function warm(call: () => unknown): Promise<number> {
  let [count, spent] = [0, 0];
  for (; spent < WARM_MS; count++) spent += await timed(call);
  return spent / count;
}

/** Both sides must have the same result before they are timed. */
export async function compareSlices({ job, peer, bytes, must, ours, theirs }: Job): Promise<Comparison> {
  const [left, right] = [String(ours()), String(theirs())];
  if (left !== right) throw new Error(`bench: ${job}: expected ${right} as of ${peer}, got ${left}`);
  const longest = Math.max(await warm(ours), await warm(theirs));
  const count = Math.max(1, Math.round(SLICE_MS / longest));
  const slice = (call: () => unknown) => () => timed(() => {
    for (let index = 0; index < count; index++) call();
  });
  const rounds = Math.max(15, Math.min(201, Math.round(400 / (longest * count))));
  return compare({ job, peer: `${peer} (must ${must})`, bytes: bytes * count, rounds, ours: slice(ours), theirs: slice(theirs) });
}
