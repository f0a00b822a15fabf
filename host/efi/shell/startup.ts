// The start of the shell: its options, what it shows, and `startup.nsh` with its countdown (UEFI Shell 2.2, section 3.3).
import { parameters } from '../command-line.ts';
import { LOADED_IMAGE_PROTOCOL } from '../guid.ts';
import { Scan } from '../protocols/simple-text-input.ts';
import { showMappings } from './commands/map.ts';
import { versionText } from './commands/ver.ts';
import { findFile } from './find-file.ts';
import { runLine } from './interpreter.ts';
import { fullName } from './paths.ts';
import { numberValue } from './script/numbers.ts';
import type { Shell } from './shell.ts';

const STARTUP_SCRIPT = 'startup.nsh';

/** What the load options ask for. */
export interface StartupOptions {
  readonly hasStartup: boolean;
  readonly hasVersion: boolean;
  readonly hasMap: boolean;
  readonly delaySeconds: number;
}

/** Reads `-nostartup`, `-noversion`, `-nomap` and `-delay[:]N`. Anything else is for shells with more to offer. */
export function startupOptions(shell: Shell, defaultDelaySeconds: number): StartupOptions {
  const { loadOptions } = shell.boot.handleProtocol(shell.image, LOADED_IMAGE_PROTOCOL);
  const words = parameters(loadOptions).map(({ text }) => text.toLowerCase());
  const delayAt = words.findIndex((word) => word.startsWith('-delay'));
  const delay = delayAt < 0 ? undefined : numberValue(words[delayAt]?.slice('-delay:'.length) || (words[delayAt + 1] ?? ''));
  return {
    hasStartup: !words.includes('-nostartup'),
    hasVersion: !words.includes('-noversion'),
    hasMap: !words.includes('-nomap'),
    delaySeconds: delay === undefined ? defaultDelaySeconds : Math.min(Number(delay), 3600),
  };
}

/** Shows the version and the volumes, then runs the startup script unless someone presses ESC. */
export function startUp(shell: Shell, options: StartupOptions): void {
  if (options.hasVersion) shell.print(versionText(shell.system));
  if (options.hasMap) showMappings(shell, shell.volumes.all);
  if (!options.hasStartup || isSkipped(shell, options.delaySeconds)) return;
  const script = findFile(shell, [STARTUP_SCRIPT]);
  if (script) runLine(shell, `"${fullName(script)}"`);
}

/** Counts down. ESC skips the script, any other key starts it at once. */
function isSkipped(shell: Shell, seconds: number): boolean {
  const { conIn } = shell.system;
  for (let left = seconds; left > 0; left--) {
    shell.print(`${left === seconds ? '' : '\r'}Press ESC in ${left} seconds to skip startup.nsh or any other key to continue.`);
    if (waitForKey(shell, Math.min(1, left) * 1000)) break;
  }
  if (seconds > 0) shell.print('\n');
  return seconds > 0 && conIn.readKeyStroke()?.scanCode === Scan.escape;
}

function waitForKey(shell: Shell, milliseconds: number): boolean {
  const { conIn } = shell.system;
  shell.boot.poll();
  if (!conIn.ended) return conIn.waitForKey(milliseconds);
  shell.boot.stall(milliseconds * 1000);
  return false;
}
