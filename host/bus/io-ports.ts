// The I/O ports of the machine that its firmware writes to. There is one: port 80h takes POST codes, which the management
// controller sees as a board's controller does that listens on the bus.

/** Accesses of one byte. What is written to a port that nobody has is lost. */
export interface IoPorts {
  write8(port: number, value: number): void;
}

export const POST_CODE_PORT = 0x80;
