import { readNumber, type CoreEnum } from './flash-globals.ts';

/** The members of a core enum by their number, as the core spells them. */
export function namesOf(members: CoreEnum): readonly string[] {
  const names: string[] = [];
  for (const [name, global] of Object.entries(members)) names[readNumber(global)] = name;
  return names;
}

/** The same as words for events and JSON: `ReadingBack` is `reading-back`. */
export function wordsOf(members: CoreEnum): readonly string[] {
  return namesOf(members).map((name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase());
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
