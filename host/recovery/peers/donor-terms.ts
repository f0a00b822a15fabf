// What a donor says of itself, as an offer carries it.
import type { RecoveryOffer } from '../../core/wire-recovery-messages.ts';

/** What a donor says of itself in an offer. */
export type DonorTerms = Pick<RecoveryOffer, 'donor' | 'class' | 'load' | 'rate' | 'lives'>;
