// The session that this shell and the EDK II shell both run: its volume, what of its output is compared, and how.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { VirtualMachine } from '../virtual-machine.ts';

const RECORDED = resolve(import.meta.dirname, 'recorded');
/** The files on the volume; `startup.nsh` runs the session and switches the machine off. */
export const SESSION_VOLUME = join(RECORDED, 'volume');
/** What the EDK II shell wrote, normalised. The peer test checks that it still does. */
export const SESSION_RECORDING = join(RECORDED, 'session.txt');

const FIRST = '== echo and comments';
const LAST = '== the end';

/** The lines from the first headline to the last one, without colours, dates and the sizes of directories. */
export function normalised(output: string): string[] {
  const lines = output.replace(/\x1b\[[=0-9;]*[A-Za-z]/g, '').replaceAll('\r', '').split('\n');
  return lines.slice(lines.indexOf(FIRST), lines.indexOf(LAST) + 1).map((line) => line
    .replace(/^\d\d\/\d\d\/\d{4}  \d\d:\d\d/, 'MM/DD/YYYY  HH:MM')
    .replace(/<DIR> +[\d,]+/, '<DIR>          SIZE'));
}

/** Runs the session in this shell. Answers its normalised lines. */
export function runSession(): string[] {
  const names = readdirSync(SESSION_VOLUME, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const machine = new VirtualMachine({ files: Object.fromEntries(files.map((file) => [file.slice(SESSION_VOLUME.length + 1), readFileSync(file)])) });
  machine.powerOn();
  return normalised(machine.console.output);
}

/** Lines that only one of two texts has, between lines that both have. */
export interface Difference {
  readonly real: readonly string[];
  readonly ours: readonly string[];
}

/** The differences of two lists of lines, by their longest common subsequence. */
export function differences(real: readonly string[], ours: readonly string[]): Difference[] {
  const common = commonSizes(real, ours);
  const found: Difference[] = [];
  let [at, other] = [0, 0];
  let open: { real: string[]; ours: string[] } | undefined;
  while (at < real.length || other < ours.length) {
    if (at < real.length && real[at] === ours[other]) {
      open = undefined;
      at++;
      other++;
      continue;
    }
    if (!open) found.push(open = { real: [], ours: [] });
    const isReal = other >= ours.length || (at < real.length && (common[at + 1]?.[other] ?? 0) >= (common[at]?.[other + 1] ?? 0));
    if (isReal) open.real.push(real[at++] as string);
    else open.ours.push(ours[other++] as string);
  }
  return found;
}

/** At [i][j] the size of the longest common subsequence of what follows. */
function commonSizes(real: readonly string[], ours: readonly string[]): number[][] {
  const sizes = Array.from({ length: real.length + 1 }, () => new Array<number>(ours.length + 1).fill(0));
  for (let at = real.length - 1; at >= 0; at--) {
    const [row, below] = [sizes[at] as number[], sizes[at + 1] as number[]];
    for (let other = ours.length - 1; other >= 0; other--) {
      row[other] = real[at] === ours[other] ? (below[other + 1] as number) + 1 : Math.max(below[other] as number, row[other + 1] as number);
    }
  }
  return sizes;
}
