// Whether what is on the screen is what is.
import { durationText } from './amounts.ts';

export interface ConnectionView {
  readonly isStale: boolean;
  readonly link: string;
  readonly tone: 'good' | 'busy';
  /** What stands at the top while nothing is heard, without the age, which runs. */
  readonly notice: string;
  readonly age: string;
}

/** The controller says something at least every three seconds (redfish/stream-set.ts); more than that is silence. */
const PATIENCE_MS = 5000;
/** A stream that is cut is mostly back at once. */
const GRACE_MS = 2000;

/** How long it is silent, if that is what it is: the stream is cut, or has said nothing for too long. */
export function silenceOf(sinceHeardMs: number, isOpen: boolean): number | undefined {
  return sinceHeardMs < (isOpen ? PATIENCE_MS : GRACE_MS) ? undefined : sinceHeardMs;
}

export function connectionView(silence: number | undefined, hasSnapshot: boolean): ConnectionView {
  if (silence === undefined) return { isStale: false, link: hasSnapshot ? 'Live' : 'Connecting', tone: hasSnapshot ? 'good' : 'busy', notice: '', age: '' };
  return {
    isStale: true, link: 'Not connected', tone: 'busy',
    notice: hasSnapshot ? 'No connection to the controller: what is shown is old. Trying again.' : 'No connection to the controller. Trying again.',
    age: hasSnapshot ? `Last heard ${durationText(silence)} ago.` : '',
  };
}
