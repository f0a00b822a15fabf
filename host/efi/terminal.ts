// The terminal of the machine: the process's standard input, passed on key by key.
import type { ReadStream } from 'node:tty';
import type { KeyWriter } from './console-keys.ts';

/** How long a full ring is left alone before it is tried again. */
const RETRY_MS = 10;

/** Passes on what is typed from now on. Answers the function that ends it and leaves the terminal as it was. */
export function forwardKeys(input: NodeJS.ReadStream | ReadStream, keys: KeyWriter): () => void {
  const wasRaw = input.isRaw === true;
  let retry: NodeJS.Timeout | undefined;
  const pass = (data: Uint8Array): void => {
    const rest = data.subarray(keys.write(data));
    if (rest.length === 0) return;
    input.pause();
    retry = setTimeout(() => {
      input.resume();
      pass(rest);
    }, RETRY_MS);
  };
  const onEnd = (): void => keys.end();
  if (input.readableEnded || input.destroyed) keys.end();
  if (input.isTTY) input.setRawMode(true);
  input.on('data', pass).once('end', onEnd).once('error', onEnd).resume();
  input.ref?.();
  return () => {
    clearTimeout(retry);
    input.off('data', pass).off('end', onEnd).off('error', onEnd).pause();
    if (input.isTTY) input.setRawMode(wasRaw);
    input.unref?.();
  };
}
