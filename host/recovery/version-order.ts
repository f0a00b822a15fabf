// Which of two versions is newer, for ranking. The rule is that of assembly/transfer/version.ts, which decides for the
// device; configs/README.md states it, and a test compares this with its table.

type Run = { readonly age: 0 | 1 | 2 | 3; readonly text: string };

const END: Run = { age: 1, text: '' };

/** Tilde before the end, the end before letters, letters before numbers. */
function runsOf(version: string): Run[] {
  return (version.match(/~|\d+|[A-Za-z]+/g) ?? []).map((text) => ({ text, age: text === '~' ? 0 : /^\d/.test(text) ? 3 : 2 }));
}

/** Negative when the first one is older, positive when it is newer. */
export function compareVersions(one: string, other: string): number {
  const [mine, theirs] = [runsOf(one), runsOf(other)];
  for (let index = 0; index < Math.max(mine.length, theirs.length); index++) {
    const [a, b] = [mine[index] ?? END, theirs[index] ?? END];
    const order = a.age - b.age || (a.age === 3 ? compareNumbers(a.text, b.text) : compareLetters(a.text, b.text));
    if (order !== 0) return order;
  }
  return 0;
}

function compareNumbers(one: string, other: string): number {
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  return a.length - b.length || compareLetters(a, b);
}

const compareLetters = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
