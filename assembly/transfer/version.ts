/**
 * Which of two versions is newer. Both ends decide by this rule: the program when it plans, the management controller
 * when it refuses. configs/README.md states it for the people who write versions.
 *
 * A version is read as runs of digits and runs of letters; `~` stands for itself; every other byte only separates.
 * Runs are compared one by one: numbers as numbers of any length, letters by their bytes; a number is newer than
 * letters, anything is newer than the end, and the end is newer than `~`. Equal runs all along are equal versions.
 */

/** What stands at a place, in the order of age. */
enum Run {
  Tilde,
  End,
  Letters,
  Number,
}

function isDigit(byte: u32): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: u32): bool {
  const lower: u32 = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function runAt(at: usize, end: usize): Run {
  if (at == end) return Run.End;
  const byte: u32 = load<u8>(at);
  if (byte == 0x7e) return Run.Tilde;
  return isDigit(byte) ? Run.Number : Run.Letters;
}

function skipSeparators(at: usize, end: usize): usize {
  while (at < end) {
    const byte: u32 = load<u8>(at);
    if (byte == 0x7e || isDigit(byte) || isLetter(byte)) break;
    at++;
  }
  return at;
}

function runEnd(at: usize, end: usize, run: Run): usize {
  if (run == Run.Tilde) return at + 1;
  if (run == Run.Number) {
    while (at < end && isDigit(load<u8>(at))) at++;
  } else {
    while (at < end && isLetter(load<u8>(at))) at++;
  }
  return at;
}

function skipZeros(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) == 0x30) at++;
  return at;
}

/** Without leading zeros the longer number is the larger one, and equally long ones compare by their digits. */
function compareNumbers(a: usize, aEnd: usize, b: usize, bEnd: usize): i32 {
  a = skipZeros(a, aEnd);
  b = skipZeros(b, bEnd);
  const aSize: usize = aEnd - a;
  const bSize: usize = bEnd - b;
  if (aSize != bSize) return aSize < bSize ? -1 : 1;
  return sign(memory.compare(a, b, aSize));
}

function compareLetters(a: usize, aEnd: usize, b: usize, bEnd: usize): i32 {
  const aSize: usize = aEnd - a;
  const bSize: usize = bEnd - b;
  const order: i32 = sign(memory.compare(a, b, min<usize>(aSize, bSize)));
  if (order != 0 || aSize == bSize) return order;
  return aSize < bSize ? -1 : 1;
}

function sign(order: i32): i32 {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

/** -1 when the first version is older, 1 when it is newer, 0 when the rule sees no difference. */
export function compareVersions(a: usize, aSize: u32, b: usize, bSize: u32): i32 {
  const aEnd: usize = a + <usize>aSize;
  const bEnd: usize = b + <usize>bSize;
  while (true) {
    a = skipSeparators(a, aEnd);
    b = skipSeparators(b, bEnd);
    const run: Run = runAt(a, aEnd);
    const other: Run = runAt(b, bEnd);
    if (run != other) return run < other ? -1 : 1;
    if (run == Run.End) return 0;
    const aNext: usize = runEnd(a, aEnd, run);
    const bNext: usize = runEnd(b, bEnd, run);
    let order: i32 = 0;
    if (run == Run.Number) order = compareNumbers(a, aNext, b, bNext);
    else if (run == Run.Letters) order = compareLetters(a, aNext, b, bNext);
    if (order != 0) return order;
    a = aNext;
    b = bNext;
  }
}
