// What the claims are shown on: a whole controller with its agent, its host and its flash, on a network in memory on which
// real donors are; all of it on one time. Everything that is said on the network is kept, decoded.
import { RecoveryWire } from '../../../host/core/wire-recovery.ts';
import type { RecoveryMessage, RecoveryMessageName, RecoveryMessages } from '../../../host/core/wire-recovery-messages.ts';
import type { Clock } from '../../../host/recovery/links/clock.ts';
import { VirtualNetwork } from '../../../host/recovery/links/virtual-link.ts';
import { Donor, type DonorOptions } from '../../../host/recovery/peers/donor.ts';
import type { DonorEvent } from '../../../host/recovery/peers/donor-event.ts';
import type { DonorImage } from '../../../host/recovery/peers/donor-images.ts';
import { PeerSource } from '../../../host/recovery/peers/peer-source.ts';
import { parseSignature } from '../../../host/trust/signature.ts';
import { parseTrustedComment } from '../../../host/trust/trusted-comment.ts';
import { seeded } from '../../random.ts';
import { key } from '../../trust/signed-image.ts';
import type { Signed } from '../images.ts';
import { Rig, type RigOptions } from '../rig.ts';

/** The controller's address, out of band: the host has none. */
export const BOARD = '10.0.0.1';

export interface Said<Name extends RecoveryMessageName = RecoveryMessageName> {
  readonly from: string;
  readonly to: string;
  readonly name: Name;
  readonly fields: RecoveryMessages[Name];
  /** Bytes of the whole message. */
  readonly size: number;
  /** The host's power when it was said. */
  readonly power: string;
}

export function donorImage({ bytes, signature, sha256, version }: Signed): DonorImage {
  const statement = parseTrustedComment(parseSignature(signature, version).comment, version);
  return { name: version, statement, digest: Buffer.from(sha256, 'hex'), signature, read: (offset, count) => bytes.subarray(offset, offset + count), close: () => undefined };
}

/** Time of the rig, as links take it. */
export function clockOf({ clock }: Rig): Clock {
  return {
    now: () => clock.nowMs(),
    after(ms, work) {
      const stop = new AbortController();
      clock.wait(Math.max(0, ms), stop.signal).then(work, () => undefined);
      return () => stop.abort(new Error('taken back'));
    },
  };
}

export class BoardOnANetwork {
  readonly rig: Rig;
  readonly network: VirtualNetwork;
  readonly said: Said[] = [];
  readonly #wire = new RecoveryWire();
  readonly #random = seeded(11);

  constructor(given: RigOptions = {}) {
    this.rig = new Rig({ ...given, sources: () => [this.#source()] });
    this.network = new VirtualNetwork({ clock: this.#clock });
    this.network.messageFault = (from, to, bytes) => this.#note(from, to, bytes);
    this.network.streamFault = (from, to, bytes) => this.#note(from, to, bytes);
  }

  /** What was said of one kind, each message to everyone once. */
  of<Name extends RecoveryMessageName>(name: Name): Said<Name>[] {
    const found = this.said.filter((one): one is Said<Name> => one.name === name);
    return found.filter(({ fields, from }, index) => found.findIndex((one) => one.fields === fields && one.from === from) === index);
  }

  async donor(address: string, images: readonly Signed[], options: Partial<DonorOptions> = {}): Promise<DonorEvent[]> {
    const events: DonorEvent[] = [];
    const held = images.map(donorImage);
    await Donor.start({
      links: [this.network.link(address)], images: () => held, class: 'Peer', clock: this.#clock, random: this.#random, randomBytes: this.#bytes, note: (event) => events.push(event), ...options,
    });
    return events;
  }

  get #clock(): Clock {
    return clockOf(this.rig);
  }

  readonly #bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.#random() * 256);

  #source(): PeerSource {
    return new PeerSource({ name: 'rack', links: [this.network.link(BOARD)], keys: () => [key.publicKey], clock: this.#clock, randomBytes: this.#bytes });
  }

  /** One write of a stream is one message here. */
  #note(from: string, to: string, bytes: Uint8Array): Uint8Array {
    const message: RecoveryMessage | undefined = this.#wire.decode(bytes).message;
    if (message === undefined) throw new Error(`${from} has said to ${to} what is no message`);
    const before = this.said.findLast((one) => one.from === from && one.name === message.name && !this.#isStream(message.name));
    const isSame = before !== undefined && JSON.stringify(before.fields) === JSON.stringify(message.fields);
    this.said.push({ from, to, name: message.name, fields: isSame ? before.fields : message.fields, size: bytes.length, power: this.rig.management.snapshot().power } as Said);
    return bytes;
  }

  #isStream(name: RecoveryMessageName): boolean {
    return !['request', 'offer', 'report'].includes(name);
  }
}
