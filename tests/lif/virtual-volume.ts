// LIF volumes in memory for tests.
import { FileType } from '../../host/lif/file-type.ts';
import { SECTOR_SIZE } from '../../host/lif/layout.ts';
import { emptyVolume } from '../../host/lif/make.ts';
import { MemoryMedium } from '../../host/lif/medium.ts';
import { LifVolume } from '../../host/lif/volume.ts';

/** 2026-03-01 12:34:56 UTC. */
export const MADE = Date.UTC(2026, 2, 1, 12, 34, 56);

/** An empty volume of so many sectors, with room for so many files. */
export function emptyMedium(sectors: number, files = 8): MemoryMedium {
  const bytes = new Uint8Array(sectors * SECTOR_SIZE);
  bytes.set(emptyVolume({ size: bytes.length, files, label: 'TEST', now: MADE }));
  return new MemoryMedium(bytes);
}

export type Contents = Readonly<Record<string, string | Uint8Array>>;

/** A volume with these files. AUTO gets its own type, the others are BIN. */
export function volumeWith(contents: Contents, sectors = 4096, files = 16): LifVolume {
  const volume = new LifVolume(emptyMedium(sectors, files));
  for (const [name, content] of Object.entries(contents)) put(volume, name, content, name === 'AUTO' ? FileType.auto : FileType.bin);
  return volume;
}

/** Writes a file. */
export function put(volume: LifVolume, name: string, content: string | Uint8Array, type: number = FileType.bin): void {
  volume.write(name, typeof content === 'string' ? new TextEncoder().encode(content) : content, { type, now: MADE });
}

/** A file's bytes as text. */
export const textIn = (volume: LifVolume, name: string): string => new TextDecoder().decode(volume.read(volume.get(name)));

/** The names, in the order of the directory. */
export const namesIn = (volume: LifVolume): string[] => volume.directory().files.map(({ name }) => name);
