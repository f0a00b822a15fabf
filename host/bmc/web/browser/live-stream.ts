// A stream of server-sent events that comes back after each cut, where it was cut.
import { type StreamMessage, streamReader } from '../view/event-stream.ts';

export interface LiveStreamOptions {
  readonly path: string;
  /** The stream is there, for the first time or again. */
  readonly opened: () => void;
  /** Something has come, if only a sign of life. */
  readonly alive: () => void;
  readonly heard: (message: StreamMessage) => void;
  readonly cut: () => void;
  /** Nobody is logged in: it does not come back. */
  readonly loggedOut: () => void;
}

export interface LiveStream {
  /** Begins anew, at once: nothing is heard, or the user does not want to wait. */
  retry(): void;
  /** Ends it, until `retry`. */
  pause(): void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;
/** A network that swallows everything is not waited for. */
const ANSWER_MS = 10_000;

export function liveStream(options: LiveStreamOptions): LiveStream {
  const { path, opened, alive, heard, cut, loggedOut } = options;
  let lastId = '';
  let delayMs = FIRST_RETRY_MS;
  let current = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads until the stream ends. Answers whether it is to be opened again. */
  const read = async ({ signal }: AbortController): Promise<boolean> => {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (lastId !== '') headers['Last-Event-ID'] = lastId;
    const given = new AbortController();
    const patience = setTimeout(() => given.abort(), ANSWER_MS);
    signal.addEventListener('abort', () => given.abort());
    const response = await fetch(path, { headers, signal: given.signal, cache: 'no-store', credentials: 'same-origin' }).finally(() => clearTimeout(patience));
    if (response.status === 401) return loggedOut(), false;
    if (!response.ok || response.body === null) return true;
    opened();
    const next = streamReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      delayMs = FIRST_RETRY_MS;
      alive();
      for (const message of next(value)) {
        lastId = message.id;
        heard(message);
      }
    }
  };

  const open = async (): Promise<void> => {
    const mine = current = new AbortController();
    const isToReturn = await read(mine).catch(() => true);
    if (mine.signal.aborted || !isToReturn) return;
    cut();
    timer = setTimeout(() => void open(), delayMs);
    delayMs = Math.min(LAST_RETRY_MS, delayMs * 2);
  };

  void open();
  const pause = (): void => {
    clearTimeout(timer);
    current.abort();
  };
  return {
    pause,
    retry() {
      pause();
      void open();
    },
  };
}
