// What `ferry lif` does: makes and lists volumes, copies files in and out, removes them. As the lif tools of HP-UX, a place on
// a volume is written IMAGE:NAME, and - is a standard stream.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FileType } from './file-type.ts';
import { longListing, shortListing } from './listing.ts';
import { LifError } from './lif-error.ts';
import { FileMedium } from './medium.ts';
import { lifName } from './name.ts';
import { LifVolume } from './volume.ts';

const STREAM = '-';

/** The image and the name of a place on a volume; undefined for a file of the host. A bare `IMAGE:` has an empty name. */
export function placeOf(text: string): { readonly image: string; readonly name: string } | undefined {
  const at = text.lastIndexOf(':');
  return at > 0 ? { image: text.slice(0, at), name: text.slice(at + 1) } : undefined;
}

/** Opens a volume, does something with it, and closes it. */
function withVolume<T>(image: string, { readOnly }: { readonly readOnly: boolean }, action: (volume: LifVolume) => T): T {
  const medium = new FileMedium(image, { readOnly });
  try {
    return action(new LifVolume(medium));
  } catch (error) {
    if (error instanceof LifError && error.code === 'not-lif') throw new LifError(error.code, `${image}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    medium.close();
  }
}

/** The listing of a volume, in the form of lifls. */
export function listVolume(image: string, isLong: boolean): string {
  return withVolume(image, { readOnly: true }, (volume) => (isLong ? longListing : shortListing)(volume.directory()));
}

/** Copies a file of the host, or standard input, to a volume. AUTO is an auto-execute file if no type says otherwise. */
export function copyIn(source: string, image: string, name: string, type: number | undefined): string {
  const target = lifName(name === '' ? basename(source) : name);
  const content = hostFile(source);
  const usual = target === 'AUTO' ? FileType.auto : FileType.bin;
  withVolume(image, { readOnly: false }, (volume) => volume.write(target, content, { type: type ?? usual, now: Date.now() }));
  return target;
}

function hostFile(source: string): Uint8Array {
  try {
    return readFileSync(source === STREAM ? 0 : source);
  } catch (cause) {
    throw new LifError('io', `${source} can not be read: ${(cause as Error).message}; the volume is as it was`, { cause });
  }
}

/** Copies a file of a volume to a file of the host, into a directory or to standard output. Answers where it went. */
export function copyOut(image: string, name: string, target: string): string {
  return withVolume(image, { readOnly: true }, (volume) => {
    const file = volume.get(name);
    const content = volume.read(file);
    const place = target !== STREAM && statSync(target, { throwIfNoEntry: false })?.isDirectory() ? join(target, file.name) : target;
    try {
      writeFileSync(target === STREAM ? 1 : place, content);
    } catch (cause) {
      throw new LifError('io', `${place} can not be written: ${(cause as Error).message}`, { cause });
    }
    return place;
  });
}

/** Removes a file of a volume. */
export function removeFile(image: string, name: string): void {
  withVolume(image, { readOnly: false }, (volume) => volume.remove(name));
}
