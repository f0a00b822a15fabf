// The bytes of images as flows: every machine's port carries so many bytes a second, and what a donor uploads at the same
// time shares its port evenly. The switch between them carries all.
import type { EventQueue } from './event-queue.ts';

interface Flow {
  left: number;
  atMs: number;
  takeBack: () => void;
  readonly done: () => void;
}

export class Uplinks {
  readonly #queue: EventQueue;
  readonly #perSecond: number;
  readonly #flows = new Map<string, Set<Flow>>();

  constructor(queue: EventQueue, perSecond: number) {
    this.#queue = queue;
    this.#perSecond = perSecond;
  }

  /** Ends when so many bytes have gone out of this machine. */
  send(from: string, bytes: number): Promise<void> {
    return new Promise((resolve) => {
      const flows = this.#flows.get(from) ?? new Set<Flow>();
      this.#flows.set(from, flows);
      this.#settle(flows);
      const flow: Flow = {
        left: bytes, atMs: this.#queue.now(), takeBack: () => undefined,
        done: () => {
          this.#settle(flows);
          flows.delete(flow);
          this.#plan(flows);
          resolve();
        },
      };
      flows.add(flow);
      this.#plan(flows);
    });
  }

  /** Counts what has gone out until now. */
  #settle(flows: Set<Flow>): void {
    const share = this.#perSecond / flows.size / 1000;
    for (const flow of flows) {
      flow.left = Math.max(0, flow.left - (this.#queue.now() - flow.atMs) * share);
      flow.atMs = this.#queue.now();
    }
  }

  #plan(flows: Set<Flow>): void {
    const share = this.#perSecond / flows.size / 1000;
    for (const flow of flows) {
      flow.takeBack();
      flow.takeBack = this.#queue.after(flow.left / share, flow.done);
    }
  }
}
