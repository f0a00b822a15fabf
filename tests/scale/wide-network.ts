// A network of very many machines. What is sent to everyone is delivered to those whose rules it can change, and only
// counted for the others:
//
//   request    to every donor
//   offer      to the machine that has asked, to donors that are about to answer the same request, and to machines that
//              collect offers and have heard none for another one yet: a second one tells them nothing new
//   report     to nobody: it changes no decision
import { RecoveryWire, type DecodedRecovery } from '../../host/core/wire-recovery.ts';
import type { Link, TakeMessage } from '../../host/recovery/links/link.ts';
import { nonceName } from '../../host/recovery/peers/donor-offers.ts';
import type { PendingAnswer } from '../../host/recovery/peers/pending-answer.ts';
import type { EventQueue } from './event-queue.ts';

/** What a donor does with what it hears. */
export interface HearingDonor {
  readonly address: string;
  /** Answers what it will say in a while, if anything: that alone hears the offers of others. */
  request(fields: Extract<DecodedRecovery['message'], { name: 'request' }>['fields'], from: string): PendingAnswer | undefined;
}

interface Collecting {
  readonly address: string;
  readonly take: TakeMessage;
}

/** Messages to everyone, by kind, and bytes of all. */
export interface SpokenCounts {
  requests: number;
  offers: number;
  reports: number;
  bytes: number;
}

/** The codecs, which take the same message apart once, however many hear it. */
class SharedWire extends RecoveryWire {
  #bytes: Uint8Array | undefined;
  #decoded: DecodedRecovery | undefined;

  override decode(bytes: Uint8Array): DecodedRecovery {
    if (bytes !== this.#bytes || this.#decoded === undefined) {
      this.#decoded = super.decode(bytes);
      this.#bytes = bytes;
    }
    return this.#decoded;
  }
}

/** A pending answer lives no longer. */
const ANSWERS_MS = 1000;

export class WideNetwork {
  readonly wire: RecoveryWire = new SharedWire();
  readonly spoken: SpokenCounts = { requests: 0, offers: 0, reports: 0, bytes: 0 };
  readonly donors: HearingDonor[] = [];
  readonly #queue: EventQueue;
  readonly #latencyMs: number;
  readonly #collecting = new Map<string, Collecting>();
  readonly #unaware = new Set<Collecting>();
  readonly #askers = new Map<string, Collecting>();
  readonly #answering = new Map<string, PendingAnswer[]>();

  constructor(queue: EventQueue, latencyMs: number) {
    this.#queue = queue;
    this.#latencyMs = latencyMs;
  }

  /** A machine's link. Streams go another way. */
  link(address: string): Link {
    return {
      name: `lan ${address}`, kind: 'lan',
      broadcast: (bytes) => this.#say(address, bytes),
      hear: (take) => {
        const collecting: Collecting = { address, take };
        this.#collecting.set(address, collecting);
        this.#unaware.add(collecting);
        return () => {
          this.#collecting.delete(address);
          this.#unaware.delete(collecting);
        };
      },
      connect: async () => { throw new Error('there are no streams here'); },
      listen: async () => { throw new Error('there are no streams here'); },
      close: async () => undefined,
    };
  }

  #say(from: string, bytes: Uint8Array): void {
    const { message } = this.wire.decode(bytes);
    this.spoken.bytes += bytes.length;
    if (message?.name === 'request') this.#request(message.fields, from);
    else if (message?.name === 'offer') this.#offer(message.fields, from, bytes);
    else this.spoken.reports += 1;
  }

  #request(fields: Parameters<HearingDonor['request']>[0], from: string): void {
    this.spoken.requests += 1;
    const nonce = nonceName(fields.nonce);
    const asker = this.#collecting.get(from);
    if (asker !== undefined) this.#askers.set(nonce, asker);
    this.#queue.quietly(this.#latencyMs, () => {
      const answering: PendingAnswer[] = [];
      for (const donor of this.donors) {
        const pending = donor.address === from ? undefined : donor.request(fields, from);
        if (pending !== undefined) answering.push(pending);
      }
      if (answering.length > 0) this.#answering.set(nonce, answering);
    });
    this.#queue.quietly(ANSWERS_MS + this.#latencyMs, () => {
      this.#askers.delete(nonce);
      this.#answering.delete(nonce);
    });
  }

  #offer(fields: Extract<DecodedRecovery['message'], { name: 'offer' }>['fields'], from: string, bytes: Uint8Array): void {
    this.spoken.offers += 1;
    const nonce = nonceName(fields.nonce);
    this.#queue.after(this.#latencyMs, () => {
      const asker = this.#askers.get(nonce);
      if (asker !== undefined && this.#collecting.get(asker.address) === asker) asker.take(bytes, from);
      this.#tell(nonce, fields, from);
      for (const collecting of [...this.#unaware]) {
        if (collecting === asker) continue;
        collecting.take(bytes, from);
        this.#unaware.delete(collecting);
      }
    });
  }

  /** Tells those who are about to answer, and forgets who has. */
  #tell(nonce: string, fields: Parameters<PendingAnswer['offer']>[0], from: string): void {
    const answering = this.#answering.get(nonce) ?? [];
    let left = 0;
    for (const pending of answering) {
      pending.offer(fields, from);
      if (!pending.isOver) answering[left++] = pending;
    }
    answering.length = left;
  }
}
