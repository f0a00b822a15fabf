// The sending end of an image that a remote user has brought: the same messages as over the bus, from an instance of the
// core beside the receiver's, on a link of its own. So there is one state machine, one lock and one journal, whoever
// sends. It is driven by the controller's step, as everything else.
//
//   StartUpgrade ──► the file ──► EndUpgrade ──► ended
//        │ busy          │ refused, failed
//        ▼               ▼
//      ended           Abort (what was received is kept) ──► ended
import { Exchange, type ExchangeExports } from '../core/exchange.ts';
import { loadCore } from '../core/instance.ts';
import { Sender, type SenderExports } from '../core/sender.ts';
import type { Message } from '../core/wire.ts';
import { completionText, type ActivateName, type AllowName } from '../core/wire-names.ts';
import type { PushOutcome, PushRequest } from './management.ts';

type State = 'starting' | 'sending' | 'ending' | 'aborting' | 'ended';

/** What the controller does with it now. */
export type PushStep = { readonly message: Uint8Array } | { readonly waitMs: number };

const ALLOW: Readonly<Record<PushRequest['allow'], AllowName>> = { upgrade: 'Upgrade', reinstall: 'Reinstall', downgrade: 'Downgrade' };
const ACTIVATE: Readonly<Record<PushRequest['activate'], ActivateName>> = { now: 'Now', 'next-reset': 'NextReset', no: 'No' };

export interface LocalPushOptions {
  readonly request: PushRequest;
  /** A random number that names it, never 0. */
  readonly session: number;
  /** The lock is held: the number of the upgrade. */
  started(upgrade: number): void;
  /** The lock is held by someone else. */
  busy(): void;
  ended(outcome: PushOutcome): void;
}

/** One image on its way. */
export class LocalPush {
  readonly session: number;
  readonly user: string;
  readonly #options: LocalPushOptions;
  readonly #exchange: Exchange;
  readonly #sender: Sender;
  #state: State = 'starting';
  #upgrade = 0;
  #outcome: PushOutcome = failed('stopped', 'the controller has been stopped');

  constructor(options: LocalPushOptions) {
    const core = loadCore<ExchangeExports & SenderExports & { frameSpeak(version: number): void; PROTOCOL_VERSION: WebAssembly.Global }>();
    core.frameSpeak(Number(core.PROTOCOL_VERSION.value));
    this.#options = options;
    this.session = options.session;
    this.user = options.request.user;
    this.#exchange = new Exchange(core, options.session);
    this.#sender = new Sender(core);
    const { size, activate } = options.request;
    this.#exchange.begin('start-upgrade-request', { session: this.session, imageCount: 1, activate: ACTIVATE[activate], origin: 'Remote', total: size });
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** What to do now: deliver this message to the receiver, or wait. */
  next(nowMs: number): PushStep {
    if (this.#state === 'ended') return { waitMs: Number.POSITIVE_INFINITY };
    return this.#state === 'sending' ? this.#send(nowMs) : this.#ask(nowMs);
  }

  /** A response of the receiver. */
  deliver(message: Uint8Array, nowMs: number): void {
    if (this.#state === 'sending') this.#sender.deliver(message, nowMs);
    else if (this.#state !== 'ended') this.#exchange.deliver(message, nowMs);
  }

  /** Nothing answers any more: the controller ends, or the upgrade was taken away. */
  stop(completion: string, text: string): void {
    if (this.#state === 'ended') return;
    this.#outcome = failed(completion, text);
    this.#end();
  }

  #ask(nowMs: number): PushStep {
    const step = this.#exchange.next(nowMs);
    switch (step.action) {
      case 'send': return { message: step.message };
      case 'wait': return { waitMs: step.waitMs };
      case 'done': return this.#answered(step.response, nowMs);
      default:
        this.stop('stopped', `the receiver does not answer: ${step.action === 'failed' ? step.status : step.action}`);
        return { waitMs: 0 };
    }
  }

  #answered({ name, fields }: Message, nowMs: number): PushStep {
    if (name === 'start-upgrade-response') this.#lockAnswered(fields.completion, fields.upgrade);
    else if (name === 'end-upgrade-response') {
      const { completion } = fields;
      this.#outcome = completion === 'Ok'
        ? { ok: true, resets: { device: fields.needsDeviceReset, host: fields.needsHostReset } }
        : failed(wordOf(completion), completionText(completion));
      this.#end();
    } else this.#end();
    return this.next(nowMs);
  }

  #lockAnswered(completion: string, upgrade: number): void {
    if (completion !== 'Ok') {
      this.#options.busy();
      this.#state = 'ended';
      return;
    }
    const { allow, size, component, version, sha256, signature } = this.#options.request;
    this.#upgrade = upgrade;
    this.#options.started(upgrade);
    this.#state = 'sending';
    this.#sender.begin({ upgrade, index: 0, allow: ALLOW[allow], size, component, version, digest: Buffer.from(sha256, 'hex'), signature, mayReuse: false });
  }

  #send(nowMs: number): PushStep {
    const step = this.#sender.next(nowMs);
    switch (step.action) {
      case 'send': return { message: step.message };
      case 'wait': return { waitMs: step.waitMs };
      case 'read': return this.#read(step.offset, step.size, nowMs);
      case 'done':
        this.#exchange.begin('end-upgrade-request', { upgrade: this.#upgrade, activate: ACTIVATE[this.#options.request.activate] });
        this.#state = 'ending';
        return this.next(nowMs);
      case 'failed': {
        const { status, completion, message } = step.failure;
        return this.#giveUp(status === 'Refused' ? wordOf(completion) : 'stopped', message, nowMs);
      }
      case 'idle': return this.#giveUp('stopped', 'nothing is being sent', nowMs);
    }
  }

  #read(offset: number, size: number, nowMs: number): PushStep {
    const bytes = new Uint8Array(size);
    try {
      this.#options.request.read(offset, bytes);
    } catch (error) {
      return this.#giveUp('staging-failed', `the uploaded image can not be read: ${(error as Error).message}`, nowMs);
    }
    const message = this.#sender.chunk(bytes, nowMs);
    return message === undefined ? { waitMs: 0 } : { message };
  }

  #giveUp(completion: string, text: string, nowMs: number): PushStep {
    this.#outcome = failed(completion, text);
    this.#exchange.begin('abort-request', { upgrade: this.#upgrade, keep: true, reason: 'SenderFailed' });
    this.#state = 'aborting';
    return this.next(nowMs);
  }

  #end(): void {
    this.#state = 'ended';
    this.#options.ended(this.#outcome);
  }
}

function failed(completion: string, text: string): PushOutcome {
  return { ok: false, completion, text };
}

/** `WouldDowngrade` as events and tasks spell it. */
function wordOf(completion: string): string {
  return completion.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
