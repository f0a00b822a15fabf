// The management controller as a process: its machine's shared files, its loop, its network side, its signals, its lines
// on the screen.
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createMachineDirectory, type MachineDirectory } from '../bus/machine-directory.ts';
import { FerryError } from '../error.ts';
import type { RecoveryAgent } from '../recovery/agent.ts';
import { forgetConfig } from '../recovery/config-in-force.ts';
import type { PreparedRecovery } from '../recovery/start.ts';
import type { PublicKey } from '../trust/public-key.ts';
import type { Board } from './board.ts';
import { DEFAULT_BOARD } from './board.ts';
import { readBoard } from './board-file.ts';
import { Controller } from './controller.ts';
import { makeStateDirectory } from './controller-parts.ts';
import { eventLine, type ControllerEvent } from './event-log.ts';
import type { RecoveryDesk } from './recovery-desk.ts';
import type { HashEngine } from './hash-engine.ts';
import { HashThread } from './hash-thread.ts';
import type { Network } from './redfish/server.ts';
import { toStandardOutput } from './standard-output.ts';

export interface RunControllerOptions {
  readonly stateDirectory: string;
  /** A description of the board; the emulated machine's when not given. */
  readonly boardFile?: string | undefined;
  /** How long a silent session keeps the lock. */
  readonly leaseMs?: number | undefined;
  /** For how long a newly activated image is on trial. */
  readonly trialMs?: number | undefined;
  /** The keys that the board trusts from its first start on. */
  readonly pin?: readonly PublicKey[] | undefined;
  /** Images are taken without a signature. */
  readonly labMode?: boolean | undefined;
  /** HOST:PORT of the network side; without it there is none. */
  readonly listen?: string | undefined;
  /** Holds the password of the first account. */
  readonly passwordFile?: string | undefined;
  /** A recovery.ini: an agent watches components and brings them back. */
  readonly recovery?: string | undefined;
  /** One JSON object a line instead of lines for people. */
  readonly json?: boolean | undefined;
  /** Where lines go; the process's standard output when not given. */
  readonly write?: ((line: string) => void) | undefined;
}

/** Longer than the longest pause that a sender makes between two tries, twice. */
const LEASE_MS = 10_000;
const TRIAL_MS = 10_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Why a controller has ended. */
type End = 'signal' | 'restart';

/**
 * Runs a controller until a signal ends it; answers the exit code. The line of the event `ready` says that a host can
 * reach it. Everything that keeps it from running is a `FerryError`.
 */
export async function runController(options: RunControllerOptions): Promise<number> {
  const recovery = options.recovery === undefined ? undefined : (await import('../recovery/start.ts')).prepareRecovery(options.recovery);
  const board = options.boardFile === undefined ? DEFAULT_BOARD : readBoard(options.boardFile);
  if (options.listen !== undefined) (await import('./redfish/listen-address.ts')).parseListenAddress(options.listen);
  makeStateDirectory(options.stateDirectory);
  const machine = createMachineDirectory(options.stateDirectory);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // With one processor a thread would only take turns with this one.
  const hashThread = availableParallelism() > 1 ? new HashThread() : undefined;
  try {
    let listen = options.listen;
    for (;;) {
      const { end, address } = await runOnce(makeController(options, board, machine, recovery, hashThread), { ...options, listen }, machine.stateDirectory, stop.signal, recovery);
      if (end === 'signal') return 0;
      // A port that was chosen by the system stays the same over a restart.
      listen = address ?? listen;
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    machine.close();
    await hashThread?.close();
  }
}

function makeController(
  options: RunControllerOptions, board: Board, machine: MachineDirectory, recovery: PreparedRecovery | undefined, hashEngine: HashEngine | undefined,
): Controller {
  return new Controller({
    stateDirectory: machine.stateDirectory, board, registers: machine.registers, window: machine.window,
    clock: { nowMs: () => performance.now() },
    leaseMs: options.leaseMs ?? LEASE_MS, trialMs: options.trialMs ?? TRIAL_MS,
    bootId: randomInt(1, 2 ** 32), labMode: options.labMode, pin: options.pin, bootTimes: recovery?.bootTimes, hashEngine,
    log: printer(options),
  });
}

async function runOnce(
  controller: Controller, options: RunControllerOptions, state: string, stop: AbortSignal, recovery: PreparedRecovery | undefined,
): Promise<{ end: End; address: string | undefined }> {
  let network: Network | undefined;
  let agent: RecoveryAgent | undefined;
  try {
    if (options.listen !== undefined) network = await listenOn(options.listen, controller, options, state, recovery?.desk);
    controller.start();
    agent = recovery?.start(controller, state);
    if (recovery === undefined) forgetConfig(state);
    const end = await loop(controller, stop);
    return { end, address: network && hostAndPort(network) };
  } catch (cause) {
    if (cause instanceof FerryError) throw cause;
    throw new FerryError('state-failed', `the management controller has ended: ${(cause as Error).message}; what it had stored is whole`, {
      hint: 'see that the disk of its state directory works, then start it again: it goes on from where it was', cause,
    });
  } finally {
    await agent?.close();
    await network?.close();
    controller.close();
  }
}

async function listenOn(listen: string, controller: Controller, options: RunControllerOptions, state: string, recovery: RecoveryDesk | undefined): Promise<Network> {
  const { startNetwork } = await import('./redfish/server.ts');
  return startNetwork({
    listen, stateDirectory: state, management: controller.management, recovery, passwordFile: options.passwordFile,
    log: (event) => controller.say(event), print: printer(options),
  });
}

function hostAndPort({ address: { host, port } }: Network): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Steps until the signal or a restart, asleep whenever the controller says so. What a step throws comes out. */
function loop(controller: Controller, stop: AbortSignal): Promise<End> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const turn = (): void => {
      if (stop.aborted) return resolve('signal');
      if (controller.isToRestart) return resolve('restart');
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
      resolve('signal');
    }, { once: true });
    turn();
  });
}

function printer({ json = false, write = toStandardOutput() }: RunControllerOptions): (event: ControllerEvent) => void {
  return (event) => write(json ? eventLine(event, new Date()) : `${event.text}\n`);
}
