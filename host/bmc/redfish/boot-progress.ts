// How far the host's boot is, as ComputerSystem's BootProgress has it.
import { postCodeText } from '../../bus/post-code.ts';
import type { BootSnapshot } from '../boot-watch.ts';

/** Undefined when nothing is known of the host's boots. */
export function bootProgressOf(boot: BootSnapshot | undefined): { readonly LastState: string; readonly OemLastState?: string } | undefined {
  if (boot === undefined || boot.state === 'unknown') return undefined;
  if (boot.state === 'up') return { LastState: 'OSRunning' };
  if (boot.state === 'booting') return { LastState: 'OSBootStarted' };
  // Between these two the specification has names for some of what firmware does; the code says it exactly.
  return boot.lastPostCode === undefined ? { LastState: 'None' } : { LastState: 'OEM', OemLastState: `POST code ${postCodeText(boot.lastPostCode)}` };
}
