// Powering on again after a reset, as long as that leads somewhere.
import type { PowerOnResult } from './firmware.ts';

/** So many resets in a row mean that something resets for ever. */
export const MAXIMUM_RESETS = 8;

/** How a machine that was switched on came to rest. */
export interface CycleResult {
  readonly handover: 'os' | 'shutdown' | 'stopped' | 'reset-limit' | 'forced-off';
  /** The status of the last image that ran in any of the power-ons. */
  readonly imageStatus: bigint | undefined;
}

/** Counts resets where both threads see it: the main thread adds one when it ends a firmware that hangs. */
export interface ResetCount {
  value: number;
  /** How many of the last ones in a row were the watchdog's. */
  byWatchdog?: number;
}

/** Powers on until there is no reset, or too many. */
export function cyclePower(powerOnce: () => PowerOnResult, resets: ResetCount, print: (text: string) => void): CycleResult {
  let imageStatus: bigint | undefined;
  while (resets.value <= MAXIMUM_RESETS) {
    const result = powerOnce();
    imageStatus = result.imageStatus ?? imageStatus;
    if (result.kind === 'os') return { handover: 'os', imageStatus };
    if (result.kind === 'shutdown') return { handover: result.stopped ? 'stopped' : 'shutdown', imageStatus };
    resets.value++;
    resets.byWatchdog = result.byWatchdog ? (resets.byWatchdog ?? 0) + 1 : 0;
    print(resetText(result.type));
  }
  print(resetLimitText());
  return { handover: 'reset-limit', imageStatus };
}

/** Shown between two power-ons. */
export function resetText(type: 'cold' | 'warm'): string {
  return `\n-- ${type} reset --\n\n`;
}

/** Why the machine stays off. */
export function resetLimitText(): string {
  return `The machine was reset ${MAXIMUM_RESETS + 1} times in a row, expected at most ${MAXIMUM_RESETS}: it stays switched off. Look at startup.nsh and at what ferry said above.\n`;
}
