// What WASI takes from its environment, over Node: files of one directory, the process's streams, clocks, randomness.
import { randomFillSync } from 'node:crypto';
import type { OpenOptions, WasiFile, WasiSystem } from '../wasi/system.ts';
import { NodeStream } from './node-file.ts';
import type { StopFlag } from './stop.ts';
import { NodeVolume } from './volume.ts';

export interface NodeSystemOptions {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  /** The directory that the program sees as its volume. */
  readonly volumeRoot: string;
  readonly stop: StopFlag;
  /** The process's own streams when not given. */
  readonly stdout?: WasiFile | undefined;
  readonly stderr?: WasiFile | undefined;
}

/** The post-OS environment of the program. */
export class NodeSystem implements WasiSystem {
  readonly args: readonly string[];
  readonly stdin: WasiFile = new NodeStream(0);
  readonly stdout: WasiFile;
  readonly stderr: WasiFile;
  readonly #volume: NodeVolume;
  readonly #stop: StopFlag;

  constructor(options: NodeSystemOptions) {
    this.args = options.args;
    this.stdout = options.stdout ?? new NodeStream(1);
    this.stderr = options.stderr ?? new NodeStream(2);
    this.#volume = new NodeVolume(options.volumeRoot);
    this.#stop = options.stop;
  }

  open(path: string, options: OpenOptions): WasiFile {
    return this.#volume.open(path, options);
  }

  realtime(): bigint {
    return BigInt(Date.now()) * 1_000_000n;
  }

  monotonic(): bigint {
    return process.hrtime.bigint();
  }

  random(into: Uint8Array): void {
    randomFillSync(into);
  }

  sleep(milliseconds: number): boolean {
    return this.#stop.wait(milliseconds);
  }
}
