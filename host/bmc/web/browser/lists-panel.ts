// The lists of what has been: events, upgrades, and the wear that is left of them.
import { eventTone } from '../view/event-list.ts';
import { chipView, type ChipView } from '../view/flash-map.ts';
import { pastUpgradeView, type PastUpgradeView } from '../view/history.ts';
import type { ChipJson, EventJson, UpgradeJson } from '../view/snapshot.ts';
import { clockText } from '../view/times.ts';
import { byId, element, pieces, setData, setHidden, setText } from './elements.ts';

export function eventsPanel(): (events: readonly EventJson[]) => void {
  const list = byId('events');
  const show = pieces<EventJson>(list, ({ number }) => String(number), ({ number, time, event, text }) => {
    const at = element('time', 'quiet', `${clockText(time, new Date())} · ${number}`);
    at.dateTime = time;
    const node = element('li', '', at, element('div', 'text', text));
    setData(node, 'tone', eventTone(event));
    return { node, update: () => undefined };
  });
  let shown: readonly EventJson[] | undefined;
  return (events) => {
    if (events === shown) return;
    shown = events;
    // Whoever has scrolled down reads on where they were.
    const below = list.scrollTop === 0 ? undefined : list.scrollHeight - list.scrollTop;
    show(events);
    if (below !== undefined) list.scrollTop = list.scrollHeight - below;
    setHidden(list, events.length === 0);
    showEmpty('events-empty', events, 'Nothing is logged yet.');
  };
}

export function upgradesPanel(): (upgrades: readonly UpgradeJson[]) => void {
  const show = pieces<PastUpgradeView>(byId('upgrades'), ({ id }) => id, ({ id }) => {
    const [badge, images, when, text] = [element('span', 'badge'), element('span', ''), element('div', 'quiet'), element('div', 'text')];
    return {
      node: element('li', '', element('div', 'line', element('code', '', id), badge, images), when, text),
      update(view) {
        setText(badge, view.badge.text);
        setData(badge, 'tone', view.badge.tone);
        setText(images, view.images);
        setText(when, view.when);
        setText(text, view.text);
      },
    };
  });
  return (upgrades) => {
    show(upgrades.map((upgrade) => pastUpgradeView(upgrade, new Date())));
    showEmpty('upgrades-empty', upgrades, 'None yet.');
  };
}

export function flashPanel(): (chips: readonly ChipJson[]) => void {
  const show = pieces<ChipView>(byId('flash'), ({ name }) => name, ({ name }) => {
    const [part, map, summary] = [element('span', 'quiet'), element('div', 'map'), element('div', 'summary')];
    map.setAttribute('role', 'img');
    const node = element('div', 'chip', element('div', 'head', element('h3', '', name), part), map, summary);
    return {
      node,
      update(view) {
        setText(part, view.part);
        setText(summary, view.summary);
        map.title = view.scale;
        map.setAttribute('aria-label', `Wear from the first address to the last, ${view.scale}: ${view.summary}`);
        if (map.children.length !== view.columns.length) map.replaceChildren(...view.columns.map(() => element('i', '')));
        view.columns.forEach((level, index) => { (map.children[index] as HTMLElement).className = `h${level}`; });
        node.classList.toggle('worn', view.isWorn);
      },
    };
  });
  return (chips) => {
    show(chips.map(chipView));
    showEmpty('flash-empty', chips, 'This board tells of no flash.');
  };
}

/** What stands in the place of a list that was heard and is empty. */
function showEmpty(id: string, list: readonly unknown[], text: string): void {
  setText(byId(id), text);
  setHidden(byId(id), list.length > 0);
}
