// Text on a LIF volume: files that are shown, and the auto-execute file.
import type { FileEntry } from '../lif/directory.ts';
import { LifError } from '../lif/lif-error.ts';
import type { LifVolume } from '../lif/volume.ts';

/** The file whose lines are executed at power-on. */
export const AUTO_FILE = 'AUTO';
/** Enough for any text that someone reads on a console, or that is executed. */
const MAXIMUM_TEXT = 1024 * 1024;

/** A file's text. Padding at its end (zeros and blanks, up to a sector) is no part of it. `damaged` when it is no text. */
export function textOf(volume: LifVolume, file: FileEntry): string {
  const content = volume.open(file);
  if (content.size > MAXIMUM_TEXT) throw new LifError('damaged', `${file.name}: expected a text of at most ${MAXIMUM_TEXT} bytes, got ${content.size}`);
  const text = Buffer.from(content.read(0, content.size)).toString('utf8').replace(/[\0 ]+$/, '').replace(/\r\n/g, '\n');
  if (/[\0-\x08\x0e-\x1f]/.test(text)) throw new LifError('damaged', `${file.name}: expected text, got other bytes`);
  return text;
}

/** The lines of AUTO that say something; undefined without an AUTO file. */
export function autoLines(volume: LifVolume): string[] | undefined {
  const file = volume.find(AUTO_FILE);
  return file && textOf(volume, file).split('\n').map((line) => line.trim()).filter((line) => line !== '');
}
