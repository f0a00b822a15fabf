// The terminal of the machine: the process's standard input, passed on key by key.
import type { Readable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import type { KeyWriter } from './console-keys.ts';

/** How long a full ring is left alone before it is tried again. */
const RETRY_MS = 10;

/** The part of a standard input that is used. */
export type KeySource = Readable & Partial<Pick<ReadStream, 'isRaw' | 'setRawMode' | 'ref' | 'unref'>>;

/**
 * Passes on what is typed from now on; a terminal gives every key at once then, Ctrl-C too. Answers the function that
 * ends it and leaves the terminal as it was.
 */
export function forwardKeys(input: KeySource, keys: KeyWriter, { isTerminal }: { readonly isTerminal: boolean }): () => void {
  const wasRaw = input.isRaw === true;
  let waiting = new Uint8Array(0);
  let hasEnded = input.readableEnded || input.destroyed;
  let retry: NodeJS.Timeout | undefined;
  /** Fills the ring. Until everything has found room, the input waits, and so does its end. */
  const pump = (): void => {
    waiting = waiting.slice(keys.write(waiting));
    if (waiting.length > 0) retry = setTimeout(pump, RETRY_MS);
    else if (hasEnded) keys.end();
    else input.resume();
  };
  const onData = (data: Uint8Array): void => {
    input.pause();
    clearTimeout(retry);
    waiting = Uint8Array.from([...waiting, ...data]);
    pump();
  };
  const onEnd = (): void => {
    hasEnded = true;
    if (waiting.length === 0) keys.end();
  };
  if (isTerminal) input.setRawMode?.(true);
  input.on('data', onData).once('end', onEnd).once('error', onEnd);
  input.ref?.();
  pump();
  return () => {
    clearTimeout(retry);
    input.off('data', onData).off('end', onEnd).off('error', onEnd).pause();
    if (isTerminal) input.setRawMode?.(wasRaw);
    input.unref?.();
  };
}
