// The taps that the table in assembly/checksum/chorba.ts lists are multiples of the polynomial: without that nothing holds.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const table = readFileSync(new URL('../../assembly/checksum/chorba.ts', import.meta.url), 'utf8');
const rows = [...table.matchAll(/\* +(chorba-[a-z0-9]+) +([\d ]+?) (bytes|bits|vectors) /g)];
const POLYNOMIALS = { 32: 0x104c11db7n, 16: 0x11021n } as const;

/** x to the `exponent`, modulo `polynomial` of `degree`. */
function power(exponent: number, polynomial: bigint, degree: number): bigint {
  let value = 1n;
  for (let step = 0; step < exponent; step++) {
    value <<= 1n;
    if ((value >> BigInt(degree)) & 1n) value ^= polynomial;
  }
  return value;
}

it('the table has all forms', () => {
  expect(rows.map((row) => row[1])).toEqual(['chorba-ring', 'chorba-window', 'chorba-bits', 'chorba-crc16']);
});

it.each(rows.map((row) => [row[1]!, row[2]!.split(' ').map(Number)] as const))('%s: x^n + x^(n - t) + … + 1 is a multiple of the polynomial', (form, taps) => {
  const degree = form === 'chorba-crc16' ? 16 : 32;
  const longest = Math.max(...taps);
  const remainder = [0, ...taps].reduce((sum, tap) => sum ^ power(longest - tap, POLYNOMIALS[degree], degree), 0n);
  expect(remainder).toBe(0n);
});
