// What recovery needs of a link between machines: short messages to everyone, and a stream of bytes to one. A link knows
// no messages, decides nothing, and promises nothing: messages may be lost, doubled and forged.

/** One end of a stream. */
export interface ByteStream {
  /** The address of the other end. */
  readonly peer: string;
  /** Ends when there is room for more. Throws when the stream has ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** The next piece; undefined when the other end has closed. Throws when the stream broke. One call at a time. */
  read(): Promise<Uint8Array | undefined>;
  /** Ends it after what was written. */
  close(): void;
  /** Ends it now; calls that wait throw. */
  destroy(): void;
}

/** Takes a message that was sent to everyone. */
export type TakeMessage = (bytes: Uint8Array, from: string) => void;

/** What kind of way it is; policies prefer one to the other. `icmb`: a serial bus that several machines share. */
export type LinkKind = 'lan' | 'wireless' | 'icmb' | 'bluetooth';

export interface Link {
  /** As configurations and logs name it: `lan eth0 IPv4`. */
  readonly name: string;
  readonly kind: LinkKind;
  /** Bytes of image a second that may go over it; undefined: as many as it carries. */
  readonly ratePerSecond?: number;
  /** Bytes a second that it carries at best, of everyone together; undefined: a network, of which nobody knows. */
  readonly capacityPerSecond?: number;
  /** Sends one message to everyone, at most once. */
  broadcast(bytes: Uint8Array): void;
  /** Hears what others send to everyone, on a network also what this end sends. The answer ends it. */
  hear(take: TakeMessage): () => void;
  /** Opens a stream to a machine on this link. */
  connect(address: string, port: number, signal: AbortSignal): Promise<ByteStream>;
  /** Takes streams from machines on this link; answers the port. Only once. */
  listen(take: (stream: ByteStream) => void): Promise<number>;
  close(): Promise<void>;
}
