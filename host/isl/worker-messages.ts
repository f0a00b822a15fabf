// What the main thread gives the loader's thread; what comes back is the firmware's `FirmwareResult`.
import type { ThreadTask } from '../efi/worker-messages.ts';

export interface LoaderTask extends ThreadTask {
  readonly imageFile: string;
  /** Undefined: a machine without its management controller. */
  readonly stateDirectory: string | undefined;
  readonly autoboot: boolean;
  readonly autoDelay: number;
  readonly watchdogSeconds: number | undefined;
}
