// Which lines of a script belong together: if, else and endif, for and endfor, labels. The search looks at first words
// only and runs nothing, as in the EDK II shell.
import type { Script } from './script.ts';

/** The end of a block that begins at `position`, nested blocks skipped. `between` also ends it, at its own level only. */
export function blockEnd(script: Script, position: number, opener: string, closer: string, between?: string): number | undefined {
  let depth = 1;
  for (let at = position + 1; at < script.lines.length; at++) {
    const word = script.wordAt(at);
    if (word === opener) depth++;
    else if (word === closer) depth--;
    else if (word === between && depth === 1) return at;
    if (depth === 0) return at;
  }
  return undefined;
}

/** The beginning of the block that `position` is in or ends, nested blocks skipped. */
export function blockStart(script: Script, position: number, opener: string, closer: string): number | undefined {
  let depth = 1;
  for (let at = position - 1; at >= 0; at--) {
    const word = script.wordAt(at);
    if (word === closer) depth++;
    else if (word === opener) depth--;
    if (depth === 0) return at;
  }
  return undefined;
}

/** A label from `position` on and then from the top; labels inside a loop that the search passes whole are not seen. */
export function findLabel(script: Script, position: number, label: string): number | undefined {
  const wanted = `:${label.toLowerCase()}`;
  const size = script.lines.length;
  let depth = 0;
  for (let step = 1; step <= size; step++) {
    const at = (position + step) % size;
    const word = script.wordAt(at);
    if (at === 0) depth = 0;
    if (word === 'for') depth++;
    else if (word === 'endfor') depth = Math.max(0, depth - 1);
    if (word === wanted && depth === 0) return at;
  }
  return undefined;
}
