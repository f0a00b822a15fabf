// By which links a machine reaches others, as a section of a config says it: the keys `link`, `interfaces`, `port` and
// `rate-limit`. Sources and donors have the same ones.
import type { SectionReader } from '../section-reader.ts';
import type { LinkKind } from './link.ts';

export interface LinkSettings {
  readonly link: LinkKind;
  /** Network interfaces. */
  readonly interfaces: readonly string[];
  /** The UDP port of requests and offers, when not the usual one. */
  readonly port?: number;
  /** The TCP port of uploads, when not any. */
  readonly uploadPort?: number;
  /** Bytes of image a second that may go over each link; undefined: as many as it carries. */
  readonly ratePerSecond?: number;
}

/** The interface that is used when none is named: nothing leaves the machine. */
export const LOOPBACK = 'lo';
/** The lowest limit: below it, a chunk takes so long that both ends would think the other one dead. */
export const LOWEST_RATE = 32 * 1024;

const HIGHEST_RATE = 1024 * 1024 * 1024;
const KINDS = ['lan', 'wireless', 'bluetooth'] as const;

/** Takes the keys of a section. */
export function readLinkSettings(reader: SectionReader): LinkSettings {
  const interfaces = (reader.text('interfaces') ?? LOOPBACK).split(/[\s,]+/).filter((name) => name !== '');
  if (interfaces.length === 0) throw reader.wrong('interfaces', 'expected names of network interfaces, got none');
  const [port, ratePerSecond] = [reader.number('port', 1024, 65_535), reader.size('rate-limit', LOWEST_RATE, HIGHEST_RATE)];
  return { link: reader.choice('link', KINDS) ?? 'lan', interfaces, ...(port === undefined ? {} : { port }), ...(ratePerSecond === undefined ? {} : { ratePerSecond }) };
}
