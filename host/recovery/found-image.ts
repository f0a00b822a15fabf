// From a .minisig file that a source has found to a candidate. What it says is only read here; who said it is the policy's
// question.
import { parseSignature } from '../trust/signature.ts';
import { parseTrustedComment } from '../trust/trusted-comment.ts';
import type { Candidate, RecoveryNeed } from './source.ts';

/** What belongs behind an image's name to name its signature. */
export const SIGNATURE_ENDING = '.minisig';
/** More than a signature file can have. */
export const SIGNATURE_LIMIT = 10 * 1024;
/** Signature files that one source looks at. */
export const FOUND_LIMIT = 64;

/** The candidate; undefined when the signature is for another component, or is none that can be read. */
export function candidateOf(found: Pick<Candidate, 'id' | 'source' | 'kind' | 'signature' | 'size' | 'terms'>, need: RecoveryNeed): Candidate | undefined {
  try {
    const statement = parseTrustedComment(parseSignature(found.signature, found.id).comment, found.id);
    return statement.component === need.component ? { ...found, statement } : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the work at the signal, whether or not what it waits for ever answers. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // What has begun may fail later, when nobody waits for it any more.
  if (signal.aborted) void work.catch(() => undefined);
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
