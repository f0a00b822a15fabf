// Which names and passwords an account may have. Never puts a password into a message.

export const SHORTEST_PASSWORD = 8;
export const LONGEST_PASSWORD = 128;
const LONGEST_USER_NAME = 32;

/** What is wrong with a user name; undefined when nothing is. No colon: HTTP Basic could not send it. */
export function userNameFault(user: string): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,31}$/.test(user)
    ? undefined
    : `expected 1 to ${LONGEST_USER_NAME} of the letters A-Z, a-z, 0-9 and _ . @ -, the first one a letter, digit or _`;
}

/** What is wrong with a password; undefined when nothing is. */
export function passwordFault(password: string, user: string): string | undefined {
  const size = Buffer.byteLength(password);
  if (size < SHORTEST_PASSWORD || size > LONGEST_PASSWORD) return `expected a password of ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} bytes, got ${size}`;
  if (/[\u0000-\u001f\u007f]/.test(password)) return 'expected a password of one line, without control characters';
  if (password.toLowerCase() === user.toLowerCase()) return 'expected a password that is not the name of its user';
  return undefined;
}
