// An upload as a recipient asks for it that has some of the image already: digests of blocks, then the bytes of those that
// differ. The donor keeps nothing of it but how far the recipient has come: between asks of a kind offsets only rise, so that
// a stream costs four passes over the image at most.
import type { RecoveryAsk } from '../../core/wire-recovery-messages.ts';
import { type Clock, pause } from '../links/clock.ts';
import { digests, packing } from './block-tools.ts';
import type { DonorImage } from './donor-images.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import type { MessageStream } from './message-stream.ts';
import { type Pace, watchFloor } from './pace.ts';
import { PeerFailure } from './peer-failure.ts';

export interface BlockDesk {
  readonly clock: Clock;
  readonly pace: Pace;
}

/** No ask is longer: 128 ranges. */
export const ASK_LIMIT = 16 + 8 + 128 * 8;
/** What is read at a time, and before others have their turn. */
const PIECE = 65_536;
const TURN = 1024 * 1024;

export class BlockUpload {
  readonly #messages: MessageStream;
  readonly #desk: BlockDesk;
  readonly #image: DonorImage;
  /** For each kind of ask, the block after the last one that was asked for. */
  readonly #next = new Map<string, number>();
  /** What the recipient has taken: bytes of image, and of digests. */
  #taken = 0;
  /** Bytes of image that were asked for and sent. */
  bytes = 0;

  constructor(messages: MessageStream, desk: BlockDesk, image: DonorImage) {
    this.#messages = messages;
    this.#desk = desk;
    this.#image = image;
  }

  /** Answers this ask and all that follow. The answer is how the recipient says that it ended. */
  async run(first: RecoveryAsk, { lowestFloor, floorPeriodMs }: Pick<ExchangeTimes, 'lowestFloor' | 'floorPeriodMs'>): Promise<string> {
    const { clock } = this.#desk;
    const endWatch = watchFloor(clock, lowestFloor, () => this.#taken, () => this.#messages.fail(new PeerFailure('slow', `${this.#messages.peer} does not take delivery`)), floorPeriodMs);
    try {
      for (let ask = first; ;) {
        if (ask.what === 'Digests') await this.#digests(ask);
        else await this.#blocks(ask);
        const { name, fields } = await this.#messages.receive(ASK_LIMIT);
        if (name === 'done') return fields.result;
        if (name !== 'ask') throw this.#wrong(name);
        ask = fields;
      }
    } finally {
      endWatch();
    }
  }

  async #digests(ask: RecoveryAsk): Promise<void> {
    const found: Uint8Array[] = [];
    let read = 0;
    for (const piece of this.#pieces(ask)) {
      found.push(new Uint8Array(digests().of(piece, ask.blockSize).buffer));
      read += piece.length;
      if (read % TURN < piece.length) await pause(this.#desk.clock, 0);
    }
    const all = Buffer.concat(found);
    await this.#desk.pace.take(all.length);
    await this.#messages.send('digests', { first: ask.ranges[0]!.first, digests: all });
    this.#taken += all.length;
  }

  async #blocks(ask: RecoveryAsk): Promise<void> {
    const plain = Buffer.concat([...this.#pieces(ask)]);
    const packed = packing().pack(plain);
    const bytes = packed ?? plain;
    await this.#desk.pace.take(bytes.length);
    await this.#messages.send('blocks', { first: ask.ranges[0]!.first, size: plain.length, encoding: packed === undefined ? 0 : 1, bytes });
    this.#taken += plain.length;
    this.bytes += plain.length;
  }

  /** The bytes of the ranges, in pieces of whole blocks. */
  * #pieces({ what, blockSize, ranges }: RecoveryAsk): Generator<Uint8Array> {
    const { size } = this.#image.statement;
    const kind = `${what} ${blockSize}`;
    for (const { first, blocks } of ranges) {
      const [begin, end] = [first * blockSize, Math.min((first + blocks) * blockSize, size)];
      if (first < (this.#next.get(kind) ?? 0) || first + blocks > Math.ceil(size / blockSize)) throw this.#wrong('an ask for blocks that were asked for before, or that the image does not have,');
      this.#next.set(kind, first + blocks);
      for (let offset = begin; offset < end; offset += PIECE) yield this.#image.read(offset, Math.min(PIECE, end - offset));
    }
  }

  #wrong(what: string): PeerFailure {
    return new PeerFailure('garbage', `${this.#messages.peer} has sent ${what} where it has no place`);
  }
}
