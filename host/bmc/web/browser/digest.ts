import type { SlotView } from '../view/component.ts';
import { element, setHidden, setText, type Piece } from './elements.ts';

/** A digest: its start, all of it on demand, and a button that copies it. */
export function digestPiece(): Piece<SlotView['digest']> {
  const text = element('code', '');
  const toggle = smallButton('Show all');
  const copy = smallButton('Copy');
  const node = element('div', 'digest wide', element('span', 'quiet', 'SHA-256'), text, toggle, copy);
  let digest: SlotView['digest'];
  let isWhole = false;

  const show = (): void => {
    setText(text, (isWhole ? digest?.whole : digest?.short) ?? '');
    setText(toggle, isWhole ? 'Shorten' : 'Show all');
    toggle.setAttribute('aria-expanded', String(isWhole));
  };
  toggle.addEventListener('click', () => {
    isWhole = !isWhole;
    show();
  });
  copy.addEventListener('click', async () => {
    if (digest === undefined) return;
    try {
      await navigator.clipboard.writeText(digest.whole);
      setText(copy, 'Copied');
    } catch {
      // No clipboard for us: the whole digest is shown, to be copied by hand.
      isWhole = true;
      show();
    }
  });
  copy.addEventListener('blur', () => setText(copy, 'Copy'));
  return {
    node,
    update(view) {
      digest = view;
      setHidden(node, view === undefined);
      show();
    },
  };
}

function smallButton(label: string): HTMLButtonElement {
  const button = element('button', 'small', label);
  button.type = 'button';
  return button;
}
