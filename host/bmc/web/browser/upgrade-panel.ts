import type { AbortView, StepView, UpgradeView } from '../view/upgrade.ts';
import { actionButtons } from './action-buttons.ts';
import { byId, element, pieces, setData, setHidden, setText } from './elements.ts';
import { factList } from './fact-list.ts';

/** The panel of the upgrade under way. */
export function upgradePanel(abort: (view: AbortView) => Promise<void>): (view: UpgradeView) => void {
  const actions = actionButtons(abort);
  byId('upgrade-actions').replaceChildren(actions.node);
  const showSteps = pieces<StepView>(byId('upgrade-steps'), ({ label }) => label, ({ label }) => {
    const node = element('li', '', label);
    return {
      node,
      update({ state }) {
        setData(node, 'state', state);
        if (state === 'now') node.setAttribute('aria-current', 'step');
        else node.removeAttribute('aria-current');
      },
    };
  });
  const showFacts = factList(byId('upgrade-facts'));
  const bar = byId('upgrade-bar') as HTMLProgressElement;

  return (view) => {
    setData(byId('upgrade'), 'tone', view.tone);
    setText(byId('upgrade-headline'), view.headline);
    setText(byId('upgrade-detail'), view.detail);
    setText(byId('announcement'), view.announcement);
    setHidden(byId('upgrade-progress'), view.progress === undefined);
    if (view.progress !== undefined) {
      const { percent, bytes, rate, left } = view.progress;
      if (bar.value !== percent) bar.value = percent;
      setText(byId('upgrade-percent'), `${percent} %`);
      setText(byId('upgrade-bytes'), bytes);
      setText(byId('upgrade-rate'), rate);
      setText(byId('upgrade-left'), left);
    }
    showSteps(view.steps);
    showFacts(view.facts);
    actions.update(view.abort === undefined ? [] : [view.abort]);
  };
}
