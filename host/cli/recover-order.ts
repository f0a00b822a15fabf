// `ferry recover --now`: an order for the agent of the controller that runs. It is left in the state directory, and this
// waits until the agent has taken it.
import { FerryError } from '../error.ts';
import type { RecoveryOrder } from '../recovery/orders.ts';
import { type OptionValues, textOf, usage } from './command.ts';

/** The agent looks four times a second. */
const PATIENCE_MS = 5000;
const LOOK_MS = 50;

const PATTERNS = {
  version: [/^[\x21-\x7e]{1,31}$/, '1 to 31 printable ASCII characters without space'], sha256: [/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case'],
} as const;

/** What the command line wants; a wrong one is a `usage` error. */
export function orderOf(values: OptionValues, component: string | undefined): RecoveryOrder {
  const [version, sha256] = [wish(values, 'version'), wish(values, 'sha256')];
  return { ...(component === undefined ? {} : { component }), wanted: { ...(version === undefined ? {} : { version }), ...(sha256 === undefined ? {} : { sha256 }) } };
}

function wish(values: OptionValues, name: keyof typeof PATTERNS): string | undefined {
  const value = textOf(values, name);
  const [pattern, expected] = PATTERNS[name];
  if (value === undefined || pattern.test(value)) return value;
  throw usage(`--${name}: expected ${expected}, got ${JSON.stringify(value)}`, 'recover');
}

/** Leaves the order and waits until it is taken. `recovery-failed` when nobody takes it; it is taken back then. */
export async function giveOrder(state: string, order: RecoveryOrder): Promise<void> {
  const { hasOrder, leaveOrder, takeOrder } = await import('../recovery/orders.ts');
  leaveOrder(state, order);
  for (const untilMs = performance.now() + PATIENCE_MS; hasOrder(state);) {
    if (performance.now() > untilMs) {
      takeOrder(state);
      throw new FerryError('recovery-failed', `ferry recover --now: expected the agent of the controller on ${state} to take the order within ${PATIENCE_MS / 1000} s, it did not; the order was taken back, nothing was ordered`, {
        hint: 'see that the controller is well (ferry history, its log), then order again',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
