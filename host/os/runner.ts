// The post-OS runner: the program on Node, in the thread that calls. Knows nothing of threads, signals and locks.
import type { Bus } from '../bus/bus.ts';
import { runCommand } from '../wasi/command.ts';
import type { WasiFile } from '../wasi/system.ts';
import { LoggedStream, type RunLog } from './log.ts';
import { NodeStream } from './node-file.ts';
import { NodeSystem } from './node-system.ts';
import type { StopFlag } from './stop.ts';

export interface RunOptions {
  readonly module: WebAssembly.Module;
  /** argv, the program's name first. */
  readonly args: readonly string[];
  /** The directory that the program sees as its volume. */
  readonly volumeRoot: string;
  readonly bus: Bus;
  readonly stop: StopFlag;
  readonly log?: RunLog | undefined;
  /** The process's own streams when not given. */
  readonly stdout?: WasiFile | undefined;
  readonly stderr?: WasiFile | undefined;
}

/** Runs the program to its end and answers its exit code. Traps come out as with `runCommand`. */
export function runOnNode(options: RunOptions): number {
  const stdout = logged(options.stdout ?? new NodeStream(1), options.log);
  const stderr = logged(options.stderr ?? new NodeStream(2), options.log);
  const system = new NodeSystem({ ...options, stdout, stderr });
  try {
    return runCommand(options.module, system, options.bus);
  } finally {
    for (const stream of [stdout, stderr]) if (stream instanceof LoggedStream) stream.flush();
  }
}

function logged(stream: WasiFile, log: RunLog | undefined): WasiFile {
  return log ? new LoggedStream(stream, log) : stream;
}
