// The tag of a representation: two that are equal have the same one (RFC 9110, 8.8.3).
import { createHash } from 'node:crypto';

export function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

/** Whether a list of tags in If-Match or If-None-Match names this one. */
export function namesTag(header: string, tag: string): boolean {
  return header.split(',').some((one) => {
    const name = one.trim();
    return name === '*' || name.replace(/^W\//, '') === tag;
  });
}
