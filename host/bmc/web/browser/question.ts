import type { QuestionView } from '../view/action.ts';
import { byId, element, setText } from './elements.ts';

/** Asks before something is done. Escape, and a click on nothing in particular, mean no. */
export function ask({ title, consequences, isGrave }: QuestionView, verb: string): Promise<boolean> {
  const dialog = byId('question') as HTMLDialogElement;
  if (dialog.open) return Promise.resolve(false);
  setText(byId('question-title'), title);
  byId('question-consequences').replaceChildren(...consequences.map((text) => element('p', '', text)));
  const yes = byId('question-yes');
  setText(yes, verb);
  yes.className = isGrave ? 'grave' : 'primary';
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
