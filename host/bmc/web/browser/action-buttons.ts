import { type ActionView, obstaclesText } from '../view/action.ts';
import { element, pieces, setHidden, setText, type Piece } from './elements.ts';
import { ask } from './question.ts';

let groups = 0;

/** Buttons that ask before they act, and under them why some can't be pressed: those stay reachable by keyboard. */
export function actionButtons<View extends ActionView>(act: (view: View) => Promise<void>): Piece<readonly View[]> {
  const [buttons, reason] = [element('div', 'actions'), element('p', 'reason')];
  reason.id = `reason-${++groups}`;
  const show = pieces<View>(buttons, ({ label }) => label, ({ label }) => actionButton(label, reason.id, act));
  return {
    node: element('div', 'group', buttons, reason),
    update(views) {
      show(views);
      const text = obstaclesText(views);
      setText(reason, text);
      setHidden(reason, text === '');
    },
  };
}

function actionButton<View extends ActionView>(label: string, reasonId: string, act: (view: View) => Promise<void>): Piece<View> {
  const button = element('button', '', label);
  button.type = 'button';
  button.setAttribute('aria-describedby', reasonId);
  let current: View | undefined;
  let isBusy = false;
  button.addEventListener('click', async () => {
    if (current === undefined || current.obstacle !== undefined || isBusy) return;
    if (current.question !== undefined && (!(await ask(current.question, label)) || current.obstacle !== undefined)) return;
    isBusy = true;
    button.setAttribute('aria-busy', 'true');
    try {
      await act(current);
    } finally {
      isBusy = false;
      button.removeAttribute('aria-busy');
    }
  });
  return {
    node: button,
    update(view) {
      current = view;
      button.setAttribute('aria-disabled', String(view.obstacle !== undefined));
    },
  };
}
