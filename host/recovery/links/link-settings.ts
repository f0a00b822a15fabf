// By which links a machine reaches others, as a section of a config says it: the keys `link`, `interfaces`, `port`, `tty`,
// `baud`, `address` and `rate-limit`. Sources and donors have the same ones.
import type { SectionReader } from '../section-reader.ts';
import type { LinkKind } from './link.ts';

export interface LinkSettings {
  readonly link: LinkKind;
  /** Network interfaces; none with a serial line. */
  readonly interfaces: readonly string[];
  /** A serial line, instead of network interfaces. */
  readonly line?: LineSettings;
  /** The UDP port of requests and offers, when not the usual one. */
  readonly port?: number;
  /** The TCP port of uploads, when not any. */
  readonly uploadPort?: number;
  /** Bytes of image a second that may go over each link; undefined: as many as it carries. */
  readonly ratePerSecond?: number;
}

/** A tty, and who this machine is on it. */
export interface LineSettings {
  readonly tty: string;
  readonly baud: number;
  /** Whether several machines share it; otherwise it leads to one other. */
  readonly isShared: boolean;
  /** From 1 to FFFEh; undefined: any, on a line to one other machine. */
  readonly address?: number;
}

/** The interface that is used when none is named: nothing leaves the machine. */
export const LOOPBACK = 'lo';
/** The lowest limit: below it, a single chunk takes seconds. */
export const LOWEST_RATE = 1024;

const HIGHEST_RATE = 1024 * 1024 * 1024;
export const LINK_KINDS = ['lan', 'wireless', 'icmb', 'bluetooth'] as const;
/** As the kinds are preferred when nothing else is said: by what they usually carry. */
export const LINK_ORDER: readonly LinkKind[] = ['lan', 'wireless', 'bluetooth', 'icmb'];
export const LOWEST_BAUD = 1200;
export const HIGHEST_BAUD = 4_000_000;
/** That of ICMB, and what an RFCOMM channel carries at least. */
const USUAL_BAUD = { icmb: 19_200, bluetooth: 115_200 } as const;
const ADDRESS = /^(0x[0-9a-fA-F]{1,4}|[0-9]{1,5})$/;
const ADDRESS_FORM = '0x0001 to 0xfffe, another one for each machine on the bus';

/** The kinds of link that a serial line can be. */
export type LineKind = keyof typeof USUAL_BAUD;
export const isLineKind = (kind: LinkKind): kind is LineKind => kind in USUAL_BAUD;

/** The address of a text such as 0x0012, or undefined when it is none. */
export function readAddress(text: string): number | undefined {
  const address = ADDRESS.test(text) ? Number(text) : 0;
  return address >= 1 && address <= 0xfffe ? address : undefined;
}

/** The line of a kind of link, with the usual rate where none is given. */
export function lineSettings(link: LineKind, tty: string, baud: number | undefined, address: number | undefined): LineSettings {
  return { tty, baud: baud ?? USUAL_BAUD[link], isShared: link === 'icmb', ...(address === undefined ? {} : { address }) };
}

/** The key `links`: kinds of link in the order in which they are preferred; those that are not named come last. */
export function readLinkOrder(reader: SectionReader): readonly LinkKind[] {
  const text = reader.text('links');
  if (text === undefined) return LINK_ORDER;
  const named = text.split(/[\s,]+/).filter((name) => name !== '');
  const links = LINK_KINDS.filter((kind) => named.includes(kind)).sort((one, other) => named.indexOf(one) - named.indexOf(other));
  if (links.length === 0 || links.length !== named.length) throw reader.wrong('links', `expected some of ${LINK_KINDS.join(', ')}, each once, got ${JSON.stringify(text)}`);
  return links;
}

/** Takes the keys of a section. */
export function readLinkSettings(reader: SectionReader): LinkSettings {
  const link = reader.choice('link', LINK_KINDS) ?? 'lan';
  const ratePerSecond = reader.size('rate-limit', LOWEST_RATE, HIGHEST_RATE);
  const rate = ratePerSecond === undefined ? {} : { ratePerSecond };
  if (reader.text('tty') !== undefined || link === 'icmb') return { link, interfaces: [], line: readLine(reader, link), ...rate };
  const interfaces = (reader.text('interfaces') ?? LOOPBACK).split(/[\s,]+/).filter((name) => name !== '');
  if (interfaces.length === 0) throw reader.wrong('interfaces', 'expected names of network interfaces, got none');
  const port = reader.number('port', 1024, 65_535);
  return { link, interfaces, ...(port === undefined ? {} : { port }), ...rate };
}

function readLine(reader: SectionReader, link: LinkKind): LineSettings {
  if (!isLineKind(link)) throw reader.wrong('link', `expected icmb or bluetooth with a tty, got ${link}`);
  const tty = reader.path('tty');
  const text = reader.text('address');
  const address = text === undefined ? undefined : readAddress(text);
  if (address === undefined && (text !== undefined || link === 'icmb')) throw reader.wrong('address', `expected ${ADDRESS_FORM}, got ${text === undefined ? 'none' : JSON.stringify(text)}`);
  return lineSettings(link, tty, reader.number('baud', LOWEST_BAUD, HIGHEST_BAUD), address);
}
