// A transcript as a file that leaves the device: a first line that says what follows, then the entries as they are.
//
//   {"transcript":1,"of":"device","first":17,"entries":120,"head":"…"}
//
// `of` is `device` for all of it, or an upgrade's id; `first` is the place of the first entry in that chain, and `head`
// the hash of the last one.
import { checkChain, type CheckedChain } from './transcript-check.ts';
import { isHash, isUpgradeId, NO_HASH, parseEntry, type TranscriptEntry } from './transcript-entry.ts';

export interface TranscriptHeader {
  readonly of: string;
  readonly first: number;
  readonly entries: number;
  readonly head: string;
}

const FORMAT = 1;

function headerLine({ of, first, entries, head }: TranscriptHeader): string {
  return JSON.stringify({ transcript: FORMAT, of, first, entries, head });
}

function parseHeader(line: string): TranscriptHeader | undefined {
  try {
    const header = JSON.parse(line) as TranscriptHeader;
    const isOurs = (header.of === 'device' || isUpgradeId(header.of)) && isHash(header.head) &&
      [header.first, header.entries].every((one) => Number.isSafeInteger(one) && one >= 0);
    return isOurs && headerLine(header) === line ? header : undefined;
  } catch {
    return undefined;
  }
}

/** The export of these lines of a device: of all, or of one upgrade. Lines that are no entries stay in it for all to see. */
export function exportTranscript(lines: readonly string[], of: string): string {
  const kept = of === 'device' ? lines : lines.filter((line) => parseEntry(line)?.upgrade === of);
  const known = kept.map(parseEntry).filter((entry): entry is TranscriptEntry => entry !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  const start = first === undefined ? 0 : of === 'device' ? first.number : first.step;
  return [headerLine({ of, first: start, entries: kept.length, head: last?.hash ?? NO_HASH }), ...kept, ''].join('\n');
}

export interface CheckedExport extends CheckedChain {
  readonly header: TranscriptHeader | undefined;
}

/** Checks an exported file, and with `head` that it ends where the device says that it ends. */
export function checkExport(text: string, head?: string): CheckedExport {
  const lines = text.split('\n');
  const header = parseHeader(lines[0] ?? '');
  if (header === undefined) {
    const fault = { damage: 'changed', entry: undefined, text: 'line 1 is not the first line of a transcript: it was changed, or the file is none' } as const;
    return { header, entries: [], fault };
  }
  const checked = checkChain(lines.slice(1, -1), { ...header, count: header.entries }, 1);
  if (checked.fault !== undefined) return { ...checked, header };
  if (lines.at(-1) !== '') return { header, entries: checked.entries, fault: { damage: 'changed', entry: undefined, text: `line ${lines.length} has no end: something was added, or a newline removed` } };
  if (head === undefined || head === header.head) return { ...checked, header };
  return { header, entries: checked.entries, fault: { damage: 'cut', entry: undefined, text: `the transcript ends with ${header.head}, expected ${head}: entries are missing at the end, or were written anew` } };
}
