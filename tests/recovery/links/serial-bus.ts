// Machines on one emulated serial line, in virtual time.
import { type BusFaults, EmulatedBus } from '../../../host/recovery/links/emulated-bus.ts';
import type { ByteStream } from '../../../host/recovery/links/link.ts';
import { Station } from '../../../host/recovery/links/station.ts';
import { seeded } from '../../random.ts';
import { VirtualClock } from '../peers/virtual-clock.ts';

export interface SerialBusOptions {
  readonly seed?: number;
  readonly baud?: number;
  readonly faults?: BusFaults;
  readonly isDuplex?: boolean;
  readonly latencyMs?: number;
}

export class SerialBus {
  readonly clock = new VirtualClock();
  readonly random: () => number;
  readonly bus: EmulatedBus;
  readonly baud: number;
  readonly notes: string[] = [];
  readonly isShared: boolean;

  constructor({ seed = 1, baud = 19_200, faults = {}, isDuplex = false, latencyMs = 0 }: SerialBusOptions = {}) {
    this.random = seeded(seed);
    this.baud = baud;
    this.isShared = !isDuplex;
    this.bus = new EmulatedBus({ clock: this.clock, baud, random: this.random, faults, isDuplex, latencyMs });
  }

  station(address: number): Station {
    return new Station({ line: this.bus.end(`end ${address}`), clock: this.clock, address, isShared: this.isShared, random: this.random, note: (text) => this.notes.push(text) });
  }

  /** Both ends of a stream from one station to another. */
  async stream(from: Station, to: Station): Promise<readonly [ByteStream, ByteStream]> {
    let accept: (stream: ByteStream) => void = () => undefined;
    const accepted = new Promise<ByteStream>((resolve) => { accept = resolve; });
    const { port } = to.streams.listen(accept);
    const mine = await this.clock.run(from.streams.connect(to.address, port, new AbortController().signal));
    return [mine, await this.clock.run(accepted)];
  }

  bytes(size: number): Buffer {
    return Buffer.from(Array.from({ length: size }, () => Math.floor(this.random() * 256)));
  }
}

/** Writes all in pieces. */
export async function write(stream: ByteStream, bytes: Uint8Array, piece = 4096): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += piece) await stream.write(bytes.subarray(offset, offset + piece));
}

/** Writes all, and closes. */
export async function send(stream: ByteStream, bytes: Uint8Array): Promise<void> {
  await write(stream, bytes);
  stream.close();
}

/** Reads to the end. */
export async function receive(stream: ByteStream): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let piece = await stream.read(); piece !== undefined; piece = await stream.read()) pieces.push(piece);
  stream.close();
  return Buffer.concat(pieces);
}
