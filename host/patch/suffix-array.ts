// The suffixes of some bytes in their order, by induced sorting (SA-IS: Nong, Zhang, Chan, "Linear Suffix Array Construction
// by Almost Pure Induced-Sorting", 2009), in time linear in the bytes; and the longest match found with it.

/** Where each suffix of `bytes` begins, in the order of the suffixes. */
export function suffixArray(bytes: Uint8Array): Int32Array {
  return sorted(bytes, 255);
}

type Symbols = Uint8Array | Int32Array;

/** One level of the recursion: `symbols` from 0 to `highest`. */
function sorted(symbols: Symbols, highest: number): Int32Array {
  const count = symbols.length;
  if (count < 2) return new Int32Array(count);
  const isSmall = new Uint8Array(count);
  for (let i = count - 2; i >= 0; i--) {
    const [one, two] = [symbols[i]!, symbols[i + 1]!];
    isSmall[i] = one === two ? isSmall[i + 1]! : one < two ? 1 : 0;
  }
  const level = new Level(symbols, highest, isSmall);
  const found = level.leftmost();
  level.induce(found);
  if (found.length > 0) level.induce(inOrder(level, found));
  return level.suffixes;
}

/** The leftmost small suffixes in their order: their substrings get names, and the names are sorted one level down. */
function inOrder(level: Level, leftmost: Int32Array): Int32Array {
  const { symbols, suffixes } = level;
  const count = symbols.length;
  const place = new Int32Array(count).fill(-1);
  leftmost.forEach((suffix, index) => { place[suffix] = index; });
  const order = new Int32Array(leftmost.length);
  let taken = 0;
  for (const suffix of suffixes) if (place[suffix]! >= 0) order[taken++] = suffix;
  const names = new Int32Array(leftmost.length);
  let name = 0;
  const endOf = (suffix: number): number => leftmost[place[suffix]! + 1] ?? count;
  for (let i = 1; i < order.length; i++) {
    const [one, two] = [order[i - 1]!, order[i]!];
    if (!isSame(symbols, one, endOf(one), two, endOf(two))) name++;
    names[place[two]!] = name;
  }
  return sorted(names, name).map((index) => leftmost[index]!);
}

/** Whether two substrings, with the symbol that follows each, are the same. */
function isSame(symbols: Symbols, one: number, oneEnd: number, two: number, twoEnd: number): boolean {
  if (oneEnd - one !== twoEnd - two || oneEnd === symbols.length || twoEnd === symbols.length) return false;
  for (; one <= oneEnd; one++, two++) if (symbols[one] !== symbols[two]) return false;
  return true;
}

class Level {
  readonly symbols: Symbols;
  readonly suffixes: Int32Array;
  readonly #isSmall: Uint8Array;
  /** Where the large and the small suffixes that begin with each symbol have their places. */
  readonly #large: Int32Array;
  readonly #small: Int32Array;

  constructor(symbols: Symbols, highest: number, isSmall: Uint8Array) {
    this.symbols = symbols;
    this.suffixes = new Int32Array(symbols.length);
    this.#isSmall = isSmall;
    this.#large = new Int32Array(highest + 2);
    this.#small = new Int32Array(highest + 2);
    for (let i = 0; i < symbols.length; i++) {
      if (isSmall[i] === 0) this.#small[symbols[i]!]!++;
      else this.#large[symbols[i]! + 1]!++;
    }
    for (let symbol = 0; symbol <= highest; symbol++) {
      this.#small[symbol]! += this.#large[symbol]!;
      this.#large[symbol + 1]! += this.#small[symbol]!;
    }
  }

  /** Small suffixes that follow a large one, from left to right. */
  leftmost(): Int32Array {
    const small = this.#isSmall;
    const found: number[] = [];
    for (let i = 1; i < small.length; i++) if (small[i] !== 0 && small[i - 1] === 0) found.push(i);
    return Int32Array.from(found);
  }

  /** Sorts all suffixes from these small ones, put to the ends of their places in this order. */
  induce(leftmost: Int32Array): void {
    const { symbols, suffixes } = this;
    const small = this.#isSmall;
    const count = symbols.length;
    suffixes.fill(-1);
    const next = this.#small.slice();
    for (const suffix of leftmost) suffixes[next[symbols[suffix]!]!++] = suffix;
    next.set(this.#large);
    suffixes[next[symbols[count - 1]!]!++] = count - 1;
    for (let i = 0; i < count; i++) {
      const before = suffixes[i]! - 1;
      if (before >= 0 && small[before] === 0) suffixes[next[symbols[before]!]!++] = before;
    }
    next.set(this.#large);
    for (let i = count - 1; i >= 0; i--) {
      const before = suffixes[i]! - 1;
      if (before >= 0 && small[before] !== 0) suffixes[--next[symbols[before]! + 1]!] = before;
    }
  }
}

/** The longest match of the bytes of `wanted` from `at` on. */
export function longestMatch(bytes: Uint8Array, suffixes: Int32Array, wanted: Uint8Array, at: number): { readonly offset: number; readonly size: number } {
  let [first, last] = [0, suffixes.length - 1];
  // What both ends of the range share with the wanted bytes need not be looked at again.
  let [firstSize, lastSize] = [common(bytes, suffixes[first]!, wanted, at, 0), common(bytes, suffixes[last]!, wanted, at, 0)];
  while (last - first > 1) {
    const middle = (first + last) >>> 1;
    const suffix = suffixes[middle]!;
    const size = common(bytes, suffix, wanted, at, Math.min(firstSize, lastSize));
    const isBefore = at + size < wanted.length && (suffix + size === bytes.length || bytes[suffix + size]! < wanted[at + size]!);
    if (isBefore) [first, firstSize] = [middle, size];
    else [last, lastSize] = [middle, size];
  }
  return firstSize > lastSize ? { offset: suffixes[first]!, size: firstSize } : { offset: suffixes[last]!, size: lastSize };
}

function common(bytes: Uint8Array, offset: number, wanted: Uint8Array, at: number, known: number): number {
  const limit = Math.min(bytes.length - offset, wanted.length - at);
  let size = known;
  while (size < limit && bytes[offset + size] === wanted[at + size]) size++;
  return size;
}
