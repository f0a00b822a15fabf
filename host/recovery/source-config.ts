// The keys of a [source NAME] section, by its kind.
import { type PeersConfig, readPeers } from './peers/peers-config.ts';
import { PLACEHOLDERS, unknownPlaceholder } from './place-name.ts';
import type { SectionReader } from './section-reader.ts';

export interface DirectoryConfig {
  readonly kind: 'directory';
  readonly name: string;
  readonly path: string;
  /** Its device is the host's: it is read only while the host is held off. */
  readonly holdHost: boolean;
}

export interface FatImageConfig {
  readonly kind: 'fat-image';
  readonly name: string;
  readonly path: string;
  /** Names from the root to the directory with the images. */
  readonly directory: readonly string[];
  /** As of a directory. */
  readonly holdHost: boolean;
}

export interface HostConfig {
  readonly kind: 'host';
  readonly name: string;
  /** A path in the directory that the host serves, with placeholders as of `WebConfig`. */
  readonly file: string;
}

export interface WebConfig {
  readonly kind: 'web';
  readonly name: string;
  /** With {component}, {platform}, {version} and {sha256} to be filled in. */
  readonly url: string;
  /** Certificates that a server is trusted by, besides the system's, in PEM. */
  readonly authorities: string | undefined;
}

/** Where a section stands, as `recovery.ini:14`; of one that was read from a file. */
export interface SectionPlace {
  readonly at?: string;
}

export type SourceConfig = (DirectoryConfig | FatImageConfig | HostConfig | WebConfig | PeersConfig) & SectionPlace;

const KINDS = ['directory', 'fat-image', 'host', 'web', 'peers'] as const;

export function readSource(reader: SectionReader): SourceConfig {
  const kind = reader.choice('kind', KINDS);
  if (kind === undefined) throw reader.wrong('kind', `expected ${KINDS.join(' or ')}, got none`);
  return { ...READERS[kind](reader), at: reader.at };
}

const READERS: { readonly [Kind in (typeof KINDS)[number]]: (reader: SectionReader) => SourceConfig } = {
  'directory': (reader) => ({ kind: 'directory', name: reader.name, path: reader.path('path'), holdHost: holdsHost(reader) }),
  'fat-image': (reader) => ({
    kind: 'fat-image', name: reader.name, path: reader.path('path'), directory: (reader.text('directory') ?? '').split(/[\\/]+/).filter((name) => name !== ''),
    holdHost: holdsHost(reader),
  }),
  'host': (reader) => ({ kind: 'host', name: reader.name, file: hostFile(reader) }),
  'web': (reader) => ({ kind: 'web', name: reader.name, url: webAddress(reader), authorities: reader.text('authorities') === undefined ? undefined : reader.path('authorities') }),
  'peers': readPeers,
};

const holdsHost = (reader: SectionReader): boolean => reader.choice('hold-host', ['no', 'yes']) === 'yes';

function expectPlaceholders(reader: SectionReader, key: string, text: string): void {
  const unknown = unknownPlaceholder(text);
  if (unknown !== undefined) throw reader.wrong(key, `expected {${PLACEHOLDERS.join('}, {')}} to be filled in, got {${unknown}}`);
}

function hostFile(reader: SectionReader): string {
  const text = reader.text('file') ?? '{component}.bin';
  expectPlaceholders(reader, 'file', text);
  return text;
}

function webAddress(reader: SectionReader): string {
  const expected = 'http://HOST/PATH or https://HOST/PATH of an image';
  const text = reader.required('url', expected);
  expectPlaceholders(reader, 'url', text);
  const filled = text.replace(/\{[^}]*\}/g, 'x');
  const url = URL.canParse(filled) ? new URL(filled) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw reader.wrong('url', `expected ${expected}, got ${text}`);
  if (url.username !== '' || url.password !== '') throw reader.wrong('url', 'expected no user name and no password in it, got some');
  return text;
}
