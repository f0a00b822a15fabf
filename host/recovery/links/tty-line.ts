// A tty of the operating system as a serial line: a UART, a USB adapter, an RFCOMM channel of Bluetooth. One that goes away,
// because it was pulled out or its radio lost the other end, is opened again as soon as it is back.
import type { SerialPort } from 'serialport';
import { FerryError } from '../../error.ts';
import { type Clock, systemClock } from './clock.ts';
import type { SerialLine } from './serial-line.ts';

/** How often a line that is gone is looked for. */
const AGAIN_MS = 2000;

export interface TtyOptions {
  readonly path: string;
  readonly baud: number;
  readonly clock?: Clock;
  /** Told when the line goes and comes back. */
  readonly note?: (text: string) => void;
}

class TtyLine implements SerialLine {
  readonly name: string;
  readonly baud: number;
  readonly #options: TtyOptions;
  readonly #make: () => SerialPort;
  #port: SerialPort | undefined;
  #take: (bytes: Uint8Array) => void = () => undefined;
  #takeBack: (() => void) | undefined;
  #isClosed = false;

  constructor(options: TtyOptions, make: () => SerialPort) {
    this.name = options.path;
    this.baud = options.baud;
    this.#options = options;
    this.#make = make;
  }

  open(): Promise<void> {
    const port = this.#make();
    return new Promise((resolve, reject) => {
      port.open((error) => {
        if (error !== null) return reject(error);
        port.on('data', (bytes: Uint8Array) => this.#take(bytes));
        // Errors come out of `write`; a line that is gone has closed.
        port.on('error', () => undefined);
        port.once('close', () => this.#gone());
        this.#port = port;
        resolve();
      });
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const port = this.#port;
      if (port === undefined) return reject(new Error(`${this.name}: the line is gone`));
      const ended = (error: Error | null | undefined): void => (error ? reject(error) : resolve());
      port.write(Buffer.from(bytes), (error) => (error ? reject(error) : port.drain(ended)));
    });
  }

  hear(take: (bytes: Uint8Array) => void): void {
    this.#take = take;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#takeBack?.();
    const port = this.#port;
    this.#port = undefined;
    if (port?.isOpen === true) await new Promise<void>((resolve) => { port.close(() => resolve()); });
  }

  #gone(): void {
    this.#port = undefined;
    if (this.#isClosed) return;
    this.#options.note?.('the line is gone; it is opened again when it is back');
    this.#again();
  }

  #again(): void {
    this.#takeBack = (this.#options.clock ?? systemClock).after(AGAIN_MS, () => {
      this.open().then(() => {
        if (this.#isClosed) void this.close();
        else this.#options.note?.('the line is back');
      }, () => this.#isClosed || this.#again());
    });
  }
}

/** Opens it, for this process alone. Only now is the library of serial ports loaded. */
export async function openTtyLine(options: TtyOptions): Promise<SerialLine> {
  const { path, baud } = options;
  try {
    const { SerialPort } = await import('serialport');
    const line = new TtyLine(options, () => new SerialPort({ path, baudRate: baud, dataBits: 8, parity: 'none', stopBits: 1, lock: true, autoOpen: false }));
    await line.open();
    return line;
  } catch (error) {
    throw new FerryError('network-failed', `${path}: expected a serial line at ${baud} baud, it can not be opened: ${(error as Error).message}; nothing was started on it`, {
      hint: 'check the path, the rate and the permissions, and that no other program uses it', exitCode: 64, cause: error,
    });
  }
}
