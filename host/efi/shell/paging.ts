// `-b`: the output of a command stops after every screen until someone presses a key (UEFI Shell 2.2, section 3.2).
import type { SimpleTextOutput } from '../protocols/simple-text-output.ts';
import { EfiStatus } from '../status.ts';
import type { Shell } from './shell.ts';

const QUESTION = "Press ENTER to continue or 'Q' break:";
const KEY_WAIT_MS = 200;

/** Runs a command with its output shown screen by screen. `Q` and the end of the input end the command. */
export function paged(shell: Shell, run: () => bigint): bigint {
  const { conOut, stdErr } = shell.system;
  shell.system.redirect({ conOut: pagedOutput(shell, conOut), stdErr });
  try {
    return run();
  } catch (error) {
    if (error instanceof PagingStopped) return EfiStatus.SUCCESS;
    throw error;
  } finally {
    shell.system.redirect({ conOut, stdErr });
  }
}

/** No `EfiError`, so that no command takes it for a failure of its own. */
class PagingStopped {}

function pagedOutput(shell: Shell, output: SimpleTextOutput): SimpleTextOutput {
  /** One line is for the question. */
  const screen = Math.max(1, output.mode.rows - 1);
  let left = screen;
  return {
    get mode() { return output.mode; },
    setAttribute: (attribute) => output.setAttribute(attribute),
    clearScreen: () => output.clearScreen(),
    setCursorPosition: (column, row) => output.setCursorPosition(column, row),
    enableCursor: (visible) => output.enableCursor(visible),
    outputString(text) {
      for (const line of text.split(/(?<=\n)/)) {
        if (left === 0) {
          if (!isContinued(shell, output)) throw new PagingStopped();
          left = screen;
        }
        output.outputString(line);
        if (line.endsWith('\n')) left--;
      }
    },
  };
}

function isContinued(shell: Shell, output: SimpleTextOutput): boolean {
  const { conIn } = shell.system;
  output.outputString(QUESTION);
  for (;;) {
    shell.boot.poll();
    conIn.waitForKey(KEY_WAIT_MS);
    const key = conIn.readKeyStroke()?.unicodeChar.toLowerCase();
    const isEnd = key === 'q' || key === '\x03' || (key === undefined && conIn.ended);
    if (!isEnd && key !== '\r' && key !== '\n') continue;
    output.outputString('\n');
    return !isEnd;
  }
}
