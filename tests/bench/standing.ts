// What a process and its state directory hold, as Linux shows it: for watching that nothing grows.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Standing {
  readonly residentBytes: number;
  /** The most that was resident since the process began. */
  readonly peakBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Files of the state directory, at any depth, and their bytes by name; what is being replaced just now counts too. */
  readonly files: ReadonlyMap<string, number>;
}

export function standingOf(pid: number, stateDirectory: string): Standing {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  const files = readdirSync(stateDirectory, { recursive: true, encoding: 'utf8' })
    .map((name) => [name, statSync(join(stateDirectory, name), { throwIfNoEntry: false })] as const)
    .flatMap(([name, found]) => (found?.isFile() === true ? [[name, found.size] as const] : []));
  return {
    residentBytes: number('VmRSS') * 1024, peakBytes: number('VmHWM') * 1024, threads: number('Threads'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length, files: new Map(files),
  };
}

/** Bytes of the files that are written line by line: logs, histories and journals. */
export const journalBytes = ({ files }: Standing): number => [...files].filter(([name]) => /\.(jsonl|log|journal)/.test(name)).reduce((sum, [, size]) => sum + size, 0);
