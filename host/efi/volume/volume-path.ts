// Names on a volume: backslashes between them, `.` and `..` worked out, and what may not be in one. Knows no files.
import { EfiError } from '../status.ts';

const MAXIMUM_PATH = 4096;
const MAXIMUM_NAME = 255;
/** What FAT does not allow in a long name. */
const FORBIDDEN = /[\u0000-\u001f"*/:<>?|]/;

/**
 * The names from the root to what `path` means when asked in `directory`. A leading `\` starts at the root. Climbing
 * above the root is EFI_NOT_FOUND, as in a FAT driver: the root has no `..`.
 */
export function volumePath(directory: readonly string[], path: string): string[] {
  if (path.length > MAXIMUM_PATH) throw new EfiError('INVALID_PARAMETER', `the path has ${path.length} characters, at most ${MAXIMUM_PATH} are allowed`);
  const names = path.startsWith('\\') ? [] : [...directory];
  for (const name of path.split('\\')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(checkedName(name));
    else if (names.pop() === undefined) throw new EfiError('NOT_FOUND', `"${path}" leads out of the volume`);
  }
  return names;
}

/** The name itself if a file can have it. */
export function checkedName(name: string): string {
  if (name.length > MAXIMUM_NAME) throw new EfiError('INVALID_PARAMETER', `a name of ${name.length} characters, at most ${MAXIMUM_NAME} are allowed`);
  if (FORBIDDEN.test(name) || name === '.' || name === '..' || name.includes('\\')) throw new EfiError('INVALID_PARAMETER', `${JSON.stringify(name)} is no name of a file`);
  return name;
}
