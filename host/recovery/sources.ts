// From recovery.ini to the sources themselves.
import { FerryError } from '../error.ts';
import { DirectorySource } from './directory-source.ts';
import { FatImageSource } from './fat-image-source.ts';
import { makePeerSource, type TrustedKeys } from './peers/peers-config.ts';
import type { Source } from './source.ts';
import type { SourceConfig } from './source-config.ts';
import { WebSource } from './web-source.ts';

/** The source of one section. `recovery-invalid` when something that it needs from the start is missing. */
export function makeSource(config: SourceConfig, keys: TrustedKeys = () => [], note?: (text: string) => void): Source {
  try {
    return make(config, keys, note);
  } catch (error) {
    throw new FerryError('recovery-invalid', `[source ${config.name}]: ${(error as Error).message}; nothing was started`, { hint: 'correct what the section names', exitCode: 64, cause: error });
  }
}

function make(config: SourceConfig, keys: TrustedKeys, note: ((text: string) => void) | undefined): Source {
  switch (config.kind) {
    case 'directory': return new DirectorySource(config);
    case 'fat-image': return new FatImageSource(config);
    case 'web': return new WebSource(config);
    case 'peers': return makePeerSource(config, keys, note);
  }
}
