// From recovery.ini to the sources themselves.
import { FerryError } from '../error.ts';
import { DirectorySource } from './directory-source.ts';
import type { HostFiles } from '../bmc/host-files.ts';
import { FatImageSource } from './fat-image-source.ts';
import { HeldSource } from './held-source.ts';
import { HostSource } from './host-source.ts';
import { PeerGroup } from './peers/peer-group.ts';
import { makePeerSource, type TrustedKeys } from './peers/peers-config.ts';
import type { Source } from './source.ts';
import type { SectionPlace, SourceConfig } from './source-config.ts';
import { WebSource } from './web-source.ts';

/** What sources of this machine are connected to. */
export interface SourceSurroundings {
  /** Whether the host is off at this moment. */
  hostIsOff(): boolean;
  readonly hostFiles: HostFiles | undefined;
}

const NO_SURROUNDINGS: SourceSurroundings = { hostIsOff: () => false, hostFiles: undefined };

/** Of one who only looks at the controller's files. */
const NOT_REACHED: HostFiles = { read: () => Promise.reject(new Error('the host\'s storage is reached by its controller alone, while that runs')) };

const NOTHING_STARTED = '; nothing was started';

/** The source of one section. `recovery-invalid` when something that it needs from the start is missing. `group`: of a peers source, when others use it too. */
export function makeSource(config: SourceConfig, keys: TrustedKeys = () => [], note?: (text: string) => void, group?: PeerGroup, surroundings = NO_SURROUNDINGS): Source {
  return expectUsable(config, () => make(config, keys, note, group, surroundings));
}

/** Makes what a section says; an error names it and where it stands. */
export function expectUsable<T>({ name, at = 'recovery.ini' }: Pick<SourceConfig, 'name'> & SectionPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const hint = error instanceof FerryError ? error.hint : 'correct what the section names';
    throw new FerryError('recovery-invalid', `${at}: [source ${name}]: ${(error as Error).message.replace(NOTHING_STARTED, '')}${NOTHING_STARTED}`, { hint, exitCode: 64, cause: error });
  }
}

function make(config: SourceConfig, keys: TrustedKeys, note: ((text: string) => void) | undefined, group: PeerGroup | undefined, surroundings: SourceSurroundings): Source {
  const held = (source: Source, holdHost: boolean): Source => (holdHost ? new HeldSource(source, () => surroundings.hostIsOff()) : source);
  switch (config.kind) {
    case 'directory': return held(new DirectorySource(config), config.holdHost);
    case 'fat-image': return held(new FatImageSource(config), config.holdHost);
    case 'host': return new HostSource(config, surroundings.hostFiles ?? NOT_REACHED);
    case 'web': return new WebSource(config);
    case 'peers': return makePeerSource(group ?? new PeerGroup(config, { note }), keys, note);
  }
}
