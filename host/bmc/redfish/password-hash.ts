// Passwords as they are kept: scrypt with a salt of their own, and the figures that they were hashed with.
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';

/** What scrypt costs (RFC 7914): memory is 128 · cost · blockSize bytes. */
export interface HashCost {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

export interface PasswordHash extends HashCost {
  /** Both in base64. */
  readonly salt: string;
  readonly hash: string;
}

/** 16 MiB, and about a fifth of a second of a server's processor: OWASP's figures for little memory. */
export const HASH_COST: HashCost = { cost: 16_384, blockSize: 8, parallelization: 5 };
const HASH_SIZE = 32;
const SALT_SIZE = 16;

function derive(password: string, salt: Buffer, { cost, blockSize, parallelization }: HashCost): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(password.normalize('NFC'), 'utf8'), salt, HASH_SIZE, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

export async function hashPassword(password: string, cost: HashCost = HASH_COST): Promise<PasswordHash> {
  const salt = randomBytes(SALT_SIZE);
  const hash = await derive(password, salt, cost);
  const { cost: n, blockSize, parallelization } = cost;
  return { cost: n, blockSize, parallelization, salt: salt.toString('base64'), hash: hash.toString('base64') };
}

/** Whether this is the password. Takes the same time for a wrong one. */
export async function isPassword(password: string, kept: PasswordHash): Promise<boolean> {
  const expected = Buffer.from(kept.hash, 'base64');
  const derived = await derive(password, Buffer.from(kept.salt, 'base64'), kept);
  return timingSafeEqual(derived, expected);
}

/** A hash that no password has: checking against it takes the time of a real one. */
export function hashOfNobody(cost: HashCost = HASH_COST): PasswordHash {
  const { cost: n, blockSize, parallelization } = cost;
  return { cost: n, blockSize, parallelization, salt: randomBytes(SALT_SIZE).toString('base64'), hash: randomBytes(HASH_SIZE).toString('base64') };
}

/** No 0, 1, l, o, which are misread on a console; 100 bits in four groups. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

export function randomPassword(): string {
  const group = (): string => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
