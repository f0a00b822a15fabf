// A WASI environment in memory that records what the WASI layer asks of it.
import { WasiError, type OpenOptions, type WasiFile, type WasiSystem } from '../../host/wasi/system.ts';

/** A file in memory with a position, which counts how often it was closed. */
export class MemoryFile implements WasiFile {
  isTerminal = false;
  closed = 0;
  position = 0;
  content: Uint8Array;
  /** Bytes that one call moves at most. */
  most = Infinity;
  /** Thrown by the next read or write but `after`. */
  failure: { after: number; error: Error } | undefined;

  constructor(content: Uint8Array | string = '') {
    this.content = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  }

  get text(): string {
    return new TextDecoder().decode(this.content);
  }

  read(into: Uint8Array): number {
    this.#failIfDue();
    const count = Math.min(into.length, this.most, Math.max(0, this.content.length - this.position));
    into.set(this.content.subarray(this.position, this.position + count));
    this.position += count;
    return count;
  }

  write(from: Uint8Array): number {
    this.#failIfDue();
    const count = Math.min(from.length, this.most);
    const grown = new Uint8Array(Math.max(this.content.length, this.position + count));
    grown.set(this.content);
    grown.set(from.subarray(0, count), this.position);
    this.content = grown;
    this.position += count;
    return count;
  }

  seek(offset: number, whence: 0 | 1 | 2): number {
    const position = [0, this.position, this.content.length][whence]! + offset;
    if (position < 0) throw new WasiError('invalid', 'before the start');
    this.position = position;
    return position;
  }

  close(): void {
    this.closed += 1;
  }

  #failIfDue(): void {
    if (this.failure && this.failure.after-- === 0) throw this.failure.error;
  }
}

/** Files by path; every open is listed with its options. */
export class RecordingSystem implements WasiSystem {
  args: string[] = ['ferry', 'run'];
  readonly stdin = new MemoryFile();
  readonly stdout = new MemoryFile();
  readonly stderr = new MemoryFile();
  readonly files = new Map<string, MemoryFile>();
  readonly opened: { path: string; options: OpenOptions }[] = [];
  readonly slept: number[] = [];
  stop = false;

  open(path: string, options: OpenOptions): WasiFile {
    this.opened.push({ path, options });
    const found = this.files.get(path) ?? (options.create ? new MemoryFile() : undefined);
    if (!found) throw new WasiError('noEntry', `${path} does not exist`);
    this.files.set(path, found);
    return found;
  }

  realtime(): bigint {
    return 1_700_000_000_123_456_789n;
  }

  monotonic(): bigint {
    return 42n;
  }

  random(into: Uint8Array): void {
    into.fill(0xa5);
  }

  sleep(milliseconds: number): boolean {
    this.slept.push(milliseconds);
    return this.stop;
  }

  /** The 32-bit words that the program wrote to its standard output. */
  get words(): number[] {
    return [...new Uint32Array(this.stdout.content.slice().buffer)];
  }
}
