// A command line taken apart: spaces separate, double quotes hold together.

/** The words of a line; undefined when a quote is not closed. */
export function words(line: string): string[] | undefined {
  const found: string[] = [];
  for (const [whole, quoted, bare] of line.matchAll(/"([^"]*)"(?!\S)|([^\s"]+)(?!\S)|\S+/g)) {
    const word = quoted ?? bare;
    if (word === undefined) return whole.includes('"') ? undefined : [...found, whole];
    found.push(word);
  }
  return found;
}
