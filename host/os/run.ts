// The post-OS run as a command sees it: takes the machine's lock, runs the program in its thread, stops it on signals and as
// the machine's power goes.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { artifactPath } from '../artifacts.ts';
import { openEmulatedMachine } from '../bus/emulated-machine.ts';
import { HostPower } from '../bus/power-registers.ts';
import { FerryError } from '../error.ts';
import { claimMachine, type ClaimedMachine } from './claimed-machine.ts';
import { RunLog } from './log.ts';
import { followPower } from './power.ts';
import { stopOnSignals } from './signals.ts';
import { StopFlag } from './stop.ts';
import type { WorkerResult, WorkerTask } from './worker-messages.ts';

export interface PostOsOptions {
  /** argv of the program, its name first. */
  readonly args: readonly string[];
  /** The directory that the program sees as its volume. */
  readonly volumeRoot: string;
  /** The machine: the state directory of its management controller. */
  readonly stateDirectory: string;
  /** For a program that only reads the device's registers, or no device: it takes no lock and heeds none. */
  readonly sharesMachine?: boolean | undefined;
  /** For one that shares the machine and asks its device: without power there is none to be asked. */
  readonly asksDevice?: boolean | undefined;
  /** Every line that the program writes is appended here with its time. */
  readonly logPath?: string | undefined;
  /** What was built when not given. */
  readonly wasmPath?: string | undefined;
  readonly workerUrl?: URL | undefined;
}

/**
 * Runs the updater program after the OS and answers its exit code. Everything that keeps it from running, or ends it
 * unexpectedly, is a `FerryError`.
 */
export async function runPostOs(options: PostOsOptions): Promise<number> {
  const log = options.logPath === undefined ? undefined : new RunLog(options.logPath, complain);
  try {
    const claim = claimFor(options);
    try {
      return await logged(log, options, () => runClaimed(options, claim, log));
    } finally {
      claim.machine?.release();
    }
  } finally {
    log?.close();
  }
}

async function runClaimed(options: PostOsOptions, claim: MachineClaim, log: RunLog | undefined): Promise<number> {
  const stop = new StopFlag();
  const worker = startWorker({
    wasmPath: options.wasmPath ?? artifactPath('ferry.wasm'),
    args: options.args,
    volumeRoot: options.volumeRoot,
    stateDirectory: claim.isMade ? options.stateDirectory : undefined,
    sharesMachine: options.sharesMachine === true,
    stop: stop.buffer,
    logPath: options.logPath,
  }, options.workerUrl ?? pathToFileURL(artifactPath('os-worker.js')));
  const tell = (message: string): void => {
    log?.line(message);
    complain(message);
  };
  const power = followPower(claim.machine, { worker, stop, tell });
  const forgetSignals = stopOnSignals(stop, {
    onStop(signal) {
      log?.line(`${signal}: asked the program to stop`);
      complain('stopping at the next chunk; once more to end at once');
    },
    onKill(signal) {
      log?.line(`${signal} again: ended at once`);
      claim.machine?.release();
    },
  });
  try {
    return exitCodeOf(await resultOf(worker));
  } finally {
    await power.end();
    forgetSignals();
  }
}

interface MachineClaim {
  /** Whether there is a machine. If not, the program runs without a device, even if one comes up meanwhile. */
  readonly isMade: boolean;
  /** None without a machine, and none for a program that takes nothing. */
  readonly machine: ClaimedMachine | undefined;
}

/** An operating system that runs proves that somebody has switched on a machine that had switched itself off. */
function claimFor({ stateDirectory, sharesMachine, asksDevice }: PostOsOptions): MachineClaim {
  if (sharesMachine) return { isMade: isMade(stateDirectory, asksDevice === true), machine: undefined };
  const machine = claimMachine(stateDirectory);
  if (machine?.power.isOffByHost) machine.power.report('button');
  if (machine === undefined || machine.power.isOn) return { isMade: machine !== undefined, machine };
  machine.release();
  throw machineOff(stateDirectory, 'its management controller has switched it off');
}

function machineOff(stateDirectory: string, why: string): FerryError {
  return new FerryError('machine-off', `the machine of ${stateDirectory} is off: expected its power to be on, ${why}; nothing was sent`, {
    hint: 'switch it on through the management controller, or with `ferry boot`, then run the same command again',
  });
}

function isMade(stateDirectory: string, hasToBeOn: boolean): boolean {
  const machine = openEmulatedMachine(stateDirectory);
  const power = machine.directory === undefined ? undefined : new HostPower(machine.directory.registers);
  const [isOff, isOffByHost] = [power?.isOn === false, power?.isOffByHost === true];
  machine.close();
  if (hasToBeOn && isOff) throw machineOff(stateDirectory, isOffByHost ? 'it has switched itself off' : 'its management controller has switched it off');
  return machine.directory !== undefined;
}

function startWorker(task: WorkerTask, url: URL): Worker {
  return new Worker(url, { workerData: task });
}

function resultOf(worker: Worker): Promise<WorkerResult> {
  return new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'stopped', reason: error.message }));
    worker.once('exit', (code) => resolve({ kind: 'stopped', reason: `its thread ended with code ${code}` }));
  });
}

function exitCodeOf(result: WorkerResult): number {
  if (result.kind === 'exit') return result.exitCode;
  if (result.kind === 'failed') throw new FerryError(result.code, result.message, { hint: result.hint, exitCode: result.exitCode });
  throw new FerryError('program-stopped', `the updater program stopped unexpectedly: ${result.reason}; the device keeps its old image`, {
    hint: 'run the same command again',
  });
}

/** Writes how the run began and ended. */
async function logged(log: RunLog | undefined, options: PostOsOptions, run: () => Promise<number>): Promise<number> {
  log?.line(`run: ${options.args.join(' ')} (volume ${options.volumeRoot}, machine ${options.stateDirectory}, process ${process.pid})`);
  try {
    const exitCode = await run();
    log?.line(`exit code ${exitCode}`);
    return exitCode;
  } catch (error) {
    log?.line(`failed: ${(error as Error).message}`);
    throw error;
  }
}

function complain(message: string): void {
  process.stderr.write(`ferry: ${message}\n`);
}
