// What a path inside the volume may look like. Knows names only; links are the file system's matter.
import { WasiError } from './system.ts';

/** As long as the longest path that Linux takes; UEFI has no figure of its own. */
const MAXIMUM_BYTES = 4096;

/**
 * The names of a path relative to the volume's root, with `.` and `..` worked out. A path that is absolute or climbs
 * above the root is refused: the program has no rights there.
 */
export function volumePathNames(path: string): string[] {
  if (path === '') throw new WasiError('noEntry', 'the path is empty');
  if (path.includes('\0')) throw new WasiError('invalid', 'the path has a NUL byte');
  if (path.startsWith('/')) throw new WasiError('notCapable', `"${path}" is absolute, expected a path relative to the volume`);
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) throw new WasiError('notCapable', `"${path}" leaves the volume`);
  }
  return names;
}

/** Decodes a path that the program gave. Bytes that are no UTF-8 name no file of a volume. */
export function decodeVolumePath(bytes: Uint8Array): string {
  if (bytes.length > MAXIMUM_BYTES) throw new WasiError('nameTooLong', `the path has ${bytes.length} bytes, at most ${MAXIMUM_BYTES} are allowed`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new WasiError('invalid', 'the path is not UTF-8', { cause: error });
  }
}
