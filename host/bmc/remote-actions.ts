// What somebody beside the host has the receiver do besides taking images: activate, go back, condemn, abort. An answer is given when the slot
// records say so, not when it was asked for. Driven by the controller's step.
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import type { Receiver } from '../core/receiver.ts';
import type { ActionOutcome, LockHolder } from './management.ts';
import { imageText } from './note-events.ts';

export interface RemoteActionsOptions {
  readonly receiver: Receiver;
  nowMs(): number;
  holder(): LockHolder | undefined;
}

/** An action that was asked for. */
interface Asked {
  readonly component: string;
  /** Has the core begin; answers its word. */
  begin(): string;
  /** Whether the component is as the action wants it. */
  isDone(component: ComponentSnapshot): boolean;
  /** Why there is nothing that could be done. */
  readonly impossible: string;
  done(component: ComponentSnapshot): string;
  resolve(outcome: ActionOutcome): void;
  readonly untilMs: number;
  hasBegun: boolean;
}

/** For so long a receiver that is in the middle of an action is waited for. */
const PATIENCE_MS = 5000;

export class RemoteActions {
  readonly #options: RemoteActionsOptions;
  #asked: Asked[] = [];

  constructor(options: RemoteActionsOptions) {
    this.#options = options;
  }

  /** Whether something was asked for that has not been done yet. */
  get isWaiting(): boolean {
    return this.#asked.length > 0;
  }

  activate(name: string): Promise<ActionOutcome> {
    const before = this.#find(name);
    return this.#ask(name, {
      begin: () => this.#options.receiver.activate(name),
      isDone: ({ running }) => running !== before?.running,
      impossible: `${name} can not be activated: expected a whole image in the slot that does not run, and none on trial`,
      done: (component) => `${runningImage(component)} runs now, on trial`,
    });
  }

  revert(name: string): Promise<ActionOutcome> {
    const before = this.#find(name);
    return this.#ask(name, {
      begin: () => this.#options.receiver.revert(name),
      isDone: ({ running, pending }) => (before?.pending === undefined ? running !== before?.running : pending === undefined),
      impossible: `${name} can not go back: expected another whole image that its security number still allows, or a pending activation`,
      done: (component) => `${runningImage(component)} is the running image`,
    });
  }

  /** Puts on record that the slot that a component runs from does not hold what its record says. */
  condemn(name: string): Promise<ActionOutcome> {
    const before = this.#find(name);
    return this.#ask(name, {
      begin: () => this.#options.receiver.condemn(name),
      isDone: ({ running }) => running === undefined,
      impossible: `${name}: expected a slot that is on record as whole, got none`,
      done: () => `${before === undefined ? name : runningImage(before)} in slot ${before?.running ?? 0} is not what its record says: on record as not whole from now on`,
    });
  }

  /** Ends the upgrade under way. */
  async abort(): Promise<ActionOutcome> {
    const untilMs = this.#options.nowMs() + PATIENCE_MS;
    for (;;) {
      const word = this.#options.receiver.abort();
      if (word === 'Ok') return { ok: true, text: 'the upgrade has been given up; what was received is kept' };
      if (word === 'WrongState') return { ok: false, text: 'no upgrade is under way; nothing was changed' };
      if (this.#options.nowMs() >= untilMs) return { ok: false, text: 'the device is busy; the upgrade goes on; try again' };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Begins and ends what was asked for. */
  poll(): void {
    if (this.#asked.length === 0) return;
    this.#asked = this.#asked.filter((asked) => !this.#serve(asked));
  }

  /** The controller ends. */
  close(): void {
    for (const { resolve } of this.#asked) resolve({ ok: false, text: 'the controller has been stopped; ask again when it runs' });
    this.#asked = [];
  }

  #ask(component: string, action: Pick<Asked, 'begin' | 'isDone' | 'impossible' | 'done'>): Promise<ActionOutcome> {
    if (this.#find(component) === undefined) return Promise.resolve({ ok: false, text: `this board has no component "${component}"; nothing was changed` });
    return new Promise((resolve) => this.#asked.push({ component, ...action, resolve, untilMs: this.#options.nowMs() + PATIENCE_MS, hasBegun: false }));
  }

  /** True when it has been answered. */
  #serve(asked: Asked): boolean {
    if (!asked.hasBegun) return this.#begin(asked);
    if (!this.#options.receiver.ready()) return false;
    const component = this.#find(asked.component);
    if (component !== undefined && asked.isDone(component)) asked.resolve({ ok: true, text: asked.done(component) });
    else asked.resolve({ ok: false, text: 'the slot records could not be written; the component is as it was' });
    return true;
  }

  #begin(asked: Asked): boolean {
    const word = asked.begin();
    asked.hasBegun = word === 'Ok';
    if (asked.hasBegun) return false;
    const holder = this.#options.holder();
    if (word === 'WrongState') asked.resolve({ ok: false, text: `${asked.impossible}; nothing was changed` });
    else if (holder !== undefined) asked.resolve({ ok: false, text: `upgrade ${holder.upgrade} holds the device since ${holder.since}; nothing was changed` });
    else if (this.#options.nowMs() >= asked.untilMs) asked.resolve({ ok: false, text: 'the device is busy; nothing was changed; try again' });
    else return false;
    return true;
  }

  #find(name: string): ComponentSnapshot | undefined {
    return this.#options.receiver.components(this.#options.nowMs()).find((component) => component.name === name);
  }
}

function runningImage({ name, slots, running }: ComponentSnapshot): string {
  return imageText(name, slots[running ?? -1]?.version ?? '');
}
