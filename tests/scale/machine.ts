// One machine of the simulation: first a recipient, then a donor. All that it decides is decided by the product: how the
// search goes on, whom it asks, which offer it takes, what it answers and to how many it sends. Only the bytes of the image
// are a flow, and only their proof and their writing are spans of time.
import { type Answer, DonorOffers } from '../../host/recovery/peers/donor-offers.ts';
import { donorTerms, STREAMS_PER_SOURCE } from '../../host/recovery/peers/donor.ts';
import type { DonorExchange } from '../../host/recovery/peers/donor-stream.ts';
import { makeDatagram } from '../../host/recovery/peers/datagram.ts';
import type { KnownOffer } from '../../host/recovery/peers/offer-book.ts';
import { PeerFailure } from '../../host/recovery/peers/peer-failure.ts';
import type { PendingAnswer } from '../../host/recovery/peers/pending-answer.ts';
import { PeerSource } from '../../host/recovery/peers/peer-source.ts';
import { UploadPlaces } from '../../host/recovery/peers/upload-places.ts';
import { CONNECTIONS } from '../../host/recovery/links/lan-link.ts';
import { pause } from '../../host/recovery/links/clock.ts';
import { ImageSearch } from '../../host/recovery/image-search.ts';
import type { RecoveryState } from '../../host/recovery/recovery-state.ts';
import { RECOVERY_BLOCK } from '../../host/recovery/source.ts';
import type { World } from './world.ts';
import type { HearingDonor } from './wide-network.ts';

/** The port that all donors listen on. */
const PORT = 7989;

export class Machine implements HearingDonor {
  readonly address: string;
  readonly #world: World;
  readonly #id: Uint8Array;
  readonly #offers: DonorOffers;
  readonly #answer: Answer = {
    send: (offer) => {
      const { network, image } = this.#world;
      this.sent += 1;
      network.link(this.address).broadcast(makeDatagram(network.wire, undefined, 'offer', { ...offer, digest: image.digest, port: PORT }));
    },
    withhold: () => undefined,
  };
  readonly #places = new UploadPlaces({});
  readonly #streams = new Map<string, number>();
  #connections = 0;
  #state: RecoveryState = { component: 'bios', phase: 'needed', at: '', text: '', tried: [], rounds: 0 };
  /** When it began, had the proved image, and was written. */
  beganMs = 0;
  stagedMs: number | undefined;
  healthyMs: number | undefined;
  /** Steps from the first donor. */
  generation = 0;
  uploads = 0;
  /** Messages that it has sent, to everyone and in exchanges. */
  sent = 0;
  /** Times that it was told that all serve others. */
  busy = 0;

  constructor(world: World, address: string) {
    this.#world = world;
    this.address = address;
    this.#id = world.randomBytes(8);
    const terms = donorTerms({ class: 'Peer', ratePerSecond: world.settings.uplink }, this.#id, this.#places);
    this.#offers = new DonorOffers({
      images: () => (this.stagedMs === undefined ? [] : [world.image]), key: undefined, random: world.random, terms,
      clock: { now: () => world.queue.now(), after: (ms, work) => world.queue.quietly(ms, work) },
    });
  }

  get isLocked(): boolean {
    return this.#state.phase === 'locked';
  }

  /** It has the image from the beginning. */
  becomeDonor(): void {
    this.stagedMs = this.#world.queue.now();
    this.#world.network.donors.push(this);
  }

  /** Its image is found damaged: it gets another one. */
  async recover(signal: AbortSignal): Promise<void> {
    const { queue, network, image, randomBytes, settings, need, keys } = this.#world;
    this.beganMs = queue.now();
    const link = network.link(this.address);
    const source = new PeerSource({
      name: 'rack', keys: () => keys, clock: queue, randomBytes, wire: network.wire, open: async (_desk, known) => this.#exchange(known),
      links: [{ ...link, broadcast: (bytes) => { this.sent += 1; link.broadcast(bytes); } }],
    });
    const owner = this;
    const search = new ImageSearch({
      parts: { settings: settings.recovery, sources: [source], clock: queue.recoveryClock, trust: () => ({ keys, revoked: [] }), management: { identity: { uuid: this.address } } },
      get state() { return owner.#state; },
      enter: (phase, text, changes = {}) => {
        this.#state = { ...this.#state, ...changes, phase, text };
        if (phase === 'locked') this.#world.trace(this.address, 'locked');
      },
      say: (event) => { this.busy += Number(event === 'recovery-source-busy'); },
      becomeWell: () => undefined,
      isOver: () => false,
      holdHost: () => false,
      decided: () => undefined,
      bring: async (_need, candidate, within) => {
        // All of it is damaged: every byte has to come.
        await source.fetch(candidate, 0, () => undefined, within, { bases: undefined, came: () => undefined });
        await pause(queue, (image.statement.size / settings.proof) * 1000, within);
        this.#world.trace(this.address, 'staged');
        // From now on it is a donor: what it serves lies proved in its spool, and is written meanwhile.
        this.becomeDonor();
        await pause(queue, settings.writeMs, within);
      },
    });
    if (!(await search.run(need, signal))) return;
    this.healthyMs = queue.now();
    this.#world.trace(this.address, 'healthy');
  }

  request(fields: Parameters<HearingDonor['request']>[0], from: string): PendingAnswer | undefined {
    return this.#offers.request(fields, from, this.#answer);
  }

  /** The exchange of this recipient with a donor: as its stream would be, with the bytes as a flow. */
  async #exchange({ address }: KnownOffer): Promise<DonorExchange> {
    const { queue, settings, image, uplinks, machine } = this.#world;
    const donor = machine(address);
    await pause(queue, 2 * settings.latencyMs);
    if (!donor.#connect(this.address)) throw new PeerFailure('vanished', `${address} has closed the stream`);
    let isOpen = true;
    return {
      statement: async () => {
        this.sent += 1;
        await pause(queue, 2 * settings.latencyMs);
        donor.sent += 1;
        return { statement: image.statement, signature: image.signature };
      },
      bytes: async ({ size }, from, into) => {
        this.sent += 1;
        await pause(queue, settings.latencyMs);
        const leave = donor.#places.take(this.address);
        if (leave === undefined) {
          donor.sent += 1;
          await pause(queue, settings.latencyMs);
          throw new PeerFailure('busy', `${address} has as many uploads as it allows`);
        }
        this.#world.trace(address, `uploads to ${this.address}`);
        donor.uploads += 1;
        await uplinks.send(address, size - from);
        leave();
        const chunks = Math.ceil((size - from) / RECOVERY_BLOCK);
        donor.sent += chunks;
        this.sent += chunks;
        this.generation = donor.generation + 1;
        into(from, image.read(from, size - from));
      },
      end: () => {
        if (!isOpen) return;
        isOpen = false;
        this.sent += 1;
        donor.#disconnect(this.address);
      },
    };
  }

  #connect(peer: string): boolean {
    const own = this.#streams.get(peer) ?? 0;
    if (this.#connections >= CONNECTIONS || own >= STREAMS_PER_SOURCE) return false;
    this.#streams.set(peer, own + 1);
    this.#connections += 1;
    return true;
  }

  #disconnect(peer: string): void {
    const left = (this.#streams.get(peer) ?? 1) - 1;
    if (left === 0) this.#streams.delete(peer);
    else this.#streams.set(peer, left);
    this.#connections -= 1;
  }
}
