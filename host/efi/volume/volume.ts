// What firmware does with a volume beside giving it to others: counting what is open, and closing it.
import type { SimpleFileSystem } from '../protocols/simple-file-system.ts';

/** A volume of one power-on. */
export interface Volume extends SimpleFileSystem {
  /** How many files and directories are open. */
  readonly openFileCount: number;
  /** The end of the power-on: everything written is on the medium afterwards. */
  close(): void;
}
