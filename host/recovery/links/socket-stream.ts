// A TCP connection as a stream of bytes. Nothing is read from it that nobody has asked for.
import { connect, type Socket } from 'node:net';
import type { ByteStream } from './link.ts';

/** How long the last bytes may take to leave. */
const CLOSING_MS = 2000;

/** Wraps a socket that is connected. */
export function socketStream(socket: Socket, peer: string): ByteStream {
  // Errors come out of `read` and `write`; a socket without a listener would end the process.
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  const pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    peer,
    write: (bytes) => new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the stream has ended'));
      const ended = (): void => reject(new Error('the stream has ended'));
      socket.once('close', ended);
      socket.write(bytes, (error) => {
        socket.off('close', ended);
        if (error) reject(error);
        else resolve();
      });
    }),
    read: async () => {
      const piece = await pieces.next();
      return piece.done === true ? undefined : piece.value;
    },
    close: () => {
      socket.end();
      // What the other end still sends is thrown away, so that it gets to hear the last message; one that never closes is
      // not waited for.
      socket.removeAllListeners('readable');
      socket.resume();
      const timer = setTimeout(() => socket.destroy(), CLOSING_MS);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    },
    destroy: () => {
      socket.destroy();
    },
  };
}

/** Opens a connection from one of this machine's addresses. */
export function connectStream(address: string, port: number, localAddress: string, signal: AbortSignal): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const socket = connect({ host: address, port, localAddress });
    const ended = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', ended, { once: true });
    socket.once('error', (error) => {
      signal.removeEventListener('abort', ended);
      reject(error);
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', ended);
      resolve(socketStream(socket, address));
    });
  });
}
