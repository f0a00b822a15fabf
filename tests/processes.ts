// Real processes for tests: the built `ferry`, its management controller, and what they print.
import { type ChildProcess, spawn } from 'node:child_process';
import { artifactPath } from '../host/artifacts.ts';
import { removeMachineDirectory } from '../host/bus/machine-directory.ts';

export type Event = Readonly<Record<string, unknown>>;

export interface Run {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals;
  /** Both streams, as they came. */
  readonly output: string;
  /** The lines that are JSON objects. */
  readonly events: readonly Event[];
}

function eventsIn(text: string): Event[] {
  return text.split('\n').filter((line) => line.startsWith('{')).map((line) => {
    try {
      return JSON.parse(line) as Event;
    } catch {
      return { event: 'torn', line };
    }
  });
}

/** Starts `ferry` with these arguments, in a Node with those. */
export function spawnFerry(args: readonly string[], nodeArguments: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...nodeArguments, artifactPath('ferry.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Waits for a started `ferry` to end. */
export function ended(child: ChildProcess): Promise<Run> {
  const pieces: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr?.on('data', (piece: Buffer) => pieces.push(piece));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const output = Buffer.concat(pieces).toString('utf8');
      resolve({ code: code ?? signal ?? 'SIGKILL', output, events: eventsIn(output) });
    });
  });
}

/** Runs `ferry` to its end. */
export function runFerry(args: readonly string[]): Promise<Run> {
  return ended(spawnFerry(args));
}

export interface ControllerProcess {
  readonly child: ChildProcess;
  /** Ends it cleanly and removes the machine's shared files. */
  stop(): Promise<void>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a management controller and waits until it is ready. */
export function startController(stateDirectory: string, ...args: string[]): Promise<ControllerProcess> {
  return startControllerIn([], stateDirectory, ...args);
}

/** The same, in a Node with these arguments. */
export async function startControllerIn(nodeArguments: readonly string[], stateDirectory: string, ...args: string[]): Promise<ControllerProcess> {
  // Images without a signature, and no waiting for a trial, unless the test is about that.
  const usual = [...(args.includes('--trust') ? [] : ['--lab-mode']), ...(args.includes('--trial') ? [] : ['--trial', '0'])];
  const child = spawnFerry(['bmc', '--state', stateDirectory, '--json', ...usual, ...args], nodeArguments);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  child.stderr?.on('data', (piece: Buffer) => { output += piece.toString(); });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString();
      if (eventsIn(output).some((event) => event['event'] === 'ready')) resolve();
    });
    void gone.then(() => reject(new Error(`the management controller ended before it was ready:\n${output}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  return {
    child,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      removeMachineDirectory(stateDirectory);
    },
  };
}
