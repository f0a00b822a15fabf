// What has happened, told to everyone at once and in one order: the history first, which knows the upgrade that it belongs
// to, then the event log, the screen, and whoever reads along on the network.
import type { EventLog, ControllerEvent, LoggedEvent } from './event-log.ts';
import type { UpgradeHistory } from './history/upgrade-history.ts';

type Listener = (event: LoggedEvent) => void;

export class ControllerEvents {
  readonly #history: UpgradeHistory;
  readonly #log: EventLog;
  readonly #screen: (event: ControllerEvent) => void;
  readonly #listeners = new Set<Listener>();

  constructor({ history, eventLog }: { readonly history: UpgradeHistory; readonly eventLog: EventLog }, screen: (event: ControllerEvent) => void) {
    this.#history = history;
    this.#log = eventLog;
    this.#screen = screen;
  }

  say(event: ControllerEvent): void {
    const logged = this.#log.add(this.#history.add(event));
    const { number: _number, time: _time, ...shown } = logged;
    this.#screen(shown);
    for (const listener of this.#listeners) listener(logged);
  }

  since(number: number): readonly LoggedEvent[] {
    return this.#log.since(number);
  }

  /** Answers how to stop listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
