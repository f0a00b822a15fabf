// Lets a client finish what it sends before it is told that it was for nothing: one that is cut off in the middle often
// never reads the answer. Nothing is kept of it, and neither its bytes nor its time are without a limit.
import type { IncomingMessage } from 'node:http';

const TIME_MS = 20_000;

/** Throws away the rest of a request's body, at most `limit` bytes of it. A client that waits for `100 Continue` sends none. */
export async function drain(request: IncomingMessage, limit: number): Promise<void> {
  if (request.complete || request.destroyed) return;
  let left = limit;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, TIME_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (piece: Buffer) => {
      left -= piece.length;
      if (left < 0) end();
    }).once('end', end).once('close', end).once('error', end).resume();
  });
  request.removeAllListeners('data');
}
