// The same config carried out before the OS and after it, on one machine in one process under the virtual clock: the
// report of every run lies on the volume for the next one.
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction } from '../../host/bus/management-function.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { eventsOf, type FerryEvent, programModule } from '../program/ferry-run.ts';
import { Rig } from '../trouble/rig.ts';
import { MemoryFile } from '../wasi/recording-system.ts';

export const REPORT = 'report.json';

export interface Report {
  readonly when: string;
  readonly exitCode: number;
  readonly ended: string;
  readonly platform: string;
  readonly bootId: number;
  readonly upgrade: number;
  readonly images: readonly { readonly image: string; readonly outcome: string; readonly size: number; readonly pausedAt?: number; readonly resumedAt?: number }[];
}

export interface ChainRun {
  readonly code: number;
  /** Both streams. */
  readonly text: string;
  readonly events: readonly FerryEvent[];
  readonly report: Report;
}

export class Chain {
  readonly rig = new Rig();

  /** Runs the program once; `--json` unless people are to read it. */
  run(where: 'before-os' | 'after-os' | `after-os=0x${string}`, voice: 'json' | 'people' = 'json', stopAtSleep = Infinity): ChainRun {
    const { rig } = this;
    const system = rig.system([]);
    system.args = ['ferry.wasm', '-c', 'ferry.ini', ...(where === 'before-os' ? [] : [`--${where}`]), ...(voice === 'json' ? ['--json'] : [])];
    const open = system.open.bind(system);
    system.open = (path, options) => {
      if (options.truncate) system.files.set(path, new MemoryFile());
      return open(path, options);
    };
    let sleeps = 0;
    rig.onSleep = () => { if (sleeps++ === stopAtSleep) system.stop = true; };
    const code = runCommand(programModule, system, emulatedBus(managementFunction(rig.registers, rig.window)));
    rig.onSleep = () => undefined;
    const left = system.files.get(REPORT);
    if (left === undefined) throw new Error(`no report was left:\n${system.stdout.text}${system.stderr.text}`);
    rig.files.set(REPORT, left.content);
    return {
      code, text: system.stdout.text + system.stderr.text, events: voice === 'json' ? eventsOf(system.stdout.text) : [],
      report: JSON.parse(left.text) as Report,
    };
  }

  /** Puts these bytes where the report of the run before is looked for. */
  leaveReport(bytes: Uint8Array | string): void {
    this.rig.files.set(REPORT, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  }

  remove(): void {
    this.rig.remove();
  }
}
