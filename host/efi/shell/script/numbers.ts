/** The number that a word is, decimal or `0x` hexadecimal, with an optional `-`; undefined when it is none. */
export function numberValue(word: string): bigint | undefined {
  const [, sign, digits] = /^(-?)(0x[0-9a-f]+|[0-9]+)$/i.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(digits.toLowerCase());
  return sign === '-' ? -value : value;
}
