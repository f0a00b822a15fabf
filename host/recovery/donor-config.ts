// The keys of the [donor] section: what a controller gives to the others of its peers sources.
import { LOWEST_RATE } from './links/link-settings.ts';
import type { PeersConfig } from './peers/peers-config.ts';
import type { SectionReader } from './section-reader.ts';

/** `group`: to those who have the key of a peers source. `anyone`: also over sources without a key. */
export type DonatesTo = 'group' | 'anyone' | 'nobody';

export interface DonorConfig {
  readonly to: DonatesTo;
  /** At once. */
  readonly uploads: number;
  /** Bytes a second, all uploads together. */
  readonly ratePerSecond: number | undefined;
  /** The TCP port of uploads; any that is free when not given. */
  readonly uploadPort: number | undefined;
}

export const USUAL_DONOR: DonorConfig = { to: 'group', uploads: 2, ratePerSecond: undefined, uploadPort: undefined };

export function readDonor(reader: SectionReader): DonorConfig {
  return {
    to: reader.choice('to', ['group', 'anyone', 'nobody']) ?? USUAL_DONOR.to, uploads: reader.number('uploads', 1, 16) ?? USUAL_DONOR.uploads,
    ratePerSecond: reader.size('rate-limit', LOWEST_RATE, 1024 * 1024 * 1024), uploadPort: reader.number('upload-port', 1024, 65_535),
  };
}

/** Whether it donates over this source. */
export const donatesOver = ({ to }: DonorConfig, { groupKey }: PeersConfig): boolean => to === 'anyone' || (to === 'group' && groupKey !== undefined);
