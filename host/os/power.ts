// What the management controller's hand on the power means for a program after the OS: asked for, a clean stop, as SIGTERM
// gives it; forced, an end as by SIGKILL.
import type { Worker } from 'node:worker_threads';
import type { PowerCommand } from '../bus/power-registers.ts';
import type { ClaimedMachine } from './claimed-machine.ts';
import type { StopFlag } from './stop.ts';

export interface PoweredProgram {
  readonly worker: Worker;
  readonly stop: StopFlag;
  /** For the log and for who looks on. */
  tell(message: string): void;
}

export interface FollowedPower {
  /** The program has ended. If it was asked to, so does the operating system now. Never comes when the power is cut. */
  end(): Promise<void>;
}

/** Obeys from now on. When the power is cut, the process ends with it. */
export function followPower(machine: ClaimedMachine | undefined, program: PoweredProgram): FollowedPower {
  let request: PowerCommand | undefined;
  let death: Promise<never> | undefined;
  const watch = machine?.onPowerCommand((command) => {
    if (command === 'force-off' || command === 'restart') {
      death ??= dieWith(machine, program, command);
      return;
    }
    request = command;
    program.tell(`the management controller asks for ${command === 'shut-down' ? 'a shutdown' : 'a restart'}: stopping at the next chunk`);
    program.stop.request();
    machine.power.report('accepted');
  });
  return {
    async end() {
      watch?.look();
      watch?.end();
      await death;
      if (request === 'shut-down') machine?.power.report('off');
      if (request !== 'shut-down-and-restart') return;
      machine?.reset();
      machine?.power.report('restarted');
    },
  };
}

/** Nothing of the program runs on; then the process goes the way of everything that had no power. */
async function dieWith(machine: ClaimedMachine, { worker, tell }: PoweredProgram, command: PowerCommand): Promise<never> {
  await worker.terminate();
  tell(command === 'force-off' ? 'the management controller has switched the machine off' : 'the management controller resets the machine');
  machine.release();
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => undefined);
}
