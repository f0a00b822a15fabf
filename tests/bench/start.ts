// How long a command takes that has nothing to do: whole processes against `node -e 0`, in turn. What is above 1 is Ferry's
// own: its files, its thread, the program's compilation, and the questions to the device.
import { type ChildProcess, spawn } from 'node:child_process';
import { artifactPath } from '../../host/artifacts.ts';
import { runFerry, startController } from '../processes.ts';
import { smallMachine } from '../small-machine.ts';
import { type Comparison, median } from './measure.ts';

const ROUNDS = 31;
const MUST = 1.5;

interface Started {
  readonly job: string;
  readonly args: readonly string[];
  readonly exitCode: number;
}

/** Milliseconds until the process has ended. */
async function processTime(args: readonly string[], exitCode: number): Promise<number> {
  const since = process.hrtime.bigint();
  const child: ChildProcess = spawn(process.execPath, args, { stdio: 'ignore' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const took = Number(process.hrtime.bigint() - since) / 1e6;
  if (code !== exitCode) throw new Error(`bench: node ${args.join(' ')}: expected exit code ${exitCode}, got ${code}`);
  return took;
}

/** Processes a second of each against `node -e 0`; every round runs all of them. */
export async function compareStarts(started: readonly Started[], rounds = ROUNDS): Promise<Comparison[]> {
  const nothing: number[] = [];
  const took = started.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    const idle = await processTime(['-e', '0'], 0);
    if (round >= 0) nothing.push(idle);
    for (const [index, { args, exitCode }] of started.entries()) {
      const ms = await processTime([artifactPath('ferry.js'), ...args], exitCode);
      if (round >= 0) took[index]!.push(ms);
    }
  }
  return started.map(({ job }, index) => {
    const ratios = took[index]!.map((ms, round) => ms / nothing[round]!);
    const ratio = median(took[index]!) / median(nothing);
    return {
      job, peer: `node -e 0, ${process.version}`, unit: 'ms', ours: median(took[index]!), theirs: median(nothing),
      ratio, lowest: Math.min(...ratios), highest: Math.max(...ratios), notes: [`${ratio <= MUST ? 'holds' : 'misses'}: at most ${MUST} times as long`],
    };
  });
}

export async function benchStart(): Promise<Comparison[]> {
  const machine = smallMachine();
  try {
    const controller = await startController(machine.state, '--board', machine.board);
    try {
      machine.release(1);
      const run = await runFerry(['run', '-c', machine.config, '--machine', machine.state]);
      if (run.code !== 0 && run.code !== 3) throw new Error(`bench: expected the images to be stored, got exit code ${run.code}\n${run.output}`);
      return await compareStarts([
        { job: 'ferry --version', args: ['--version'], exitCode: 0 },
        { job: 'ferry plan, nothing to do', args: ['plan', '-c', machine.config, '--machine', machine.state], exitCode: 2 },
      ]);
    } finally {
      await controller.stop();
    }
  } finally {
    machine.remove();
  }
}
