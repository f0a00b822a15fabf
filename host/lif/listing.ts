// Listings in the form of lifls.
import { isWhole, type Directory } from './directory.ts';
import { typeText } from './file-type.ts';
import { createdText } from './layout.ts';

/** `lifls`: one name a line. */
export function shortListing({ files }: Directory): string {
  return files.map(({ name }) => `${name}\n`).join('');
}

/** `lifls -l`. A file that does not lie within the volume is marked. */
export function longListing(directory: Directory): string {
  const { header, sectorCount } = directory;
  const data = sectorCount - header.directoryStart - header.directoryLength;
  return `volume ${header.label.padEnd(6)} data size ${data} directory size ${header.directoryLength} ${createdText(header)}\n${fileTable(directory)}`;
}

/** The files of a directory as a table. */
export function fileTable(directory: Directory): string {
  const row = (name: string, type: string, start: unknown, size: unknown, implement: unknown, created: string): string =>
    `${[name.padEnd(10), type.padEnd(7), String(start).padEnd(8), String(size).padEnd(8), String(implement).padEnd(10), created].join(' ').trimEnd()}\n`;
  return [
    row('filename', 'type', 'start', 'size', 'implement', 'created'),
    `${'='.repeat(63)}\n`,
    ...directory.files.map((file) => row(file.name, typeText(file.type), file.start, file.length, file.implementation,
      `${createdText(file)}${isWhole(directory, file) ? '' : '  damaged: not within the volume'}`)),
  ].join('');
}
