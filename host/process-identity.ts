// Which process a number meant when it was written down. A number alone is used again by other processes, so the time
// when the process started and the boot that it ran in belong to it, where the system tells them (Linux: proc(5)).
import { readFileSync } from 'node:fs';

/** A process as a lock records it. Parts that the system does not tell are empty. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process. */
  readonly startTime: string;
  readonly boot: string;
}

/** This process. */
export const ownIdentity = (): ProcessIdentity => identityOf(process.pid);

/** A process that runs now. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: statusOf(pid)?.startTime ?? '', boot: bootIdentity() };
}

/** Whether that very process still runs. In doubt it does. */
export function isRunning(identity: ProcessIdentity): boolean {
  const boot = bootIdentity();
  if (boot !== '' && identity.boot !== '' && boot !== identity.boot) return false;
  if (!exists(identity.pid)) return false;
  const status = statusOf(identity.pid);
  if (!status) return true;
  const isZombie = status.state === 'Z' || status.state === 'X';
  return !isZombie && (identity.startTime === '' || status.startTime === identity.startTime);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (starttime). The name in field 2 may hold anything, but its parenthesis closes last. */
function statusOf(pid: number): { state: string; startTime: string } | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}

function bootIdentity(): string {
  return textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
