// LAB/lab.json: what the lab that runs shows, for `ferry lab status` and `ferry lab stop`; and LAB/order, what others ask
// of it. Each is replaced as a whole.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning, ownIdentity, type ProcessIdentity } from '../process-identity.ts';
import type { LabView } from './board-view.ts';
import type { LabPlaces } from './lab-places.ts';
import type { RackNetwork } from './rack-network.ts';

export interface LabRecord {
  readonly process: ProcessIdentity;
  /** What it has started and made. */
  readonly children: readonly ProcessIdentity[];
  readonly namespaces?: RackNetwork['namespaces'];
  readonly view: LabView;
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function writeLabRecord({ record }: LabPlaces, content: Omit<LabRecord, 'process'>): void {
  replace(record, JSON.stringify({ process: ownIdentity(), ...content } satisfies LabRecord));
}

/** What the lab here shows; undefined when none runs. */
export function readLabRecord(places: LabPlaces): LabRecord | undefined {
  const found = read(places);
  return found !== undefined && isRunning(found.process) ? found : undefined;
}

/** What a lab has left that runs no more; undefined when there is none. */
export function readLeftRecord(places: LabPlaces): LabRecord | undefined {
  const found = read(places);
  return found === undefined || isRunning(found.process) ? undefined : found;
}

function read({ record }: LabPlaces): LabRecord | undefined {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as LabRecord;
  } catch {
    return undefined;
  }
}

/** Asks the lab that runs to press the reset button of a machine. */
export function orderReset({ order }: LabPlaces, number: number): void {
  replace(order, `${number}`);
}

/** The machine whose reset button is to be pressed; the order is taken away. */
export function takeOrder({ order }: LabPlaces): number | undefined {
  try {
    const number = Number(readFileSync(order, 'latin1').slice(0, 16));
    rmSync(order);
    return number;
  } catch {
    return undefined;
  }
}
