// The serial lines of this process: a source and a donor that name the same tty are one machine on it.
import { realpathSync } from 'node:fs';
import { FerryError } from '../../error.ts';
import { systemClock } from './clock.ts';
import { Station } from './station.ts';
import type { LineSettings } from './link-settings.ts';
import { openTtyLine } from './tty-line.ts';

interface Shared {
  readonly settings: LineSettings;
  readonly station: Promise<Station>;
  readonly notes: Set<(text: string) => void>;
  users: number;
}

export interface StationUse {
  readonly station: Station;
  /** Ends the use; the last one closes the line. */
  release(): Promise<void>;
}

const open = new Map<string, Shared>();
const HIGHEST_ADDRESS = 0xfffe;

/** The machine on the line of these settings. `network-failed` when the line can not be opened, or is used otherwise. */
export async function useStation(settings: LineSettings, note: (text: string) => void): Promise<StationUse> {
  const name = existing(settings.tty);
  const shared = open.get(name) ?? begin(settings);
  const { baud, address, isShared } = shared.settings;
  if (baud !== settings.baud || isShared !== settings.isShared || (settings.address ?? address) !== address) {
    throw new FerryError('network-failed', `${settings.tty}: expected the same link, baud and address for everything that uses it, got others; nothing was started on it`, { hint: 'make the sections that name this tty say the same', exitCode: 64 });
  }
  open.set(name, shared);
  shared.users += 1;
  shared.notes.add(note);
  let isUsed = true;
  const release = async (): Promise<void> => {
    if (!isUsed) return;
    isUsed = false;
    shared.notes.delete(note);
    shared.users -= 1;
    if (shared.users > 0) return;
    open.delete(name);
    await (await shared.station.catch(() => undefined))?.close();
  };
  try {
    return { station: await shared.station, release };
  } catch (error) {
    await release();
    throw error;
  }
}

function begin(given: LineSettings): Shared {
  // A line between two machines needs no plan of addresses.
  const settings = { ...given, address: given.address ?? 1 + Math.floor(Math.random() * (HIGHEST_ADDRESS - 1)) };
  const notes = new Set<(text: string) => void>();
  const note = (text: string): void => notes.forEach((take) => take(`${settings.tty}: ${text}`));
  const station = openTtyLine({ path: settings.tty, baud: settings.baud, note })
    .then((line) => new Station({ line, clock: systemClock, address: settings.address, isShared: settings.isShared, random: Math.random, note }));
  return { settings, station, notes, users: 0 };
}

/** A tty may have several names. */
function existing(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
