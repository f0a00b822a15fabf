import type { PowerActionView, PowerView } from '../view/power.ts';
import { actionButtons } from './action-buttons.ts';
import { byId, setData, setText } from './elements.ts';

export function powerPanel(power: (view: PowerActionView) => Promise<void>): (view: PowerView) => void {
  const buttons = actionButtons(power);
  byId('power-actions').replaceChildren(buttons.node);
  return ({ state, isOn, actions }) => {
    setText(byId('power-state'), state);
    setData(byId('power-state'), 'tone', isOn ? 'good' : 'plain');
    buttons.update(actions);
  };
}
