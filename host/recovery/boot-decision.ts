// Whether a host that does not come up is dead, from what its boots show: a stage timer of the watchdog, and the last POST
// code. One time-out is bad luck, not a death: the image counts as dead after so many failed boots in a row that all
// stopped at the same place. Pure; what the digest says is decided elsewhere, and at once.

export type BootSign =
  /** The machine starts. */
  | { readonly sign: 'start' }
  /** A POST code on port 80h. */
  | { readonly sign: 'post'; readonly code: number }
  /** The watchdog has run out; its use as IPMI names it. */
  | { readonly sign: 'watchdog'; readonly use: 'frb3' | 'frb2' | 'post' | 'os-load' | 'sms' | 'oem' }
  /** The host has come up: it has said hello, or its firmware says that it has booted. */
  | { readonly sign: 'up' };

export interface BootCount {
  /** Whether a boot is under way, of which nothing is known yet. */
  readonly isBooting: boolean;
  /** The last POST code of this boot; -1 when there was none. */
  readonly code: number;
  /** Failed boots in a row that stopped at `place`. */
  readonly failures: number;
  readonly place: string;
}

export const NO_BOOTS: BootCount = { isBooting: false, code: -1, failures: 0, place: '' };

/** Failed boots after which an image is dead. */
export const BOOT_LIMIT = 3;

/** The count after one more sign. */
export function countBoot(count: BootCount, sign: BootSign): BootCount {
  switch (sign.sign) {
    case 'start': return { ...count, isBooting: true, code: -1 };
    case 'post': return count.isBooting ? { ...count, code: sign.code } : count;
    case 'up': return NO_BOOTS;
    case 'watchdog': return failed(count, sign.use);
  }
}

/** Whether the image is dead. */
export const isDead = ({ failures }: BootCount, limit = BOOT_LIMIT): boolean => failures >= limit;

/** A watchdog of a later stage, or one without a boot before it, says nothing about the firmware: someone else's timer. */
function failed(count: BootCount, use: (BootSign & { sign: 'watchdog' })['use']): BootCount {
  if (!count.isBooting || (use !== 'frb3' && use !== 'frb2' && use !== 'post')) return count;
  const place = `${use} ${count.code}`;
  return { isBooting: false, code: -1, failures: place === count.place ? count.failures + 1 : 1, place };
}
