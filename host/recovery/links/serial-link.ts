// A machine on a serial line, as a link: the bus of several machines (`icmb`), or the line to one other (`bluetooth`).
import type { FrameStream } from './frame-stream.ts';
import type { ByteStream, Link, LinkKind, TakeMessage } from './link.ts';
import type { StationUse } from './shared-stations.ts';

export interface SerialLinkOptions {
  readonly kind: LinkKind;
  readonly ratePerSecond?: number;
}

export class SerialLink implements Link {
  readonly name: string;
  readonly kind: LinkKind;
  readonly ratePerSecond?: number;
  readonly capacityPerSecond: number;
  readonly #use: StationUse;
  readonly #streams = new Set<FrameStream>();
  readonly #endings: (() => void)[] = [];

  constructor(use: StationUse, { kind, ratePerSecond }: SerialLinkOptions) {
    this.#use = use;
    this.kind = kind;
    this.name = `${kind} ${use.station.name} ${use.station.address}`;
    this.capacityPerSecond = use.station.capacityPerSecond;
    if (ratePerSecond !== undefined) this.ratePerSecond = ratePerSecond;
  }

  broadcast(bytes: Uint8Array): void {
    this.#use.station.broadcast(bytes);
  }

  hear(take: TakeMessage): () => void {
    const end = this.#use.station.announcements.hear(take);
    this.#endings.push(end);
    return end;
  }

  async connect(address: string, port: number, signal: AbortSignal): Promise<ByteStream> {
    if (!/^0x[0-9a-f]{4}$/.test(address) || address === this.#use.station.address) throw new Error(`${this.name}: expected the address of another machine on it, got ${address}; nothing was connected`);
    return this.#keep(await this.#use.station.streams.connect(address, port, signal));
  }

  async listen(take: (stream: ByteStream) => void): Promise<number> {
    const { port, end } = this.#use.station.streams.listen((stream) => take(this.#keep(stream)));
    this.#endings.push(end);
    return port;
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    for (const stream of this.#streams) stream.destroy();
    await this.#use.release();
  }

  /** The streams of this link end with it; the line may have other users. */
  #keep(stream: FrameStream): FrameStream {
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    return stream;
  }
}
