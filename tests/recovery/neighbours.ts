// The neighbours of one board in a simulation: honest donors of the product, and those that lie, dawdle, vanish or never
// end, on one virtual network that loses what the seed says.
import { RecoveryWire } from '../../host/core/wire-recovery.ts';
import { type Clock } from '../../host/recovery/links/clock.ts';
import { VirtualNetwork } from '../../host/recovery/links/virtual-link.ts';
import { makeDatagram, readDatagram } from '../../host/recovery/peers/datagram.ts';
import type { DonorImage } from '../../host/recovery/peers/donor-images.ts';
import { Donor } from '../../host/recovery/peers/donor.ts';
import { MessageStream } from '../../host/recovery/peers/message-stream.ts';
import { PeerSource } from '../../host/recovery/peers/peer-source.ts';
import type { Source } from '../../host/recovery/source.ts';
import { parseSignature } from '../../host/trust/signature.ts';
import { parseTrustedComment } from '../../host/trust/trusted-comment.ts';
import { key } from '../trust/signed-image.ts';
import type { Signed } from './images.ts';
import type { Rig } from './rig.ts';

export const MANNERS = ['honest', 'wrong-bytes', 'endless', 'garbage', 'silent', 'one-byte-a-second', 'vanishes', 'other-statement'] as const;
export type Manner = (typeof MANNERS)[number];

const BLOCK = 65_536;

export function donorImage({ bytes, signature }: Signed, name: string): DonorImage {
  const statement = parseTrustedComment(parseSignature(signature, name).comment, name);
  return { name, statement, digest: Buffer.from(statement.sha256, 'hex'), signature, read: (offset, size) => bytes.subarray(offset, offset + size), close: () => undefined };
}

/** The rig's time as links take it in. */
const clockOf = (rig: Rig): Clock => ({
  now: () => rig.clock.nowMs(),
  after: (ms, work) => {
    const stop = new AbortController();
    rig.clock.wait(ms, stop.signal).then(work, () => undefined);
    return () => stop.abort(new Error('taken back'));
  },
});

export class Neighbours {
  readonly network: VirtualNetwork;
  readonly #clock: Clock;
  readonly #wire = new RecoveryWire();
  readonly #random: () => number;
  /** Parts of messages and of pieces of streams that are lost. */
  messageLoss = 0;
  streamLoss = 0;

  constructor(rig: Rig, random: () => number) {
    this.#clock = clockOf(rig);
    this.#random = random;
    this.network = new VirtualNetwork({ clock: this.#clock });
    this.network.messageFault = (_from, _to, bytes) => (random() < this.messageLoss ? undefined : bytes);
    this.network.streamFault = (_from, _to, bytes) => (random() < this.streamLoss ? undefined : bytes);
  }

  readonly #randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.#random() * 256);

  /** The board's own way to them. */
  source(): Source {
    return new PeerSource({ name: 'rack', links: [this.network.link('10.0.0.1')], keys: () => [key.publicKey], clock: this.#clock, randomBytes: this.#randomBytes });
  }

  async add(address: string, image: DonorImage, manner: Manner): Promise<void> {
    const link = this.network.link(address);
    if (manner === 'honest') {
      await Donor.start({ links: [link], images: () => [image], class: 'Peer', clock: this.#clock, random: this.#random, randomBytes: this.#randomBytes });
      return;
    }
    const port = await link.listen((stream) => {
      const messages = new MessageStream({ stream, wire: this.#wire, clock: this.#clock, key: undefined, end: 'donor' });
      void this.#serve(messages, image, manner).then(() => messages.close(), () => stream.destroy());
    });
    const donor = this.#randomBytes(8);
    const { security, size } = image.statement;
    link.hear((bytes) => {
      const message = readDatagram(this.#wire, undefined, bytes);
      if (message?.name !== 'request') return;
      link.broadcast(makeDatagram(this.#wire, undefined, 'offer', {
        donor, digest: image.digest, security: manner === 'other-statement' ? security + 1 : security, size, class: 'Peer', load: 0, rate: 14, lives: 60, nonce: message.fields.nonce, port,
      }));
    });
  }

  async #serve(messages: MessageStream, image: DonorImage, manner: Manner): Promise<void> {
    const accept = await messages.receive(1000, 5000);
    if (accept.name !== 'accept' || manner === 'vanishes' && this.#random() < 0.5) return;
    messages.bind(accept.fields.nonce);
    await messages.send('statement', { nonce: new Uint8Array(8), imageSize: image.statement.size, signature: image.signature });
    const first = await messages.receive(1000, 5000);
    if (first.name !== 'acknowledge') return;
    for (let offset = first.fields.next; ; offset += BLOCK) {
      if (manner === 'silent' || (manner === 'vanishes' && offset > 0)) return;
      if (manner === 'garbage') return messages.send('done', { result: 'Complete' });
      const size = Math.min(BLOCK, image.statement.size - offset);
      if (size <= 0 && manner !== 'endless') return;
      if (manner === 'one-byte-a-second') await new Promise<void>((resolve) => { this.#clock.after(size * 1000, resolve); });
      const bytes = size > 0 ? Buffer.from(image.read(offset, size)) : Buffer.alloc(BLOCK);
      if (manner === 'wrong-bytes') bytes[7] = bytes[7]! ^ 1;
      await messages.send('data', { offset, bytes });
      await messages.receive(1000, 60_000);
    }
  }
}
