// The page's elements. What the controller says goes in as text only: nothing here takes markup.

/** An element of page.html; a fault of ours when it is not there. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`page.html has no element "${id}"`);
  return found;
}

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, className: string, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** Touches the document only when something changes, so that selections and screen readers are left alone. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setData(node: HTMLElement, key: string, value: string): void {
  if (node.dataset[key] !== value) node.dataset[key] = value;
}

export function setHidden(node: HTMLElement, isHidden: boolean): void {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

/** Something on the screen that follows its view. */
export interface Piece<View> {
  readonly node: HTMLElement;
  update(view: View): void;
}

/** Answers how to keep the children of a node in step with a list of views: each keeps its element as long as its key is there. */
export function pieces<View>(parent: HTMLElement, keyOf: (view: View) => string, make: (view: View) => Piece<View>): (views: readonly View[]) => void {
  const known = new Map<string, Piece<View>>();
  return (views) => {
    const keys = new Set(views.map(keyOf));
    for (const [key, { node }] of known) {
      if (keys.has(key)) continue;
      node.remove();
      known.delete(key);
    }
    views.forEach((view, index) => {
      const key = keyOf(view);
      const piece = known.get(key) ?? make(view);
      known.set(key, piece);
      piece.update(view);
      const there = parent.children[index];
      if (there !== piece.node) parent.insertBefore(piece.node, there ?? null);
    });
  };
}
