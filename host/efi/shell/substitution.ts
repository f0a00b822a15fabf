// What happens to the text of a line before it is a command (UEFI Shell 2.2, sections 3.4 and 3.6.2): comments go, script
// arguments, environment variables and loop variables are put in. `^` before `#` or `%` takes them as they are.

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The line up to a `#` that is not escaped. */
export function withoutComment(line: string): string {
  return /^(?:\^[^]|[^#^]|\^$)*/.exec(line)?.[0] ?? '';
}

/** Puts in `%0` to `%9`. An argument that was not given is `""`. */
export function withArguments(line: string, args: readonly string[]): string {
  return line.replace(/%([0-9])/g, (_, digit: string) => args[Number(digit)] ?? '""');
}

/** Puts in `%name%` and `%i`; a `%name%` that is not defined vanishes. */
export function withVariables(line: string, get: (name: string) => string | undefined, loopVariables: ReadonlyMap<string, string>): string {
  const defined = replaceNames(line, get);
  const looped = [...loopVariables].reduce((text, [letter, value]) => replaceLetter(text, letter, value), defined);
  return replaceNames(looped, (name) => (VARIABLE_NAME.test(name) ? '' : undefined)).replaceAll('^%', '%');
}

/** Replaces `%name%` where there is a value; any other `%` stays. */
function replaceNames(line: string, get: (name: string) => string | undefined): string {
  let result = '';
  for (let at = 0; at < line.length; at++) {
    const end = line[at] === '%' && line[at - 1] !== '^' ? line.indexOf('%', at + 1) : -1;
    const value = end < 0 ? undefined : get(line.slice(at + 1, end));
    result += value ?? line[at];
    if (value !== undefined) at = end;
  }
  return result;
}

function replaceLetter(line: string, letter: string, value: string): string {
  return line.replace(new RegExp(`(\\^?)%${letter}`, 'g'), (whole, escape: string) => (escape === '' ? value : whole));
}
