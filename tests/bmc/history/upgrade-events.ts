// Events of upgrades as the controller says them, for tests of the history.
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';

export const DIGEST = 'ab'.repeat(32);

export const image = (component: string, version: string, slot = 1) => ({ component, version, slot });

export const started = (upgrade: string, images = 1, more = {}): ControllerEvent =>
  ({ event: 'upgrade-started', text: 'an upgrade has started', fields: { upgrade, session: '0000002a', images, origin: 'after-os', ...more } });
export const fileStarted = (of: object, more = {}): ControllerEvent =>
  ({ event: 'file-started', text: 'receiving', fields: { ...of, size: 1000, resumed: 0, sha256: DIGEST, ...more } });
export const received = (of: object): ControllerEvent => ({ event: 'file-received', text: 'all is there', fields: { ...of, size: 1000 } });
export const stored = (of: object): ControllerEvent => ({ event: 'file-stored', text: 'stored', fields: { ...of, size: 1000, equal: 400, flashMs: 70 } });
export const failed = (of: object, completion = 'flash-failed'): ControllerEvent => ({ event: 'file-failed', text: 'the flash failed', fields: { ...of, completion } });
export const activated = (of: object): ControllerEvent => ({ event: 'activated', text: 'runs now', fields: { ...of } });
export const ended = (count = 1): ControllerEvent => ({ event: 'upgrade-ended', text: 'the upgrade has ended', fields: { stored: count } });
export const word = (event: string, fields = {}): ControllerEvent => ({ event, text: event, fields });

/** One image that goes well, from start to end. */
export function goodUpgrade(upgrade: string, of: object = image('bmc', '2.0.0')): ControllerEvent[] {
  return [started(upgrade), fileStarted(of), received(of), stored(of), activated(of), ended()];
}
