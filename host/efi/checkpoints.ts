// Where the firmware is, told to whoever listens on port 80h; and a fault that can be injected there: a firmware that hangs.
import type { BootProgress } from '../bus/boot-registers.ts';
import { type IoPorts, POST_CODE_PORT } from '../bus/io-ports.ts';
import { PowerEvent } from './power-event.ts';

export interface CheckpointOptions {
  /** None: a machine without its management controller. */
  readonly ports?: IoPorts | undefined;
  /** How the machine tells its management controller that POST or the boot is complete. */
  bootProgress?(progress: BootProgress): void;
  /** After this POST code nothing more is executed. */
  readonly hangAt?: number | undefined;
  sleep(milliseconds: number): boolean;
}

const LONG_MS = 1000;

export class Checkpoints {
  readonly #options: CheckpointOptions;

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  /** Writes the POST code. Returns, unless this is where the firmware hangs: then only the machine's power ends it. */
  reach(code: number): void {
    const { ports, hangAt } = this.#options;
    ports?.write8(POST_CODE_PORT, code);
    while (code === hangAt) {
      if (this.#options.sleep(LONG_MS)) throw new PowerEvent({ kind: 'shutdown', stopped: true });
    }
  }

  progress(progress: BootProgress): void {
    this.#options.bootProgress?.(progress);
  }
}
