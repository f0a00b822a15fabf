// The word by which the main thread asks the program's thread to stop. Shared memory, since the program's thread is
// inside the program and takes no messages.

/** A stop that was asked for is never taken back. */
export class StopFlag {
  readonly buffer: SharedArrayBuffer;
  readonly #word: Int32Array;

  /** Without a buffer a new flag, with one the flag of the other thread. */
  constructor(buffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#word = new Int32Array(buffer);
  }

  /** Asks for the stop and wakes who waits. */
  request(): void {
    Atomics.store(this.#word, 0, 1);
    Atomics.notify(this.#word, 0);
  }

  get isRequested(): boolean {
    return Atomics.load(this.#word, 0) !== 0;
  }

  /** Waits until the stop is asked for, at most so long. Answers whether it was. */
  wait(milliseconds: number): boolean {
    if (milliseconds > 0) Atomics.wait(this.#word, 0, 0, milliseconds);
    return this.isRequested;
  }
}
