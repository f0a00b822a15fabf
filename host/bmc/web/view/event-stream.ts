// Reading server-sent events (WHATWG HTML, 9.2.6) from pieces of text that come as the network has cut them. The
// browser's own EventSource hides what the page needs to know: why a stream was refused, and that a quiet one lives.

export interface StreamMessage {
  readonly id: string;
  readonly data: string;
}

/** Answers a function that is fed with text and answers the messages that are whole with it. */
export function streamReader(): (piece: string) => StreamMessage[] {
  let rest = '';
  let id = '';
  let data: string[] = [];

  const line = (text: string): StreamMessage | undefined => {
    if (text === '') {
      const message = data.length === 0 ? undefined : { id, data: data.join('\n') };
      data = [];
      return message;
    }
    const colon = text.indexOf(':');
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'id') id = value;
    return undefined;
  };

  return (piece) => {
    // A return at the very end may be half of a line's end: it waits for what follows.
    const parts = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? '';
    return parts.map(line).filter((message) => message !== undefined);
  };
}
