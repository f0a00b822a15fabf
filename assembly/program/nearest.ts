/**
 * Which known word was meant: the one with the smallest edit distance (Levenshtein), upper and lower case taken as
 * equal. Begin with what was found, offer every known word, read the result.
 */
import { literalAt, lowerCase } from "./literal";

/** Longer words are no misspelling of ours. */
const LONGEST: u32 = 32;
/** One row of the distance table, a byte each: LONGEST + 1 entries. */
const row: usize = memory.data(33, 16);

let found: usize = 0;
let foundSize: u32 = 0;
let best: u32 = 0;

/** Set by `nearestOffer`: the nearest word so far, empty when none is near. */
export let nearest: string = "";

/** Starts the search for the word that these bytes were meant to be. */
export function nearestBegin(at: usize, size: u32): void {
  found = at;
  foundSize = size;
  nearest = "";
  best = max<u32>((size + 1) / 3, 1) + 1;
}

/** Offers a known word. */
export function nearestOffer(word: string): void {
  if (foundSize == 0 || foundSize > LONGEST) return;
  const away: u32 = distance(word);
  if (away >= best) return;
  best = away;
  nearest = word;
}

function distance(word: string): u32 {
  for (let i: u32 = 0; i <= foundSize; i++) store<u8>(row + <usize>i, <u8>i);
  for (let j: u32 = 0; j < <u32>word.length; j++) {
    const wanted: u32 = lowerCase(literalAt(word, j));
    let diagonal: u32 = load<u8>(row);
    store<u8>(row, <u8>(j + 1));
    for (let i: u32 = 0; i < foundSize; i++) {
      const at: usize = row + <usize>i;
      const above: u32 = load<u8>(at, 1);
      const changed: u32 = diagonal + (lowerCase(load<u8>(found + <usize>i)) == wanted ? 0 : 1);
      store<u8>(at, <u8>min<u32>(changed, min<u32>(above, load<u8>(at)) + 1), 1);
      diagonal = above;
    }
  }
  return load<u8>(row + <usize>foundSize);
}
