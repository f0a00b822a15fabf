import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLifFile } from '../../host/isl/wasi-volume.ts';
import { makeVolumeFile } from '../../host/lif/make.ts';
import { FileMedium } from '../../host/lif/medium.ts';
import { LifVolume } from '../../host/lif/volume.ts';
import { WasiError, type OpenOptions, type WasiFile } from '../../host/wasi/system.ts';
import { MADE, namesIn, textIn, volumeWith } from '../lif/virtual-volume.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const READ: OpenOptions = { write: false, create: false, truncate: false };
const UPDATE: OpenOptions = { write: true, create: false, truncate: false };
const REPLACE: OpenOptions = { write: true, create: true, truncate: true };

const open = (volume: LifVolume, path: string, options: OpenOptions): WasiFile => openLifFile(volume, path, options, () => MADE);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function text(file: WasiFile, size: number): string {
  const into = new Uint8Array(size);
  return new TextDecoder().decode(into.subarray(0, file.read(into)));
}

function errnoOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof WasiError) return error.errno;
    throw error;
  }
}

describe('a file of the volume, as a program sees it', () => {
  it('is read in pieces, at any position, up to its end', () => {
    const file = open(volumeWith({ FILE: '0123456789' }), 'file', READ);
    expect([text(file, 4), text(file, 4), text(file, 4), text(file, 4)]).toEqual(['0123', '4567', '89', '']);
    expect([file.seek(-3, 2), text(file, 9), file.seek(2, 0), file.seek(1, 1), text(file, 2), file.seek(100, 0), text(file, 2)]).toEqual([7, '789', 2, 3, '34', 100, '']);
    expect([errnoOf(() => file.seek(-1, 0)), errnoOf(() => file.write(bytes('x')))]).toEqual(['invalid', 'badDescriptor']);
  });

  it('is changed in place in memory, and on the volume when it is closed', () => {
    const volume = volumeWith({ FILE: '0123456789' });
    const file = open(volume, 'FILE', UPDATE);
    file.seek(8, 0);
    file.write(bytes('abc'));
    file.seek(0, 0);
    expect([text(file, 20), textIn(volume, 'FILE')]).toEqual(['01234567abc', '0123456789']);
    file.close();
    expect(textIn(volume, 'FILE')).toBe('01234567abc');
  });

  it('that nobody wrote to stays where it is; one that is created without a word is empty', () => {
    const volume = volumeWith({ FILE: 'text' });
    const { start } = volume.get('FILE');
    open(volume, 'FILE', UPDATE).close();
    expect(volume.get('FILE').start).toBe(start);
    open(volume, 'EMPTY', REPLACE).close();
    expect([textIn(volume, 'EMPTY'), namesIn(volume)]).toEqual(['', ['FILE', 'EMPTY']]);
  });

  it('that finds no room says so when it is closed, and the old one stays', () => {
    const volume = volumeWith({ FILE: 'x'.repeat(2000) }, 15);
    const file = open(volume, 'FILE', REPLACE);
    file.write(bytes('y'.repeat(3000)));
    expect([errnoOf(() => file.close()), textIn(volume, 'FILE')]).toEqual(['noSpace', 'x'.repeat(2000)]);
  });

  it('of a volume that can only be read can not be written', () => {
    const place = scratchDirectory();
    try {
      const path = join(place.path, 'volume.lif');
      makeVolumeFile(path, { size: 10_000, files: 8, label: '', now: MADE });
      const volume = new LifVolume(new FileMedium(path, { readOnly: true }));
      const file = open(volume, 'FILE', REPLACE);
      file.write(bytes('x'));
      expect([errnoOf(() => file.close()), namesIn(volume)]).toEqual(['readOnly', []]);
      volume.close();
    } finally {
      place.remove();
    }
  });
});
