// Events, past upgrades and wear: asked for when something has happened, from where the page has got to.
import { withEvents } from '../view/event-list.ts';
import type { ChipJson, EventJson, UpgradeJson } from '../view/snapshot.ts';
import { leave } from './leave.ts';
import { eventsPanel, flashPanel, upgradesPanel } from './lists-panel.ts';
import { LoggedOut, request } from './request.ts';

export interface RecentLists {
  /** Asks for what is new. Calls while one is under way are answered by one more at its end. */
  refresh(): void;
  /** Undefined until they were heard. */
  upgrades(): readonly UpgradeJson[] | undefined;
}

/** Between two questions: many events are answered by one. */
const PAUSE_MS = 300;
/** Events after which the flash is worn a little more. */
const WEARING = /^(file|repair|trial|activated|reverted|committed)/;

/** `changed` is called when the upgrades are new. */
export function recentLists(changed: () => void): RecentLists {
  const [showEvents, showUpgrades, showFlash] = [eventsPanel(), upgradesPanel(), flashPanel()];
  let events: readonly EventJson[] = [];
  let upgrades: readonly UpgradeJson[] | undefined;
  let hasFlash = false;
  let isAsking = false;
  let isWanted = false;

  const ask = async (): Promise<void> => {
    const recent = request('GET', `/web/recent?since=${events[0]?.number ?? 0}`) as Promise<{ events: readonly EventJson[]; upgrades: readonly UpgradeJson[] }>;
    const news = await recent;
    events = withEvents(events, news.events);
    upgrades = news.upgrades;
    showEvents(events);
    showUpgrades(news.upgrades);
    changed();
    if (!hasFlash || news.events.some(({ event }) => WEARING.test(event))) await askFlash();
  };

  const askFlash = async (): Promise<void> => {
    const { chips } = await request('GET', '/web/flash') as { chips: readonly ChipJson[] };
    showFlash(chips);
    hasFlash = true;
  };

  const refresh = async (): Promise<void> => {
    isWanted = true;
    if (isAsking) return;
    isAsking = true;
    try {
      while (isWanted) {
        isWanted = false;
        await ask();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } catch (error) {
      if (error instanceof LoggedOut) leave('Your session has ended. Log in again.');
      // Not heard: the stream, when it is back, asks again.
    } finally {
      isAsking = false;
    }
  };

  return { refresh: () => void refresh(), upgrades: () => upgrades };
}
