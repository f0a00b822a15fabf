// From a password to the bytes that hide a secret key: scrypt, with libsodium's two limits, which are what a key file
// holds, in the place of scrypt's own three numbers.
import { scryptSync } from 'node:crypto';

/** As they lie in a key file: `operations` bounds the time, `memory` the bytes. */
export interface DerivationLimits {
  readonly operations: number;
  readonly memory: number;
}

/** What minisign makes keys with (libsodium: SENSITIVE): 1 GiB of memory and some seconds for each use of the password. */
export const KEY_LIMITS: DerivationLimits = { operations: 2 ** 25, memory: 2 ** 30 };
/** The least that minisign goes down to on a machine with little memory (libsodium: MIN). */
export const LOWEST_LIMITS: DerivationLimits = { operations: 2 ** 15, memory: 2 ** 24 };

export interface ScryptParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const R = 8;
const MAXIMUM_R_TIMES_P = 0x3fffffff;

/** The smallest power of two that is more than half of `highest`, at least 2. */
function powerFor(highest: number): number {
  let power = 2;
  while (power <= highest / 2) power *= 2;
  return power;
}

/** libsodium's rule, `pickparams` in crypto_pwhash/scryptsalsa208sha256. */
export function scryptParameters({ operations, memory }: DerivationLimits): ScryptParameters {
  if (operations < Math.floor(memory / 32)) return { N: powerFor(Math.floor(operations / (R * 4))), r: R, p: 1 };
  const N = powerFor(Math.floor(memory / (R * 128)));
  const rTimesP = Math.min(Math.floor(operations / 4 / N), MAXIMUM_R_TIMES_P);
  return { N, r: R, p: Math.floor(rTimesP / R) };
}

/** Is this between the least and the most that minisign makes? More could keep the machine busy for hours. */
export function areGoodLimits({ operations, memory }: DerivationLimits): boolean {
  return operations >= LOWEST_LIMITS.operations && operations <= KEY_LIMITS.operations
    && memory >= LOWEST_LIMITS.memory && memory <= KEY_LIMITS.memory && scryptParameters({ operations, memory }).p > 0;
}

/** `size` bytes from a password. Takes the limits' time and memory; the caller wipes the answer. */
export function deriveBytes(password: Uint8Array, salt: Uint8Array, limits: DerivationLimits, size: number): Buffer {
  const { N, r, p } = scryptParameters(limits);
  // OpenSSL counts the blocks beside the table, too.
  return scryptSync(password, salt, size, { N, r, p, maxmem: 128 * r * (N + p + 2) });
}
