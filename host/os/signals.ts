// What SIGINT, SIGTERM and SIGHUP mean during a run: the first asks for a clean stop, the second ends at once.
import type { StopFlag } from './stop.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SignalActions {
  /** The first signal came and the stop was asked for. */
  onStop(signal: string): void;
  /** The second came: called last before the process ends by it. */
  onKill(signal: string): void;
}

/** Listens from now on. Answers the function that ends it. */
export function stopOnSignals(stop: StopFlag, actions: SignalActions): () => void {
  const forget = (): void => SIGNALS.forEach((signal) => process.off(signal, listener));
  const listener = (signal: NodeJS.Signals): void => {
    if (!stop.isRequested) {
      stop.request();
      actions.onStop(signal);
      return;
    }
    forget();
    actions.onKill(signal);
    // Ending by the signal itself tells the shell the truth about how the process ended.
    process.kill(process.pid, signal);
  };
  SIGNALS.forEach((signal) => process.on(signal, listener));
  return forget;
}
