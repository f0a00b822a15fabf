// How fast the file under way goes, and how long it will take: over the last seconds, anew in each phase.
import type { TransferSnapshot } from '../core/receiver-exports.ts';
import type { TransferRate } from './management.ts';

const SAMPLE_MS = 200;
const SPAN_MS = 4000;
/** Phases in which bytes are counted. */
const COUNTED: readonly string[] = ['receiving', 'patching', 'verifying', 'writing', 'reading-back'];

interface Sample {
  readonly atMs: number;
  readonly done: number;
}

/** Call `note` now and then. */
export class TransferRateMeter {
  #key = '';
  #samples: Sample[] = [];

  note({ phase, upgrade, component, version, done }: TransferSnapshot, nowMs: number): void {
    const key = COUNTED.includes(phase) ? [phase, upgrade, component, version].join(' ') : '';
    const last = this.#samples.at(-1);
    if (key !== this.#key) {
      this.#key = key;
      this.#samples = [{ atMs: nowMs, done }];
    } else if (last !== undefined && nowMs - last.atMs >= SAMPLE_MS) {
      this.#samples.push({ atMs: nowMs, done });
      while (nowMs - (this.#samples[0]?.atMs ?? nowMs) > SPAN_MS) this.#samples.shift();
    }
  }

  /** Undefined when nothing is under way, or not for long enough. */
  rate({ done, total }: TransferSnapshot): TransferRate | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (this.#key === '' || first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
    const bytesPerSecond = Math.max(0, ((last.done - first.done) * 1000) / (last.atMs - first.atMs));
    return { bytesPerSecond, remainingMs: bytesPerSecond > 0 ? Math.round(((total - done) * 1000) / bytesPerSecond) : undefined };
  }
}
