// Reads the transcript of a state directory as anyone may: without the controller's lock, while it runs, and without
// writing. Files are only ever appended to or removed, so that what is read is a piece of the transcript without a hole.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { segmentsAmong } from './transcript-segments.ts';

/** Times that reading begins anew because the oldest file was removed meanwhile. */
const TRIES = 10;

/** The lines, the oldest first, whatever is in them. A last one that is being written, or was torn, is left out. */
export function readTranscript(directory: string): string[] {
  for (let count = 1; ; count++) {
    try {
      const segments = segmentsAmong(namesIn(directory));
      return segments.flatMap(({ name }) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || count === TRIES) throw error;
    }
  }
}

/** A device that has had no upgrade has no directory. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
