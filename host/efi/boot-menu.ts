// The countdown before the boot, and the menu that a key brings up in it. On a terminal only: from a pipe nobody chooses,
// and what comes through it is for the shell.
import { EventType } from './events.ts';
import { SIMPLE_TEXT_INPUT_EX_PROTOCOL } from './guid.ts';
import { Colour } from './protocols/simple-text-output.ts';
import { Scan, type InputKey } from './protocols/simple-text-input.ts';
import type { SystemTable } from './system-table.ts';

/** Timeout: wait until somebody presses a key. */
export const WAIT_FOR_EVER = 0xffff;
/** Even so a server boots with nobody there: so long the menu waits for a key. */
const UNATTENDED_SECONDS = 300;
/** Timers count in 100 nanoseconds. */
const SECOND = 10_000_000;
const HIGHLIGHT = Colour.white | (Colour.blue << 4);

/** Counts down. True when F12 or ESC asks for the menu; any other key boots at once. */
export function countDown(system: SystemTable, seconds: number): boolean {
  if (!system.conOut.mode.isTerminal || seconds === 0) return false;
  if (seconds === WAIT_FOR_EVER) return true;
  let key: InputKey | undefined;
  for (let left = seconds; left > 0 && !key; left--) {
    system.conOut.outputString(`${left === seconds ? '' : '\r'}Press F12 or ESC in ${left} seconds for the boot menu, any other key to boot now. `);
    key = nextKey(system, 1);
  }
  system.conOut.outputString('\n');
  return key?.scanCode === Scan.f12 || key?.scanCode === Scan.escape;
}

/** Shows the menu. Answers the index of the chosen line; undefined when nobody chose. */
export function bootMenu(system: SystemTable, lines: readonly string[]): number | undefined {
  for (let chosen = 0; ;) {
    draw(system, lines, chosen);
    const key = nextKey(system, UNATTENDED_SECONDS);
    if (!key || key.scanCode === Scan.escape) return leave(system, undefined);
    if (key.unicodeChar === '\r' || key.unicodeChar === '\n') return leave(system, chosen);
    const step = key.scanCode === Scan.down ? 1 : key.scanCode === Scan.up ? lines.length - 1 : 0;
    chosen = (chosen + step) % lines.length;
  }
}

function draw({ conOut }: SystemTable, lines: readonly string[], chosen: number): void {
  conOut.clearScreen();
  conOut.enableCursor(false);
  conOut.outputString('Boot menu\n\n');
  lines.forEach((line, index) => {
    conOut.setAttribute(index === chosen ? HIGHLIGHT : Colour.lightGray);
    conOut.outputString(`${index === chosen ? '>' : ' '} ${line}`);
    conOut.setAttribute(Colour.lightGray);
    conOut.outputString('\n');
  });
  conOut.outputString(`\nUp and down choose, Enter boots, ESC goes on with the boot order. ${UNATTENDED_SECONDS} seconds without a key do so too.\n`);
}

function leave({ conOut }: SystemTable, chosen: number | undefined): number | undefined {
  conOut.clearScreen();
  conOut.enableCursor(true);
  return chosen;
}

/** The next key; undefined when none comes in that time. */
function nextKey({ bootServices, consoleHandle }: SystemTable, seconds: number): InputKey | undefined {
  const input = bootServices.handleProtocol(consoleHandle, SIMPLE_TEXT_INPUT_EX_PROTOCOL);
  const timer = bootServices.createEvent(EventType.timer, 0);
  try {
    bootServices.setTimer(timer, 'relative', seconds * SECOND);
    return bootServices.waitForEvent([input.waitForKeyEx, timer]) === 0 ? input.readKeyStrokeEx() : undefined;
  } finally {
    bootServices.closeEvent(timer);
  }
}
