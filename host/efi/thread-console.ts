// The firmware's console in its thread: text goes to standard output, keys come from the ring that the main thread fills.
import { NodeStream } from '../os/node-file.ts';
import type { ConsoleDevice } from './console-device.ts';
import { KeyReader } from './console-keys.ts';

/** What a thread is told of its terminal. */
export interface ThreadConsole {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  /** The buffer of the key ring. */
  readonly keys: SharedArrayBuffer;
}

/** The console of a firmware's or loader's thread. */
export function threadConsole({ isTerminal, columns, rows, keys }: ThreadConsole): ConsoleDevice {
  const reader = new KeyReader(keys);
  const output = new NodeStream(1);
  const encoder = new TextEncoder();
  return {
    isTerminal, columns, rows,
    write: (text) => { output.write(encoder.encode(text)); },
    readKey: (timeoutMs) => reader.readKey(timeoutMs),
    get ended() { return reader.ended; },
    takeBreak: () => reader.takeBreak(),
  };
}
