// The loader for tests: a virtual clock, a console that types by itself, a volume in memory.
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import type { Bus } from '../../host/bus/bus.ts';
import type { ConsoleDevice } from '../../host/efi/console-device.ts';
import type { PowerOnResult } from '../../host/efi/firmware.ts';
import type { LoaderOptions } from '../../host/isl/loader.ts';
import { powerOnIsl } from '../../host/isl/power-on.ts';
import type { LifVolume } from '../../host/lif/volume.ts';
import { MADE, volumeWith, type Contents } from '../lif/virtual-volume.ts';

/** Keys that come at moments of the virtual clock, in milliseconds after power-on. */
export type TypedKeys = readonly { readonly atMs: number; readonly keys: readonly string[] }[];

export interface VirtualLoaderOptions {
  readonly files?: Contents;
  readonly volume?: LifVolume;
  /** Lines that come through a pipe at once. */
  readonly lines?: readonly string[];
  readonly keys?: TypedKeys;
  readonly isTerminal?: boolean;
  /** The input does not end after the last key. */
  readonly isOpen?: boolean;
  readonly autoboot?: boolean;
  readonly autoDelay?: number;
  readonly watchdogSeconds?: number;
  readonly bus?: Bus;
  /** A fixed sequence when not given. */
  readonly random?: () => number;
  /** The moment at which the one who runs the machine asks it to stop. */
  readonly stopAtMs?: number;
  /** Called whenever time passes. */
  readonly onPass?: (milliseconds: number) => void;
}

export class VirtualLoader {
  readonly volume: LifVolume;
  readonly options: LoaderOptions;
  output = '';
  elapsedMs = 0;
  readonly #keys: { readonly atMs: number; readonly key: string }[];

  constructor(options: VirtualLoaderOptions = {}) {
    this.volume = options.volume ?? volumeWith(options.files ?? {});
    const lines = (options.lines ?? []).flatMap((line) => [...line, '\n']);
    this.#keys = [...(options.keys ?? []), { atMs: 0, keys: lines }].flatMap(({ atMs, keys }) => keys.map((key) => ({ atMs, key })));
    const pass = (milliseconds: number): void => {
      this.elapsedMs += milliseconds;
      options.onPass?.(milliseconds);
    };
    let drawn = 0;
    const nanoseconds = (): bigint => BigInt(Math.round(this.elapsedMs * 1e6));
    this.options = {
      volume: this.volume, volumeName: 'boot.lif', autoboot: options.autoboot ?? true, autoDelay: options.autoDelay ?? 0,
      ...(options.watchdogSeconds === undefined ? {} : { watchdogSeconds: options.watchdogSeconds }),
      console: this.#console(options, pass), bus: options.bus ?? emulatedBus(undefined),
      clock: { now: () => BigInt(MADE) * 1_000_000n + nanoseconds(), monotonic: nanoseconds },
      sleep: (milliseconds) => {
        pass(milliseconds);
        return this.elapsedMs >= (options.stopAtMs ?? Infinity);
      },
      random: (into) => into.forEach((_, index) => { into[index] = options.random ? Math.floor(options.random() * 256) : (drawn++ * 37 + 11) & 0xff; }),
    };
  }

  /** Someone presses a key now. */
  press(key: string): void {
    this.#keys.unshift({ atMs: this.elapsedMs, key });
  }

  powerOn(): PowerOnResult {
    return powerOnIsl(this.options);
  }

  #console({ isTerminal = false, isOpen = false }: VirtualLoaderOptions, pass: (milliseconds: number) => void): ConsoleDevice {
    const keys = this.#keys;
    const elapsedMs = (): number => this.elapsedMs;
    return {
      isTerminal, columns: 80, rows: 24,
      write: (text) => { this.output += text; },
      get ended() { return !isOpen && keys.length === 0; },
      readKey(timeoutMs) {
        const wait = keys[0] ? Math.max(0, keys[0].atMs - elapsedMs()) : Infinity;
        pass(Math.min(wait, timeoutMs));
        return wait <= timeoutMs ? keys.shift()?.key : undefined;
      },
      takeBreak() {
        const due = keys.filter(({ atMs }) => atMs <= elapsedMs());
        const at = due.findLastIndex(({ key }) => key === '\x03');
        if (at >= 0) keys.splice(0, at + 1);
        return at >= 0;
      },
    };
  }
}

/** Powers on. Answers what was seen and how it ended. */
export function boot(options: VirtualLoaderOptions): { readonly loader: VirtualLoader; readonly output: string; readonly result: PowerOnResult } {
  const loader = new VirtualLoader(options);
  const result = loader.powerOn();
  return { loader, output: loader.output, result };
}
