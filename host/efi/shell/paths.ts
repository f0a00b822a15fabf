// From what a user writes to a file: mappings, current directories, wildcards (UEFI Shell 2.2, sections 3.7 and 3.4.5).
import { isDirectory, type FileInfo, type FileMode, type FileProtocol } from '../protocols/simple-file-system.ts';
import { EfiError, EfiStatus } from '../status.ts';
import { checkedName } from '../volume/volume-path.ts';
import type { Mapping, VolumeMap } from './volume-map.ts';

/** A place on a mapped volume; something may be there or not. */
export interface ShellPath {
  readonly mapping: Mapping;
  /** From the root. */
  readonly names: readonly string[];
}

/** Something that is there. */
export interface FoundFile extends ShellPath {
  readonly info: FileInfo;
}

/** `FS0:\EFI\ferry.efi`. */
export const fullName = ({ mapping, names }: ShellPath): string => `${mapping.name}:\\${names.join('\\')}`;

/** A place below another. */
export const below = ({ mapping, names }: ShellPath, name: string): ShellPath => ({ mapping, names: [...names, name] });

/** Paths with `*`, `?` or `[`. */
export const hasWildcard = (path: string): boolean => /[*?[]/.test(path);

/** What a path means now. `/` is taken for `\`; above a root there is only the root. EFI_NO_MAPPING for an unknown volume. */
export function resolvePath(volumes: VolumeMap, path: string): ShellPath {
  const { volume, rest } = /^(?:(?<volume>[^:\\/]+):)?(?<rest>.*)$/s.exec(path)?.groups as { volume?: string; rest: string };
  const mapping = volume === undefined ? volumes.current : volumes.find(volume);
  if (!mapping) throw new EfiError('NO_MAPPING', volume === undefined ? 'there is no current volume' : `${volume}: is not mapped`);
  const local = rest.replaceAll('/', '\\');
  const names: string[] = local.startsWith('\\') ? [] : [...mapping.directory];
  for (const name of local.split('\\')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(hasWildcard(name) ? name : checkedName(name));
  }
  return { mapping, names };
}

/** Opens a place. The caller closes the file. */
export function openPath(place: ShellPath, mode: FileMode, options?: { readonly directory?: boolean }): FileProtocol {
  const root = place.mapping.fileSystem.openVolume();
  try {
    return root.open(`\\${place.names.join('\\')}`, mode, options);
  } finally {
    root.close();
  }
}

/** Opens, uses and closes. */
export function withFile<T>(place: ShellPath, mode: FileMode, use: (file: FileProtocol) => T, options?: { readonly directory?: boolean }): T {
  const file = openPath(place, mode, options);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/** What is at a place; undefined when nothing is. */
export function fileAt(place: ShellPath): FoundFile | undefined {
  try {
    return { ...place, info: withFile(place, 'read', (file) => file.getInfo()) };
  } catch (error) {
    if (error instanceof EfiError) return undefined;
    throw error;
  }
}

/** The entries of a directory, by name. */
export function entriesOf(place: ShellPath): FoundFile[] {
  return withFile(place, 'read', (directory) => {
    const found: FoundFile[] = [];
    for (let info = directory.readEntry(); info; info = directory.readEntry()) found.push({ ...below(place, info.fileName), info });
    return found;
  });
}

/** Whether an entry stands for the directory itself or the one above. */
export const isDots = ({ info }: FoundFile): boolean => info.fileName === '.' || info.fileName === '..';

/** Everything that a path with or without wildcards stands for. Nothing found: an empty list. */
export function matchFiles(volumes: VolumeMap, path: string): FoundFile[] {
  const { mapping, names } = resolvePath(volumes, path);
  const isPlain = !names.some(hasWildcard);
  if (isPlain) return [fileAt({ mapping, names })].filter((found) => found !== undefined);
  return names.reduce<FoundFile[]>((places, name) => places.flatMap((place) => step(place, name)), [fileAt({ mapping, names: [] })].filter((found) => found !== undefined));
}

/** As `matchFiles`; nothing is found on a volume that is not there. */
export function matchesOf(volumes: VolumeMap, path: string): FoundFile[] {
  try {
    return matchFiles(volumes, path);
  } catch (error) {
    if (error instanceof EfiError && error.status === EfiStatus.NO_MAPPING) return [];
    throw error;
  }
}

function step(place: FoundFile, name: string): FoundFile[] {
  if (!isDirectory(place.info)) return [];
  if (!hasWildcard(name)) return [fileAt(below(place, name))].filter((found) => found !== undefined);
  const pattern = wildcardPattern(name);
  return entriesOf(place).filter((entry) => !isDots(entry) && pattern.test(entry.info.fileName));
}

/** What a name with wildcards means, whatever the case. */
export function wildcardPattern(name: string): RegExp {
  const source = name.replace(/\[[^\]]+\]|[^]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.length > 1 ? `[${part.slice(1, -1).replace(/[\\\]^]/g, '\\$&')}]` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`, 'i');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new EfiError('INVALID_PARAMETER', `'${name}' has a range of characters that goes backwards`);
  }
}
