// A serial line as characters: 8 data bits, no parity, one stop bit. What the characters mean is not known here.

export interface SerialLine {
  /** As configurations name it: `/dev/ttyUSB0`. */
  readonly name: string;
  readonly baud: number;
  /** Ends when the characters have left. Throws when the line is gone; it may come back. */
  write(bytes: Uint8Array): Promise<void>;
  /** Hears every character on the line, on a shared one its own, too. One hearer. */
  hear(take: (bytes: Uint8Array) => void): void;
  close(): Promise<void>;
}

/** Milliseconds of one character: a start bit, eight of data, a stop bit. */
export const characterMs = (baud: number): number => 10_000 / baud;
