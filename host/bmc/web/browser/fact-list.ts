import { element, setText } from './elements.ts';

/** Labels and values, as pairs of a description list. */
export function factList(list: HTMLElement): (facts: readonly (readonly [string, string])[]) => void {
  const values = new Map<string, HTMLElement>();
  return (facts) => {
    const labels = facts.map(([label]) => label);
    if (labels.join() !== [...values.keys()].join()) {
      values.clear();
      for (const label of labels) values.set(label, element('dd', ''));
      list.replaceChildren(...[...values].flatMap(([label, value]) => [element('dt', '', label), value]));
    }
    for (const [label, text] of facts) {
      const value = values.get(label);
      if (value !== undefined) setText(value, text);
    }
  };
}
