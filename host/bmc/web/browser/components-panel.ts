import type { ComponentActionView } from '../view/component-actions.ts';
import type { BadgeView, ComponentView, SlotView } from '../view/component.ts';
import { actionButtons } from './action-buttons.ts';
import { digestPiece } from './digest.ts';
import { byId, element, pieces, setData, setText, type Piece } from './elements.ts';

/** Does what a button of a component says. */
type Act = (view: ComponentActionView) => Promise<void>;

/** A card for each component. */
export function componentsPanel(act: Act): (views: readonly ComponentView[]) => void {
  return pieces<ComponentView>(byId('components'), ({ name }) => name, ({ name }) => componentCard(name, act));
}

function componentCard(name: string, act: Act): Piece<ComponentView> {
  const [runs, notes, slots, security] = [element('p', 'runs'), element('div', ''), element('div', 'slots'), element('p', 'quiet')];
  const actions = actionButtons(act);
  const heading = element('h3', '', name);
  heading.id = `component-${name}`;
  const node = element('article', 'card', element('div', 'head', heading, runs), notes, slots, security, actions.node);
  node.setAttribute('aria-labelledby', heading.id);
  const showNotes = pieces<string>(notes, (note) => note.replace(/\d.*/, ''), () => {
    const line = element('p', 'note');
    return { node: line, update: (text) => setText(line, text) };
  });
  const showSlots = pieces<SlotView>(slots, ({ index }) => String(index), slotRow);
  return {
    node,
    update(view) {
      setText(runs, view.runs);
      setText(security, view.security);
      showNotes(view.notes);
      showSlots(view.slots);
      actions.update(view.actions);
    },
  };
}

function slotRow({ index }: SlotView): Piece<SlotView> {
  const [version, badges, detail] = [element('span', 'version'), element('span', 'badges'), element('div', 'quiet wide')];
  const digest = digestPiece();
  const showBadges = pieces<BadgeView>(badges, ({ text }) => text, ({ text }) => {
    const badge = element('span', 'badge', text);
    return { node: badge, update: ({ tone }) => setData(badge, 'tone', tone) };
  });
  return {
    node: element('div', 'slot', element('span', 'quiet', `Slot ${index}`), version, badges, detail, digest.node),
    update(view) {
      setText(version, view.version);
      setText(detail, view.detail);
      showBadges(view.badges);
      digest.update(view.digest);
    },
  };
}
