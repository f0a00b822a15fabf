// The event log as the page keeps it: newest first, bounded, each event once whatever connections did.
import type { EventJson } from './snapshot.ts';

/** More than anyone reads; the whole log is on the controller. */
export const EVENT_LIMIT = 200;

/** The list with these added. The events may come in any order, doubled, or again after a reconnection. */
export function withEvents(list: readonly EventJson[], more: readonly EventJson[], limit = EVENT_LIMIT): readonly EventJson[] {
  const known = new Set(list.map(({ number }) => number));
  const fresh: EventJson[] = [];
  for (const event of more) {
    if (known.has(event.number)) continue;
    known.add(event.number);
    fresh.push(event);
  }
  if (fresh.length === 0) return list;
  return [...fresh, ...list].sort((left, right) => right.number - left.number).slice(0, limit);
}

/** How an event is marked, by its word. */
export function eventTone(event: string): 'bad' | 'good' | 'plain' {
  if (/fail|refus|lost|error|revert|abandon|worn|locked|recovery-(needed|evidence|power)/.test(event)) return 'bad';
  return /stored|activated|committed|-done|ended|recovery-healthy/.test(event) ? 'good' : 'plain';
}
