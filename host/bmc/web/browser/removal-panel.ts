import type { RemovalView } from '../view/removal.ts';
import { byId, setData, setText } from './elements.ts';

export function showRemoval(view: RemovalView): void {
  setData(byId('removal'), 'tone', view.tone);
  setText(byId('removal-sign'), view.sign);
  setText(byId('removal-answer'), view.answer);
  setText(byId('removal-why'), view.why);
}
