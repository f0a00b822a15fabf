// The Initial System Loader: one power-on, from its revision on the console until the operating system, a reset or the end
// of the power. AUTO is executed unattended; a key interrupts it and gives the prompt.
import { PowerEvent } from '../efi/power-event.ts';
import type { PowerOnResult } from '../efi/firmware.ts';
import { PostCode } from '../bus/post-code.ts';
import { LifError } from '../lif/lif-error.ts';
import { execute } from './commands.ts';
import { EXIT_FAILED, Loader, type LoaderOptions } from './loader.ts';
import { autoLines } from './text-file.ts';

const PROMPT = 'ISL> ';
/** As long as a boot option of the firmware has. */
const WATCHDOG_SECONDS = 300;
/** A prompt at which nobody ever presses a key gives up: a server boots with nobody there. */
const IDLE_SECONDS = 300;
const POLL_MS = 100;

/** Powers on and runs the loader to the end of this power-on. */
export function powerOnIsl(options: LoaderOptions): PowerOnResult {
  const loader = new Loader(options);
  try {
    loader.checkpoints.reach(PostCode.powerOn);
    loader.checkpoints.reach(PostCode.bdsStarted);
    loader.checkpoints.progress('postComplete');
    loader.print('ISL Revision 1.00 (Ferry)\n');
    if (options.autoboot && autoboot(loader)) loader.handOver();
    return prompt(loader);
  } catch (event) {
    if (!(event instanceof PowerEvent)) throw event;
    return { ...event.end, imageStatus: loader.lastCode === undefined ? undefined : BigInt(loader.lastCode) };
  } finally {
    loader.watchdog.set(0);
  }
}

/** Executes AUTO. False: there is none, or someone interrupted it, and the prompt comes. */
function autoboot(loader: Loader): boolean {
  const lines = readAuto(loader);
  if (lines === undefined || isInterrupted(loader)) return false;
  loader.watchdog.set(loader.options.watchdogSeconds ?? WATCHDOG_SECONDS);
  loader.checkpoints.reach(PostCode.readyToBoot);
  for (const line of lines) {
    loader.print(`ISL booting ${line}\n`);
    execute(loader, line);
    loader.poll();
    if (!loader.console.breakPressed()) continue;
    loader.print('AUTO was interrupted.\n');
    loader.console.clearBreak();
    loader.watchdog.set(0);
    return false;
  }
  return true;
}

/** An AUTO that can not be read is said, and there is nothing to execute. */
function readAuto(loader: Loader): string[] | undefined {
  try {
    return autoLines(loader.volume);
  } catch (error) {
    if (!(error instanceof LifError)) throw error;
    loader.print(`AUTO can not be executed: ${error.message}\n`);
    loader.lastCode = EXIT_FAILED;
    return [];
  }
}

function isInterrupted(loader: Loader): boolean {
  const { console, options: { autoDelay } } = loader;
  let isPressed = false;
  for (let left = autoDelay; left > 0 && !isPressed; left--) {
    loader.print(`${left === autoDelay ? '' : '\r'}AUTO is executed in ${left} seconds; press any key to interrupt. `);
    loader.poll();
    if (console.ended) loader.stall(1000);
    else isPressed = console.waitForKey(1000);
  }
  if (autoDelay > 0) loader.print('\n');
  if (isPressed) console.takeKey();
  return isPressed;
}

/** Reads and executes lines until one of them ends the power-on. The end of the input hands over. */
function prompt(loader: Loader): never {
  const since = loader.now();
  let isAttended = false;
  const wait = (): boolean => {
    loader.poll();
    if (loader.console.waitForKey(POLL_MS)) isAttended = true;
    return isAttended || loader.now() - since < IDLE_SECONDS * 1000;
  };
  for (;;) {
    loader.poll();
    loader.print(PROMPT);
    const line = loader.console.readLine(wait);
    if (line.kind === 'ended') {
      if (!loader.console.ended) loader.print(`No key was pressed for ${IDLE_SECONDS} seconds; the boot goes on.\n`);
      return loader.handOver();
    }
    if (line.kind === 'line') execute(loader, line.text);
  }
}
