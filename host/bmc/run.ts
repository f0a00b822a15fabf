// The management controller as a process: its machine's shared files, its loop, its signals, its lines on the screen.
import { randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createMachineDirectory } from '../bus/machine-directory.ts';
import { FerryError } from '../error.ts';
import { DEFAULT_BOARD } from './board.ts';
import { readBoard } from './board-file.ts';
import { Controller } from './controller.ts';
import { makeStateDirectory } from './controller-parts.ts';
import { eventLine, type ControllerEvent } from './event-log.ts';

export interface RunControllerOptions {
  readonly stateDirectory: string;
  /** A description of the board; the emulated machine's when not given. */
  readonly boardFile?: string | undefined;
  /** How long a silent session keeps the lock. */
  readonly leaseMs?: number | undefined;
  /** One JSON object a line instead of lines for people. */
  readonly json?: boolean | undefined;
  /** Where lines go; the process's standard output when not given. */
  readonly write?: ((line: string) => void) | undefined;
}

/** Longer than the longest pause that a sender makes between two tries, twice. */
const LEASE_MS = 10_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Runs a controller until a signal ends it; answers the exit code. The line of the event `ready` says that a host can
 * reach it. Everything that keeps it from running is a `FerryError`.
 */
export async function runController(options: RunControllerOptions): Promise<number> {
  const board = options.boardFile === undefined ? DEFAULT_BOARD : readBoard(options.boardFile);
  makeStateDirectory(options.stateDirectory);
  const machine = createMachineDirectory(options.stateDirectory);
  try {
    const controller = new Controller({
      stateDirectory: machine.stateDirectory, board, registers: machine.registers, window: machine.window,
      clock: { nowMs: () => performance.now() },
      leaseMs: options.leaseMs ?? LEASE_MS,
      bootId: randomInt(1, 2 ** 32),
      log: printer(options),
    });
    return await runUntilSignal(controller);
  } finally {
    machine.close();
  }
}

async function runUntilSignal(controller: Controller): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    controller.start();
    await loop(controller, stop.signal);
  } catch (cause) {
    throw new FerryError('state-failed', `the management controller has ended: ${(cause as Error).message}; what it had stored is whole`, {
      hint: 'see that the disk of its state directory works, then start it again: it goes on from where it was', cause,
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    controller.close();
  }
  return 0;
}

/** Steps until the signal, asleep whenever the controller says so. What a step throws comes out. */
function loop(controller: Controller, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const turn = (): void => {
      if (stop.aborted) return resolve();
      try {
        const sleepMs = controller.step();
        if (sleepMs === 0) setImmediate(turn);
        else timer = setTimeout(turn, sleepMs);
      } catch (error) {
        reject(error as Error);
      }
    };
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    turn();
  });
}

function printer({ json = false, write = toStandardOutput() }: RunControllerOptions): (event: ControllerEvent) => void {
  return (event) => write(json ? eventLine(event, new Date()) : `${event.text}\n`);
}

/**
 * A reader that has gone, or one that does not read, as a parent that only waited for `ready`, must not end or stop the
 * controller: the line is lost then, and lies in the event log.
 */
function toStandardOutput(): (line: string) => void {
  return (line) => {
    try {
      writeSync(process.stdout.fd, line);
    } catch {
      // See above.
    }
  };
}
