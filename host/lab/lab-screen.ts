// Where a lab is seen: a terminal gets the table, redrawn; anything else gets lines, or JSON.
import { toStandardOutput } from '../bmc/standard-output.ts';
import type { LabView } from './board-view.ts';
import { labTable } from './lab-table.ts';

export interface LabScreen {
  show(view: LabView, line?: string): void;
  /** Leaves the last table on the screen. */
  close(view: LabView): void;
}

const REDRAW_MS = 100;
const OTHER_SCREEN = '\x1b[?1049h\x1b[?25l';
const OWN_SCREEN = '\x1b[?25h\x1b[?1049l';

export function makeScreen(isJson: boolean): LabScreen {
  const write = toStandardOutput();
  if (isJson) return { show: (view, line) => { if (line !== undefined) write(`${JSON.stringify({ event: 'lab', line, boards: view.boards })}\n`); }, close: () => undefined };
  if (process.stdout.isTTY !== true) return { show: (_view, line) => { if (line !== undefined) write(`${line}\n`); }, close: () => undefined };
  return new TerminalScreen(write);
}

class TerminalScreen implements LabScreen {
  readonly #write: (text: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #view: LabView | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  show(view: LabView): void {
    if (this.#isClosed) return;
    this.#view = view;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, REDRAW_MS);
  }

  close(view: LabView): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (!this.#isOpen) return;
    this.#write(`${OWN_SCREEN}${labTable(view, { width: process.stdout.columns, height: 1000, hasColours: false }).slice(0, 3 + view.boards.length * 3).join('\n')}\n`);
    this.#isOpen = false;
  }

  #draw(): void {
    if (this.#view === undefined) return;
    const { columns: width, rows: height } = process.stdout;
    const lines = labTable(this.#view, { width, height, hasColours: !process.env['NO_COLOR'] });
    this.#write(`${this.#isOpen ? '' : OTHER_SCREEN}\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`);
    this.#isOpen = true;
  }
}
