import { readNumber, type CoreEnum } from './flash-globals.ts';

/** Enums never change, and are asked for at every look at a receiver. */
const names = new WeakMap<CoreEnum, readonly string[]>();
const words = new WeakMap<CoreEnum, readonly string[]>();

/** The members of a core enum by their number, as the core spells them. */
export function namesOf(members: CoreEnum): readonly string[] {
  return remembered(names, members, () => {
    const list: string[] = [];
    for (const [name, global] of Object.entries(members)) list[readNumber(global)] = name;
    return list;
  });
}

/** The same as words for events and JSON: `ReadingBack` is `reading-back`. */
export function wordsOf(members: CoreEnum): readonly string[] {
  return remembered(words, members, () => namesOf(members).map((name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()));
}

function remembered(known: WeakMap<CoreEnum, readonly string[]>, members: CoreEnum, make: () => readonly string[]): readonly string[] {
  const found = known.get(members) ?? make();
  known.set(members, found);
  return found;
}

/** Text padded with zeros. */
export function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

/** Pads text with zeros. One zero at least has to fit behind it. */
export function putText(into: Uint8Array, text: string): void {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= into.length) throw new RangeError(`text for the core: expected fewer than ${into.length} bytes, got "${text}"`);
  into.fill(0).set(bytes);
}
