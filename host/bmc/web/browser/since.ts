/** Time since then. The computer may have slept: the clock that stands still meanwhile is not believed alone. */
export class Since {
  #running = 0;
  #wall = 0;

  constructor() {
    this.now();
  }

  /** Then is now. */
  now(): void {
    this.#running = performance.now();
    this.#wall = Date.now();
  }

  ms(): number {
    return Math.max(performance.now() - this.#running, Date.now() - this.#wall);
  }
}
