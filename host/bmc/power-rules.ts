// Which power action fits which situation of the host, and what is said when it does not.
import type { PowerAction } from './power.ts';

/** Where the host's power stands. */
export type PowerSituation = 'on' | 'asked' | 'off' | 'cycling';

/** The situation as a sentence goes on: "the host …". */
const WORDS: Readonly<Record<PowerSituation, string>> = {
  on: 'is on',
  asked: 'has been asked to end and has not done so yet',
  off: 'is off',
  cycling: 'is off in a power cycle and comes on by itself',
};

const FITTING: Readonly<Record<PowerSituation, readonly PowerAction[]>> = {
  on: ['ForceOff', 'GracefulShutdown', 'ForceRestart', 'GracefulRestart', 'PowerCycle'],
  asked: ['ForceOff', 'ForceRestart', 'PowerCycle'],
  off: ['On'],
  cycling: ['On', 'ForceOff'],
};

/** Why the action is refused; undefined when it fits. */
export function powerRefusal(action: PowerAction, situation: PowerSituation): string | undefined {
  const fitting = FITTING[situation];
  if (fitting.includes(action)) return undefined;
  const expected = action === 'On' ? 'a host that is off' : 'a host that is on';
  return `${action} refused: expected ${expected}, got one that ${WORDS[situation]}; its power was not touched; what fits now: ${fitting.join(', ')}`;
}
