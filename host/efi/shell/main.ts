// The shell as an image of the firmware: its start, then commands from the console until `exit` or the end of the input.
import { TIMESTAMP_PROTOCOL } from '../guid.ts';
import type { EntryPoint } from '../image-services.ts';
import { Colour } from '../protocols/simple-text-output.ts';
import type { SystemTable } from '../system-table.ts';
import { completionsOf } from './completion.ts';
import { runLine } from './interpreter.ts';
import { LineEditor } from './line-editor.ts';
import { Shell } from './shell.ts';
import { startUp, startupOptions } from './startup.ts';

const KEY_WAIT_MS = 200;
/** A server boots with nobody there: so long the first prompt waits for a first key before the boot goes on. */
const UNATTENDED_SECONDS = 300;

/** The entry point of the internal shell. */
export function shellImage(systemTable: () => SystemTable, defaultDelaySeconds: number): EntryPoint {
  return (image) => {
    const shell = new Shell(systemTable(), image);
    startUp(shell, startupOptions(shell, defaultDelaySeconds));
    if (shell.exitCode === undefined) promptUntilExit(shell);
    return shell.exitCode ?? 0n;
  };
}

/** At the prompt there is no watchdog, as in the EDK II shell: people may think as long as they like. */
function promptUntilExit(shell: Shell): void {
  shell.boot.setWatchdogTimer(0);
  const editor = new LineEditor(shell.system.conIn, () => shell.system.conOut, (line) => completionsOf(shell, line));
  const attendance = attendanceOf(shell);
  while (shell.exitCode === undefined) {
    shell.system.conIn.clearBreak();
    shell.printColoured(Colour.yellow, shell.prompt);
    const result = editor.readLine(shell.prompt.length, () => attendance.wait());
    if (result.kind === 'line') runLine(shell, result.text);
    if (result.kind !== 'ended') continue;
    if (!shell.system.conIn.ended) shell.print(`No key was pressed for ${UNATTENDED_SECONDS} seconds; the boot goes on.\n`);
    return;
  }
}

/** Waits for keys, and gives up if none ever comes. */
function attendanceOf(shell: Shell): { wait(): boolean } {
  const clock = shell.boot.locateProtocol(TIMESTAMP_PROTOCOL);
  const end = clock.getTimestamp() + BigInt(UNATTENDED_SECONDS) * clock.frequency;
  let isAttended = false;
  return {
    wait() {
      shell.boot.poll();
      if (shell.system.conIn.waitForKey(KEY_WAIT_MS)) isAttended = true;
      return isAttended || clock.getTimestamp() < end;
    },
  };
}
