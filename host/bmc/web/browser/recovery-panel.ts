import type { FoundView, OutlookView } from '../view/recovery-found.ts';
import type { ActionView } from '../view/action.ts';
import type { RecoveryView } from '../view/recovery.ts';
import { actionButtons } from './action-buttons.ts';
import { byId, element, pieces, setData, setHidden, setText, type Piece } from './elements.ts';
import { factList } from './fact-list.ts';

export interface RecoveryActs {
  recover(component: string): Promise<void>;
  /** Undefined when it could not be told; why not is on the screen already. */
  preview(component: string): Promise<OutlookView | undefined>;
}

/** A part of the panel for each component that is watched. */
export function recoveryPanel(acts: RecoveryActs): (views: readonly RecoveryView[] | undefined) => void {
  const show = pieces<RecoveryView>(byId('recoveries'), ({ component }) => component, ({ component }) => recoveryPiece(component, acts));
  return (views) => {
    setHidden(byId('recovery'), views === undefined);
    setData(byId('recovery'), 'tone', views?.some(({ isLocked }) => isLocked) === true ? 'bad' : 'plain');
    show(views ?? []);
  };
}

function recoveryPiece(component: string, acts: RecoveryActs): Piece<RecoveryView> {
  const [badge, text, bar, bytes] = [element('span', 'badge'), element('p', 'text'), element('progress', ''), element('p', 'quiet bytes')];
  const [facts, found, tried] = [element('dl', 'facts'), foundList('Images found'), lineList('Has failed')];
  const outlook = outlookPiece();
  const heading = element('h3', '', component);
  heading.id = `recovery-${component}`;
  bar.max = 100;
  bar.setAttribute('aria-labelledby', heading.id);
  const progress = element('div', '', bar, bytes);
  const actions = actionButtons<ActionView>(async ({ question }) => {
    if (question !== undefined) return acts.recover(component);
    outlook.update(await acts.preview(component));
  });
  const node = element('article', 'recovery', element('div', 'head', heading, badge), text, progress, facts, tried.node, found.node, actions.node, outlook.node);
  node.setAttribute('aria-labelledby', heading.id);
  const showFacts = factList(facts);
  return {
    node,
    update(view) {
      setText(badge, view.badge.text);
      setData(badge, 'tone', view.badge.tone);
      setText(text, view.text);
      setData(node, 'tone', view.isLocked ? 'bad' : 'plain');
      // Said aloud by a screen reader, once.
      if (view.isLocked) text.setAttribute('role', 'alert');
      else text.removeAttribute('role');
      setHidden(progress, view.progress === undefined);
      if (view.progress !== undefined && bar.value !== view.progress.percent) bar.value = view.progress.percent;
      setText(bytes, view.progress?.bytes ?? '');
      showFacts(view.facts);
      tried.update(view.tried);
      found.update(view.found);
      actions.update([view.recover, view.preview]);
    },
  };
}

/** What would be chosen, until it is asked again or put away. */
function outlookPiece(): Piece<OutlookView | undefined> {
  const [headline, close] = [element('p', 'strong'), element('button', 'small', 'Close')];
  const [notes, found] = [lineList(''), foundList('')];
  const node = element('div', 'outlook', headline, notes.node, found.node, close);
  node.setAttribute('role', 'status');
  close.type = 'button';
  close.addEventListener('click', () => setHidden(node, true));
  setHidden(node, true);
  return {
    node,
    update(view) {
      setHidden(node, view === undefined);
      setText(headline, view?.headline ?? '');
      notes.update(view?.notes ?? []);
      found.update(view?.found ?? []);
    },
  };
}

function lineList(title: string): Piece<readonly string[]> {
  const list = element('ul', '');
  const node = element('div', 'list', ...(title === '' ? [] : [element('h4', '', title)]), list);
  const show = pieces<string>(list, (line) => line, (line) => ({ node: element('li', '', line), update: () => undefined }));
  return {
    node,
    update(lines) {
      setHidden(node, lines.length === 0);
      show([...new Set(lines)]);
    },
  };
}

function foundList(title: string): Piece<readonly FoundView[]> {
  const list = element('ul', 'found');
  const node = element('div', 'list', ...(title === '' ? [] : [element('h4', '', title)]), list);
  const show = pieces<FoundView>(list, ({ key }) => key, () => {
    const [sign, image, detail, reason] = [element('span', 'mark'), element('strong', ''), element('span', 'quiet'), element('div', 'reason')];
    sign.setAttribute('aria-hidden', 'true');
    const row = element('li', '', sign, element('div', '', image, ' ', detail, reason));
    return {
      node: row,
      update(view) {
        setData(row, 'tone', view.tone);
        setText(sign, view.sign);
        setText(image, view.image);
        setText(detail, view.detail);
        setText(reason, view.reason);
      },
    };
  });
  return {
    node,
    update(views) {
      setHidden(node, views.length === 0);
      show(views);
    },
  };
}
