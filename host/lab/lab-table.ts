// The lab as a table for a terminal. Pure.
import type { BoardView, LabView, Tone } from './board-view.ts';

const BAR = 10;
const COLOURS: Readonly<Record<Tone, string>> = { good: '\x1b[32m', busy: '\x1b[33m', bad: '\x1b[31m', plain: '' };
const MIB = 1024 * 1024;

/** Lines of at most `width` characters, `height` of them at most; with colours on a terminal. */
export function labTable({ console, page, boards, lines }: LabView, { width, height, hasColours }: { readonly width: number; readonly height: number; readonly hasColours: boolean }): string[] {
  const paint = (text: string, tone: Tone): string => (hasColours && COLOURS[tone] !== '' ? `${COLOURS[tone]}${text}\x1b[0m` : text);
  const cut = (text: string): string => (text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text);
  const hostWidth = Math.max(4, ...boards.map(({ hostText }) => hostText.length));
  const head = [
    cut(`ferry lab: ${boards.length} controllers, a console on ${console}${page === undefined ? '' : `, the page on ${page}`}`), '',
    cut(`  ${'bmc'.padEnd(4)}${'address'.padEnd(14)}${'host'.padEnd(hostWidth + 2)}recovery`),
  ];
  const rows = boards.flatMap((board) => [
    paint(cut(`  ${`${board.number}`.padEnd(4)}${board.address.padEnd(14)}${board.hostText.padEnd(hostWidth + 2)}${board.phase.padEnd(13)}${detailOf(board)}`), board.tone),
    ...moreOf(board).map((text) => cut(`  ${' '.repeat(18)}${text}`)),
  ]);
  const left = height - head.length - rows.length - 1;
  const log = left <= 0 ? [] : ['', ...lines.slice(-left).map(cut)];
  return [...head, ...rows, ...log].slice(0, height);
}

/** What happens now. */
function detailOf({ phase, text, received, gives }: BoardView): string {
  if (phase === 'fetching' && received !== undefined) return barText(received);
  if (gives.length > 0) return `gives to ${gives.join(' and ')}`;
  return text;
}

/** Offers and choice, while they are of interest. */
function moreOf({ phase, offers, choice, tone }: BoardView): string[] {
  if (tone === 'good' || phase === 'starting') return [];
  return [...offers.map((offer) => `offer   ${offer}`), ...(choice === '' ? [] : [`choice  ${choice}`])];
}

function barText({ done, total }: { readonly done: number; readonly total: number }): string {
  const share = total === 0 ? 0 : done / total;
  const full = Math.floor(share * BAR);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${`${Math.floor(share * 100)}`.padStart(3)} %  ${(done / MIB).toFixed(1)} of ${(total / MIB).toFixed(1)} MiB`;
}
