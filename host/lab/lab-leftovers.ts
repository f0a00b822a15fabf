// What a lab has left that was killed: its processes, which run on, and its network namespaces. Each process is known by
// its start, too, so that nobody else is ended who has its number now.
import { rmSync } from 'node:fs';
import { isRunning } from '../process-identity.ts';
import type { LabPlaces } from './lab-places.ts';
import { readLeftRecord } from './lab-record.ts';
import { removeNamespaces } from './rack-network.ts';

const LOOK_MS = 50;
const PATIENCE_MS = 10_000;

/** Ends it all. False when there was nothing. */
export async function endLeftovers(places: LabPlaces): Promise<boolean> {
  const left = readLeftRecord(places);
  if (left === undefined) return false;
  const end = (signal: NodeJS.Signals): void => {
    for (const child of left.children) if (isRunning(child)) process.kill(child.pid, signal);
  };
  end('SIGTERM');
  for (const untilMs = performance.now() + PATIENCE_MS; left.children.some(isRunning);) {
    if (performance.now() > untilMs) end('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (left.namespaces !== undefined) removeNamespaces(left.namespaces.name, left.namespaces.count);
  rmSync(places.record, { force: true });
  return true;
}
