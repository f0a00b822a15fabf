// A machine from the moment it is switched on until it rests, as its main thread sees it: the firmware or the loader runs in a
// thread of its own, gets the keys, is asked to stop, is started anew when a program hangs beyond the watchdog, and
// obeys the management controller, which can take the power away at any time.
import type { Worker } from 'node:worker_threads';
import { FerryError } from '../error.ts';
import type { PowerCommand } from '../bus/power-registers.ts';
import { type ClaimedMachine, type CommandWatch, LOOK_MS } from '../os/claimed-machine.ts';
import { stopOnSignals } from '../os/signals.ts';
import { StopFlag } from '../os/stop.ts';
import { KeyWriter } from './console-keys.ts';
import { MAXIMUM_RESETS, resetLimitText, resetText, type CycleResult } from './power-cycle.ts';
import { forwardKeys } from './terminal.ts';
import { firstOf } from './thread-end.ts';
import { HangWatch, type ThreadTask } from './worker-messages.ts';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 25;

/** What runs the machine before the operating system. */
export interface MachineThread {
  /** For messages: firmware or loader, and what it starts. */
  readonly name: string;
  readonly starts: string;
  start(task: ThreadTask): Worker;
}

/** What all power-ons of one run share. */
interface Run {
  readonly thread: MachineThread;
  /** Undefined without a management controller. */
  readonly machine: ClaimedMachine | undefined;
  readonly keys: KeyWriter;
  readonly watch: HangWatch;
  readonly isTerminal: boolean;
  forgetKeys(): void;
}

/** What the management controller has asked for, or has done, during one power-on. */
interface Power {
  readonly stop: StopFlag;
  request: PowerCommand | undefined;
  /** The newest of what takes the power away. */
  cutBy: PowerCommand | undefined;
  /** Comes with the first. */
  readonly cut: Promise<{ readonly kind: 'cut' }>;
  watch: CommandWatch | undefined;
}

/** Switches the machine on and runs it until it hands over to the operating system or is off. The machine is released then. */
export async function runMachine(thread: MachineThread, machine: ClaimedMachine | undefined): Promise<CycleResult> {
  const keys = new KeyWriter();
  const isTerminal = isOnTerminal();
  const run: Run = { thread, machine, keys, isTerminal, watch: new HangWatch(), forgetKeys: forwardKeys(process.stdin, keys, { isTerminal }) };
  try {
    if (machine?.power.isOn === false) machine.power.report('button');
    for (;;) {
      const result = await powerOn(run);
      if (result !== 'again') return result;
    }
  } finally {
    run.forgetKeys();
    machine?.release();
  }
}

/** Whether someone can look and type. */
export function isOnTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** One thread, and what is done about its end. */
async function powerOn(run: Run): Promise<CycleResult | 'again'> {
  const { machine, keys } = run;
  const power = followPower(run);
  const forgetSignals = stopOnSignals(power.stop, {
    onStop: () => keys.wake(),
    onKill: () => {
      run.forgetKeys();
      machine?.release();
    },
  });
  try {
    return await runThread(run, power);
  } finally {
    forgetSignals();
    power.watch?.end();
  }
}

function followPower({ machine, keys }: Run): Power {
  let cutNow: (end: { kind: 'cut' }) => void = () => undefined;
  const power: Power = {
    stop: new StopFlag(), request: undefined, cutBy: undefined, cut: new Promise((resolve) => { cutNow = resolve; }), watch: undefined,
  };
  power.watch = machine?.onPowerCommand((command) => {
    if (command === 'force-off' || command === 'restart') {
      power.cutBy = command;
      return cutNow({ kind: 'cut' });
    }
    power.request = command;
    power.stop.request();
    keys.wake();
    machine.power.report('accepted');
  });
  return power;
}

async function runThread(run: Run, power: Power): Promise<CycleResult | 'again'> {
  const { thread, watch, keys, isTerminal } = run;
  const worker = thread.start({
    isTerminal, columns: process.stdout.columns || DEFAULT_COLUMNS, rows: process.stdout.rows || DEFAULT_ROWS,
    stop: power.stop.buffer, keys: keys.buffer, watch: watch.buffer,
  });
  const end = await firstOf(worker, watch, power.cut);
  power.watch?.look();
  if (end.kind === 'cut' || power.cutBy !== undefined) return cut(run, power);
  if (end.kind === 'ended') return rest(run, power, end.result);
  if (end.kind === 'failed') throw new FerryError(end.code, end.message, { hint: end.hint, exitCode: end.exitCode });
  if (end.kind === 'stopped') {
    throw new FerryError('program-stopped', `the ${thread.name} stopped unexpectedly: ${end.reason}; the device keeps its old image`, { hint: 'run the same command again' });
  }
  print(`\nThe watchdog timer expired in a ${thread.starts} that does not answer: the machine is reset.\n`);
  watch.value++;
  watch.byWatchdog++;
  watch.deadline = undefined;
  if (watch.value <= MAXIMUM_RESETS) return 'again';
  print(resetLimitText());
  return rest(run, power, { handover: 'reset-limit', imageStatus: undefined });
}

/** The thread has come to rest by itself, or because it was asked to. */
function rest(run: Run, { request }: Power, result: CycleResult): CycleResult | 'again' {
  if (request === 'shut-down-and-restart') {
    run.machine?.power.report('restarted');
    return startAnew(run);
  }
  if (request !== undefined || result.handover !== 'os') run.machine?.power.report('off');
  return result;
}

/** The thread is dead by now. */
async function cut(run: Run, power: Power): Promise<CycleResult | 'again'> {
  if (power.cutBy === 'restart') print('\nThe management controller resets the machine.\n');
  const isOff = (): boolean => run.machine?.power.isOn === false;
  while (power.cutBy === 'restart' && isOff() && !power.stop.isRequested) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  if (power.cutBy === 'restart' && !isOff()) return startAnew(run);
  print('\nThe management controller has switched the machine off.\n');
  return { handover: 'forced-off', imageStatus: undefined };
}

/** Resets by the management controller are none of a machine that resets for ever. */
function startAnew({ watch }: Run): 'again' {
  watch.value = 0;
  watch.byWatchdog = 0;
  watch.deadline = undefined;
  print(resetText('cold'));
  return 'again';
}

function print(text: string): void {
  process.stdout.write(text);
}
