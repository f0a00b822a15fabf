// A rack in memory: donors, recipients and impostors on one virtual network.
import { createHash } from 'node:crypto';
import type { RecoveryMessages, RecoveryMessageName } from '../../../host/core/wire-recovery-messages.ts';
import { RecoveryWire } from '../../../host/core/wire-recovery.ts';
import { pause } from '../../../host/recovery/links/clock.ts';
import type { Link } from '../../../host/recovery/links/link.ts';
import { VirtualNetwork } from '../../../host/recovery/links/virtual-link.ts';
import { makeDatagram, readDatagram } from '../../../host/recovery/peers/datagram.ts';
import type { DonorEvent } from '../../../host/recovery/peers/donor-event.ts';
import type { DonorImage } from '../../../host/recovery/peers/donor-images.ts';
import { Donor, type DonorOptions } from '../../../host/recovery/peers/donor.ts';
import { compatibleId, type GroupKey } from '../../../host/recovery/peers/group-key.ts';
import { MessageStream } from '../../../host/recovery/peers/message-stream.ts';
import { PeerSource, type PeerSourceOptions } from '../../../host/recovery/peers/peer-source.ts';
import { SourceBusy } from '../../../host/recovery/source-busy.ts';
import type { Candidate, FetchHelp, RecoveryNeed } from '../../../host/recovery/source.ts';
import { digestImage } from '../../../host/trust/image-digest.ts';
import type { SigningKey } from '../../../host/trust/secret-key.ts';
import { signImage } from '../../../host/trust/sign.ts';
import { seeded } from '../../random.ts';
import { testKey } from '../../trust/signed-image.ts';
import { VirtualClock } from './virtual-clock.ts';

export const PLATFORM = 'small-board';
export const releaseKey = testKey(0x42).key;

/** Blocks of 64 KiB, and a piece. */
export const IMAGE_SIZE = 20 * 65_536 + 1234;

export interface TestImage extends DonorImage {
  readonly bytes: Buffer;
}

/** A signed image in memory. */
export function makeImage({ version = '1.10.0', security = 3, size = IMAGE_SIZE, key = releaseKey, component = 'bios' }: {
  version?: string; security?: number; size?: number; key?: SigningKey; component?: string;
} = {}): TestImage {
  const bytes = noise(size);
  bytes.write(version);
  return signedAs(bytes, { version, security, key, component });
}

/** Bytes that no packing makes fewer. */
export function noise(size: number, seed = 1): Buffer {
  const random = seeded(seed);
  return Buffer.from(Uint8Array.from({ length: size }, () => random() * 256));
}

/** These bytes as a signed image. */
export function signedAs(bytes: Buffer, { version = '1.10.0', security = 3, key = releaseKey, component = 'bios' }: {
  version?: string; security?: number; key?: SigningKey; component?: string;
} = {}): TestImage {
  const size = bytes.length;
  const digest = digestImage(bytes, version);
  const signed = signImage(digest, { component, platform: PLATFORM, version, security }, key, `${version}.minisig`);
  return {
    name: version, bytes, digest: Buffer.from(digest.sha256, 'hex'), signature: Buffer.from(signed.file),
    statement: { component, platform: PLATFORM, version, security, size, sha256: digest.sha256 },
    read: (offset, count) => bytes.subarray(offset, offset + count), close: () => undefined,
  };
}

export const NEED: RecoveryNeed = { component: 'bios', platform: PLATFORM, reason: 'corrupt', floor: 2, slotSize: 16 * 1024 * 1024 };
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Collects what a source brings, as the agent's spool does. */
export class Spool {
  readonly bytes: Buffer;
  next = 0;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
  }

  readonly take = (offset: number, piece: Uint8Array): void => {
    if (offset !== this.next || offset + piece.length > this.bytes.length) throw new Error(`a piece at ${offset} of ${piece.length} bytes has no place: ${this.next} are there`);
    this.bytes.set(piece, offset);
    this.next += piece.length;
  };
}

export class VirtualRack {
  readonly clock = new VirtualClock();
  readonly network = new VirtualNetwork({ clock: this.clock });
  readonly wire = new RecoveryWire();
  readonly random: () => number;
  readonly Messages = MessageStream;
  readonly notes: string[] = [];
  readonly signal = new AbortController();

  constructor(seed = 1) {
    this.random = seeded(seed);
  }

  readonly randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.random() * 256);

  /** A donor, with what it has told. */
  async donor(address: string, images: readonly DonorImage[], options: Partial<DonorOptions> = {}): Promise<{ readonly donor: Donor; readonly link: Link; readonly events: DonorEvent[] }> {
    const link = this.network.link(address);
    const events: DonorEvent[] = [];
    const donor = await Donor.start({
      links: [link], images: () => images, class: 'Console', clock: this.clock, random: this.random, randomBytes: this.randomBytes, note: (event) => events.push(event), ...options,
    });
    return { donor, link, events };
  }

  /** A machine that asks. */
  recipient(address: string, options: Partial<PeerSourceOptions> = {}): PeerSource {
    return new PeerSource({
      name: 'rack', links: options.links ?? [this.network.link(address)], keys: () => [releaseKey.publicKey], clock: this.clock, randomBytes: this.randomBytes,
      note: (text) => this.notes.push(text), ...options,
    });
  }

  find(source: PeerSource, need: RecoveryNeed = NEED): Promise<readonly Candidate[]> {
    return this.clock.run(source.find(need, this.signal.signal));
  }

  fetch(source: PeerSource, candidate: Candidate, spool: Spool, help?: FetchHelp): Promise<void> {
    return this.clock.run(source.fetch(candidate, spool.next, spool.take, this.signal.signal, help));
  }

  /** Asks and fetches from the first who has a place, as often as it takes. Answers how often it had to wait. */
  async patiently(source: PeerSource, spool: Spool, need: RecoveryNeed = NEED): Promise<number> {
    for (let waits = 0; ; waits++) {
      try {
        const [candidate] = await source.find(need, this.signal.signal);
        if (candidate === undefined) throw new Error('nobody has it');
        await source.fetch(candidate, spool.next, spool.take, this.signal.signal);
        return waits;
      } catch (error) {
        if (!(error instanceof SourceBusy)) throw error;
        await pause(this.clock, error.waitMs);
      }
    }
  }

  /** Someone who answers requests with whatever it likes, and serves streams with whatever it likes. */
  async impostor(address: string, offer: (request: RecoveryMessages['request']) => RecoveryMessages['offer'] | undefined, serve: (messages: MessageStream) => Promise<void>, key?: GroupKey): Promise<void> {
    const link = this.network.link(address);
    await link.listen((stream) => {
      const messages = new MessageStream({ stream, wire: this.wire, clock: this.clock, key, end: 'donor' });
      void serve(messages).then(() => messages.close(), () => stream.destroy());
    });
    link.hear((bytes) => {
      const message = readDatagram(this.wire, key, bytes);
      const made = message?.name === 'request' ? offer(message.fields) : undefined;
      if (made !== undefined) link.broadcast(makeDatagram(this.wire, key, 'offer', made));
    });
  }

  /** An offer of an image, as an honest donor at port 40000 would make it. */
  offerOf(image: DonorImage, nonce: Uint8Array, change: Partial<RecoveryMessages['offer']> = {}): RecoveryMessages['offer'] {
    const { security, size } = image.statement;
    return { donor: new Uint8Array(8).fill(9), digest: image.digest, security, size, class: 'Peer', load: 0, rate: 12, lives: 60, nonce, port: 40_000, ...change };
  }

  /** A request as a machine would send it. */
  request(change: Partial<RecoveryMessages['request']> = {}): RecoveryMessages['request'] {
    return {
      compatible: compatibleId(undefined, PLATFORM, 'bios'), wanted: new Uint8Array(16), floor: 0, slotSize: NEED.slotSize, reason: 'Corrupt', round: 0,
      nonce: this.randomBytes(8), ...change,
    };
  }

  /** A message to everyone, from any address. */
  say<Name extends RecoveryMessageName>(from: string, name: Name, fields: RecoveryMessages[Name], key?: GroupKey): void {
    this.network.say(from, makeDatagram(this.wire, key, name, fields));
  }
}
