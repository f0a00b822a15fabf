// The host's side of an upgrade over a simulated link, in the order in which ferry.wasm does it: hello, start upgrade,
// each image, end upgrade; a device that has forgotten the upgrade is reached again and goes on from what it kept.
import type { FaultyLink } from '../../host/bus/faulty-link.ts';
import { Exchange, type ExchangeExports, type RequestName } from '../../host/core/exchange.ts';
import { loadCore } from '../../host/core/instance.ts';
import { Sender, type SenderExports, type SenderProgress } from '../../host/core/sender.ts';
import type { ActivateName, AllowName } from '../../host/core/wire-names.ts';
import type { Message, Messages } from '../../host/core/wire.ts';

export interface SimulatedImage {
  readonly component: string;
  readonly version: string;
  readonly allow: AllowName;
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
  /** What is sent in its place, for as long as the device takes it. */
  readonly patch?: { readonly bytes: Uint8Array; readonly digest: Uint8Array; readonly base: Uint8Array };
}

/** How an upgrade ended. */
export type HostOutcome =
  | { readonly result: 'stored'; readonly progress: readonly SenderProgress[]; readonly recoveries: number }
  /** `status` is the core's word, `completion` what the device answered when it is `Refused`. */
  | { readonly result: 'failed'; readonly status: string; readonly completion: string; readonly at: string };

export interface SendingHostOptions {
  readonly images: readonly SimulatedImage[];
  readonly activate: ActivateName;
  readonly session: number;
  readonly firstId: number;
}

type ResponseTo<Name extends RequestName> = Name extends `${infer Word}-request`
  ? Messages[Extract<keyof Messages, `${Word}-response`>]
  : never;

/** Yields the time until which it waits. */
type Work<Result> = Generator<number, Result, void>;

class Failure extends Error {
  readonly status: string;
  readonly completion: string;

  constructor(at: string, status: string, completion = 'Ok') {
    super(at);
    this.status = status;
    this.completion = completion;
  }
}

const RECOVERIES = 16;
const BUSY_PATIENCE_MS = 30_000;

/** Stands for a signature: told from any other bytes. */
export function playedSignature(digest: Uint8Array): Uint8Array {
  return Buffer.concat(Array.from({ length: 11 }, () => digest));
}

export class SendingHost {
  outcome: HostOutcome | undefined;
  readonly #options: SendingHostOptions;
  readonly #link: FaultyLink;
  readonly #core: ExchangeExports & SenderExports;
  readonly #exchange: Exchange;
  readonly #sender: Sender;
  readonly #work: Work<HostOutcome>;
  #nowMs = 0;
  #upgrade = 0;
  #mismatches = 0;
  /** Images whose patch the device has given up. */
  readonly #whole = new Set<number>();
  /** How often a patch was given up, and the image itself sent. */
  get givenUp(): number {
    return this.#whole.size;
  }

  constructor(options: SendingHostOptions, link: FaultyLink) {
    const core = loadCore<ExchangeExports & SenderExports>();
    this.#core = core;
    this.#options = options;
    this.#link = link;
    this.#exchange = new Exchange(core, options.firstId);
    this.#sender = new Sender(core);
    this.#work = this.#upgradeAll();
  }

  /** Does what there is to do now. Answers when there is something to do again, unless a message comes. */
  step(nowMs: number): number {
    this.#nowMs = nowMs;
    const { done, value } = this.#work.next();
    if (done !== true) return value;
    this.outcome = value;
    return Infinity;
  }

  *#upgradeAll(): Work<HostOutcome> {
    try {
      yield* this.#open();
      for (let attempt = 0; attempt < RECOVERIES; attempt++) {
        const progress = yield* this.#pushAndEnd();
        if (progress !== undefined) return { result: 'stored', progress, recoveries: attempt };
        yield* this.#open();
      }
      throw new Failure('upgrade', 'PeerRestarted');
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { result: 'failed', status: error.status, completion: error.completion, at: error.message };
    }
  }

  /**
   * Undefined when the device has forgotten the upgrade. A new one activates only what was stored in it, so every image is
   * announced again: what the device has of it is not sent, and what its slot holds is not written again.
   */
  *#pushAndEnd(): Work<SenderProgress[] | undefined> {
    const progress: SenderProgress[] = [];
    for (const index of this.#options.images.keys()) {
      const failure = yield* this.#push(index);
      if (failure !== undefined && this.#isWorthAnotherTry(failure)) return undefined;
      if (failure !== undefined && failure.completion !== 'AlreadyRunning') throw failure;
      progress.push(this.#sender.progress());
    }
    const { completion } = yield* this.#ask('end-upgrade-request', { upgrade: this.#upgrade, activate: this.#options.activate });
    if (completion === 'Ok') return progress;
    if (completion === 'NoUpgrade') return undefined;
    throw new Failure('end-upgrade', 'Refused', completion);
  }

  /** Whether the device has forgotten the upgrade, or an image arrived wrong: once is noise, twice is not. */
  #isWorthAnotherTry({ completion }: Failure): boolean {
    return completion === 'NoUpgrade' || completion === 'NoTransfer' || (completion === 'DigestMismatch' && this.#mismatches++ === 0);
  }

  *#open(): Work<void> {
    const { session, activate, images } = this.#options;
    // Half of the hosts are older than the device.
    const hello = yield* this.#ask('hello-request', { lowest: 1, highest: images.some(({ patch }) => patch !== undefined) ? 3 : 1 + (session & 1), session, largestMessage: 1024 });
    if (hello.completion !== 'Ok') throw new Failure('hello', 'DeviceTooNew', hello.completion);
    this.#core.frameSpeak(hello.version);
    const since = this.#nowMs;
    const total = images.reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (;;) {
      const answer = yield* this.#ask('start-upgrade-request', { session, imageCount: images.length, activate, origin: 'BeforeOs', total });
      this.#upgrade = answer.upgrade;
      if (answer.completion === 'Ok') return;
      if (answer.completion !== 'Busy' || this.#nowMs - since > BUSY_PATIENCE_MS) throw new Failure('start-upgrade', 'Refused', answer.completion);
      yield* this.#sleep(250);
    }
  }

  *#push(index: number): Work<Failure | undefined> {
    const failure = yield* this.#pushOnce(index);
    if (failure?.completion !== 'BaseNotHeld' && failure?.completion !== 'PatchFailed') return failure;
    this.#whole.add(index);
    return yield* this.#pushOnce(index);
  }

  *#pushOnce(index: number): Work<Failure | undefined> {
    const { component, version, allow, bytes: image, digest, patch: found } = this.#options.images[index]!;
    const patch = this.#whole.has(index) ? undefined : found;
    const bytes = patch?.bytes ?? image;
    this.#sender.begin({
      upgrade: this.#upgrade, index, allow, size: image.length, component, version, digest, signature: playedSignature(digest),
      ...(patch && { patch: { size: bytes.length, digest: patch.digest, base: patch.base } }),
    });
    for (;;) {
      const step = this.#sender.next(this.#nowMs);
      if (step.action === 'done') return undefined;
      if (step.action === 'failed') return new Failure('push', step.failure.status, step.failure.completion);
      if (step.action === 'read') {
        const message = this.#sender.chunk(bytes.subarray(step.offset, step.offset + step.size), this.#nowMs);
        if (message !== undefined) this.#send(message);
      }
      if (step.action === 'send') this.#send(step.message);
      const arrived = step.action === 'wait' ? yield* this.#receive(step.waitMs) : this.#take();
      if (arrived !== undefined) this.#sender.deliver(arrived, this.#nowMs);
    }
  }

  *#ask<Name extends RequestName>(name: Name, fields: Messages[Name]): Work<ResponseTo<Name>> {
    this.#exchange.begin(name, fields);
    for (;;) {
      const step = this.#exchange.next(this.#nowMs);
      if (step.action === 'done') return this.#fieldsOf(name, step.response);
      if (step.action === 'failed') throw new Failure(name, step.status);
      if (step.action === 'send') this.#send(step.message);
      if (step.action !== 'wait') continue;
      const message = yield* this.#receive(step.waitMs);
      if (message !== undefined) this.#exchange.deliver(message, this.#nowMs);
    }
  }

  #fieldsOf<Name extends RequestName>(name: Name, response: Message): ResponseTo<Name> {
    if (response.name !== name.replace('-request', '-response')) throw new Error(`the answer to ${name} is a ${response.name}`);
    return response.fields as ResponseTo<Name>;
  }

  #send(message: Uint8Array): void {
    this.#link.send('to-device', message, this.#nowMs);
  }

  #take(): Uint8Array | undefined {
    return this.#link.receive('to-host', this.#nowMs);
  }

  *#receive(waitMs: number): Work<Uint8Array | undefined> {
    const there = this.#take();
    if (there !== undefined) return there;
    yield this.#nowMs + waitMs;
    return this.#take();
  }

  *#sleep(ms: number): Work<void> {
    const until = this.#nowMs + ms;
    while (this.#nowMs < until) yield until;
  }
}
