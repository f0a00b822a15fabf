// Whether the host comes up with its new image. It ends the trial of that image by doing so: the controller commits it, and
// only then does the security number rise.
import type { ComponentRecovery } from './component-recovery.ts';

const LOOK_MS = 250;

/** `off`: somebody has switched it off meanwhile, so that nothing can be said. */
export async function hostComesUp(of: ComponentRecovery, signal: AbortSignal): Promise<'up' | 'off' | 'failed'> {
  const { management, clock, settings } = of.parts;
  for (let boot = 1; boot <= settings.boots; boot++) {
    if (boot > 1) {
      const { boot: seen } = management.snapshot();
      const { ok, text } = management.power('ForceRestart', 'recovery');
      of.say('recovery-boot-failed', `${seen?.state === 'stopped' ? seen.text : `the host has not come up within ${settings.bootMs / 1000} s`}: ${ok ? `start ${boot} of ${settings.boots}` : text}`);
    }
    for (const untilMs = clock.nowMs() + settings.bootMs; clock.nowMs() < untilMs;) {
      const { needsHostReset, trial } = of.component();
      if (!needsHostReset && trial === undefined) return 'up';
      if (management.snapshot().power === 'off') return 'off';
      // The watchdog has seen where it stopped: it does not go on.
      if (management.snapshot().boot?.state === 'stopped') break;
      await clock.wait(LOOK_MS, signal);
    }
  }
  return 'failed';
}
