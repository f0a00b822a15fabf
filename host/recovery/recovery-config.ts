// What recovery.ini says, with every default. configs/README.md has the table of its keys.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { FerryError } from '../error.ts';
import { type DonorConfig, readDonor, USUAL_DONOR } from './donor-config.ts';
import { iniError, parseIni } from './ini-file.ts';
import type { LinkKind } from './links/link.ts';
import { readLinkOrder } from './links/link-settings.ts';
import { SectionReader } from './section-reader.ts';
import { readSource, type SectionPlace, type SourceConfig } from './source-config.ts';

/** `auto`: at once. `ask`: when a person orders it. `off`: it is only said that it would be needed. */
export type RecoveryMode = 'auto' | 'ask' | 'off';
/** `file`: sources are preferred as the file has them; `class`: by what they are, whatever their order. */
export type SourceOrder = 'file' | 'class';
export type Preference = 'newest' | 'last-known-good';

/** A component that is watched. */
export interface WatchedComponent extends SectionPlace {
  readonly name: string;
  readonly wanted: { readonly version?: string; readonly sha256?: string };
}

export interface RecoverySettings {
  readonly mode: RecoveryMode;
  readonly prefer: Preference;
  readonly sourceOrder: SourceOrder;
  /** Kinds of link, the most preferred first. */
  readonly links: readonly LinkKind[];
  /** Tries of one candidate before the next one. */
  readonly attempts: number;
  /** Candidates that may fail before recovery locks itself. */
  readonly candidates: number;
  /** Starts that the host gets to come up with a new image before that is given up; 0: it is not waited for. */
  readonly boots: number;
  readonly backOffMs: number;
  readonly backOffLimitMs: number;
  /** For so long a source that has failed is left alone; twice as long each time after. */
  readonly coolDownMs: number;
  readonly checkEveryMs: number;
  /** What an image that is only old may do to a host that runs. */
  readonly whileRunning: 'write' | 'wait';
  readonly bootMs: number;
  /** Boots in a row that stop at the same place, after which the image is dead; 0: they are not counted. */
  readonly bootFailures: number;
  /** What the host does after a boot that has failed, as long as the image is not dead. */
  readonly onBootFailure: 'restart' | 'nothing';
  /** Of one find, and of one fetch. */
  readonly findMs: number;
  readonly fetchMs: number;
  /** Bytes per second below which a source is too slow. */
  readonly lowestRate: number;
  /** Breaks ties; the board's own when not given. */
  readonly seed: string | undefined;
}

export interface RecoveryConfig {
  readonly settings: RecoverySettings;
  readonly components: readonly WatchedComponent[];
  /** In the order of the file. */
  readonly sources: readonly SourceConfig[];
  readonly donor: DonorConfig;
}

const HOUR = 3_600_000;

/** Reads the file; `recovery-invalid` says which line is wrong. */
export function readRecoveryConfig(path: string): RecoveryConfig {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new FerryError('recovery-invalid', `${path}: expected a recovery.ini, it can not be read: ${(error as Error).message}; nothing was started`, {
      hint: 'give --recovery the path of a recovery.ini; configs/recovery.ini is one', exitCode: 64, cause: error,
    });
  }
  return parseRecoveryConfig(bytes, basename(path), dirname(resolve(path)));
}

/** The same of bytes; paths in it are relative to `directory`. */
export function parseRecoveryConfig(bytes: Uint8Array, file: string, directory: string): RecoveryConfig {
  const components: WatchedComponent[] = [];
  const sources: SourceConfig[] = [];
  let settings: RecoverySettings | undefined;
  let donor: DonorConfig = USUAL_DONOR;
  for (const section of parseIni(bytes, file)) {
    const reader = new SectionReader(section, file, directory);
    if (section.kind === 'recovery' && section.name === '') settings = readSettings(reader);
    else if (section.kind === 'donor' && section.name === '') donor = readDonor(reader);
    else if (section.kind === 'component' && section.name !== '') components.push(readComponent(reader, file, section.line));
    else if (section.kind === 'source' && section.name !== '') sources.push(readSource(reader));
    else throw iniError(file, section.line, `expected [recovery], [donor], [component NAME] or [source NAME], got [${section.kind}${section.name && ` ${section.name}`}]`);
    reader.end();
  }
  if (components.length === 0) throw iniError(file, 1, 'expected at least one [component NAME], got none');
  if (sources.length === 0) throw iniError(file, 1, 'expected at least one [source NAME], got none');
  return { settings: settings ?? readSettings(new SectionReader({ kind: 'recovery', name: '', line: 1, values: new Map() }, file, directory)), components, sources, donor };
}

function readSettings(reader: SectionReader): RecoverySettings {
  const settings = {
    mode: reader.choice('mode', ['auto', 'ask', 'off']) ?? 'auto',
    prefer: reader.choice('prefer', ['last-known-good', 'newest']) ?? 'last-known-good',
    sourceOrder: reader.choice('source-order', ['file', 'class']) ?? 'file',
    links: readLinkOrder(reader),
    attempts: reader.number('attempts', 1, 100) ?? 3,
    candidates: reader.number('candidates', 1, 100) ?? 3,
    boots: reader.number('boots', 0, 10) ?? 3,
    backOffMs: reader.duration('back-off', 1, HOUR) ?? 1000,
    backOffLimitMs: reader.duration('back-off-limit', 1, 24 * HOUR) ?? 60_000,
    coolDownMs: reader.duration('cool-down', 1, HOUR) ?? 30_000,
    checkEveryMs: reader.duration('check-every', 1000, 168 * HOUR) ?? HOUR,
    whileRunning: reader.choice('while-running', ['wait', 'write']) ?? 'wait',
    bootMs: reader.duration('boot-time', 1000, HOUR) ?? 360_000,
    bootFailures: reader.number('boot-failures', 0, 10) ?? 3,
    onBootFailure: reader.choice('on-boot-failure', ['nothing', 'restart']) ?? 'nothing',
    findMs: reader.duration('find-time', 100, HOUR) ?? 15_000,
    fetchMs: reader.duration('fetch-time', 1000, 24 * HOUR) ?? 1_800_000,
    lowestRate: reader.size('lowest-rate', 0, 1024 * 1024 * 1024) ?? 512,
    seed: reader.text('seed'),
  } as const;
  if (settings.backOffLimitMs < settings.backOffMs) throw reader.wrong('back-off-limit', `expected at least the back-off of ${settings.backOffMs} ms, got ${settings.backOffLimitMs} ms`);
  return settings;
}

function readComponent(reader: SectionReader, file: string, line: number): WatchedComponent {
  if (!/^[a-z0-9-]{1,15}$/.test(reader.name)) throw iniError(file, line, `[component ${reader.name}]: expected 1 to 15 of a-z, 0-9 and "-", got another name`);
  const version = reader.matching('version', /^[\x21-\x7e]{1,31}$/, '1 to 31 printable ASCII characters without space');
  const sha256 = reader.matching('sha256', /^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case');
  return { name: reader.name, at: reader.at, wanted: { ...(version === undefined ? {} : { version }), ...(sha256 === undefined ? {} : { sha256 }) } };
}

