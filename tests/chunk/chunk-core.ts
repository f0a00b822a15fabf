// The chunk machines of the core, which take and give numbers only.
import { loadCore } from '../../host/core/instance.ts';
import { namesOf } from '../../host/core/words.ts';
import type { CoreEnum } from '../../host/core/flash-globals.ts';

type Global = WebAssembly.Global;

interface ChunkExports {
  readonly Status: CoreEnum;
  readonly Arrival: CoreEnum;
  readonly cursorNext: Global;
  readonly cursorMask: Global;
  cursorBegin(size: number, chunkSize: number, resume: number): number;
  cursorIsWhole(): number;
  cursorArrival(offset: number, size: number): number;
  cursorMark(offset: number): void;
  readonly timerTimeoutMs: Global;
  timerReset(): void;
  timerMeasure(roundTripMs: number): void;
  timerProgress(): void;
  timerBackOff(): void;
  timerExpired(since: number, now: number): number;
  readonly windowBase: Global;
  readonly windowOffset: Global;
  readonly windowChunk: Global;
  readonly windowRepeats: Global;
  readonly windowHasNews: Global;
  windowBegin(size: number, chunk: number, window: number, resume: number): number;
  windowIsWhole(): number;
  windowNext(): number;
  windowSent(offset: number, now: number): void;
  windowAcknowledge(next: number, mask: number): number;
  windowExpire(now: number): number;
  windowWaitMs(now: number): number;
}

export function chunkCore(): ChunkExports & { status(value: number): string; arrival(value: number): string } {
  const core = loadCore<ChunkExports>();
  const [statuses, arrivals] = [namesOf(core.Status), namesOf(core.Arrival)];
  return { ...core, status: (value) => statuses[value] ?? `${value}`, arrival: (value) => arrivals[value] ?? `${value}` };
}

export const u32 = (global: Global): number => Number(global.value) >>> 0;

/** The seed of these tests; SEED in the environment replays one. */
export const seed = Number(process.env['SEED'] ?? 1);
