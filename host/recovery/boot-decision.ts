// Whether the image that the host starts from is dead, from how its boots end. One that stops is bad luck, not a death: the
// image counts as dead after so many failed boots in a row that all stopped at the same place. Pure; what the digest says is
// decided elsewhere, and at once. Which boot has failed, the controller's watchdog says (host/bmc/boot-watch.ts).
import type { ControllerEvent } from '../bmc/event-log.ts';
import { postCodeText } from '../bus/post-code.ts';

export type BootSign =
  /** A boot has stopped: nothing was executed (FRB3), or POST has not come to its end (FRB2). */
  | { readonly sign: 'failed'; readonly stage: 'frb3' | 'frb2'; readonly code: number | undefined }
  /** The host has come up. */
  | { readonly sign: 'up' };

export interface BootCount {
  /** Failed boots in a row that stopped at `place`. */
  readonly failures: number;
  /** As a sentence goes on: `3 boots in a row …`. */
  readonly place: string;
  /** It has been so many that the image is dead. */
  readonly isDead: boolean;
}

export const NO_BOOTS: BootCount = { failures: 0, place: '', isDead: false };

/** The count after one more sign. `limit` failed boots are a death; 0: none ever is. */
export function countBoot(count: BootCount, sign: BootSign, limit: number): BootCount {
  if (sign.sign === 'up') return NO_BOOTS;
  const place = sign.code === undefined ? 'executed nothing' : `stopped at POST code ${postCodeText(sign.code)}`;
  const failures = place === count.place ? count.failures + 1 : 1;
  return { failures, place, isDead: limit > 0 && failures >= limit };
}

/** What an event of the controller says of a boot. */
export function bootSignOf({ event, fields = {} }: Pick<ControllerEvent, 'event' | 'fields'>): BootSign | undefined {
  if (event === 'boot-complete') return { sign: 'up' };
  if (event !== 'boot-failed') return undefined;
  const code = fields['postCode'];
  return { sign: 'failed', stage: fields['stage'] === 'frb3' ? 'frb3' : 'frb2', code: typeof code === 'number' ? code : undefined };
}

export const bootsText = ({ failures, place }: BootCount): string => (failures === 1 ? `a boot ${place}` : `${failures} boots in a row ${place}`);
