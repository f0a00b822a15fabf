// How bodies are told apart on a line of characters. The links use IPMI basic mode; a line with other frames has its own.

export interface Framer {
  /** The characters of one frame. */
  encode(body: Uint8Array): Uint8Array;
  /** Takes characters apart; `take` gets each body of at most `limit` bytes, and no frame that is wrong. */
  reader(limit: number, take: (body: Uint8Array) => void): FrameReader;
}

export interface FrameReader {
  push(bytes: Uint8Array): void;
}
