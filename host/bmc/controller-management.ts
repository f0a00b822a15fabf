// The controller as the network side sees it. It adds nothing to what the receiver, the power control, the history and the
// event log know; images of remote users go to the receiver as messages.
import { randomInt } from 'node:crypto';
import { VERSION } from '../version.ts';
import type { Receiver } from '../core/receiver.ts';
import type { BootWatch } from './boot-watch.ts';
import type { ControllerEvents } from './controller-events.ts';
import type { ControllerOptions } from './controller-options.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { HostFiles, ServedFiles } from './host-files.ts';
import type { LoggedEvent } from './event-log.ts';
import { flashChips } from './flash-chips.ts';
import { LocalPush } from './local-push.ts';
import type {
  ActionOutcome, FlashChipReport, LockHolder, Management, ManagementIdentity, ManagementSnapshot, Push, PushOutcome, PushRefused, PushRequest, SlotKeeper, SlotVerification,
} from './management.ts';
import { hex } from './note-events.ts';
import type { PowerAction } from './power.ts';
import { asSigned } from './protected-bytes.ts';
import type { PowerControl } from './power-control.ts';
import { RemoteActions } from './remote-actions.ts';
import { removalOf } from './removal.ts';
import { verifySlot } from './slot-verification.ts';
import { TransferRateMeter } from './transfer-rate.ts';
import type { UpgradeRecord } from './upgrade-record.ts';

/** What has a running host start anew. Switching one on that is off stays a person's decision. */
const RESTARTS: readonly PowerAction[] = ['ForceRestart', 'GracefulRestart', 'PowerCycle'];

export interface ControllerManagementOptions {
  readonly options: ControllerOptions;
  readonly parts: ControllerParts;
  readonly events: ControllerEvents;
  readonly receiver: Receiver;
  readonly power: PowerControl;
  readonly boot: BootWatch;
  readonly hostFiles: ServedFiles;
  nowMs(): number;
}

export class ControllerManagement implements Management, SlotKeeper {
  readonly identity: ManagementIdentity;
  readonly #of: ControllerManagementOptions;
  readonly #actions: RemoteActions;
  readonly #rate = new TransferRateMeter();
  #push: LocalPush | undefined;
  #pushWaitMs = Number.POSITIVE_INFINITY;
  #isToRestart = false;
  /** When the upgrade under way was started, by the wall clock. */
  #since = { upgrade: 0, time: '' };

  constructor(of: ControllerManagementOptions) {
    const { options, parts } = of;
    this.#of = of;
    this.#actions = new RemoteActions({ receiver: of.receiver, nowMs: () => of.nowMs(), holder: () => this.#holder() });
    this.identity = {
      platform: options.board.platform, uuid: parts.uuid, version: VERSION, bootId: options.bootId,
      startedAt: new Date().toISOString(), labMode: options.labMode === true,
    };
  }

  get isToRestart(): boolean {
    return this.#isToRestart;
  }

  /** For how long nothing of this needs the controller. */
  get waitMs(): number {
    return this.#actions.isWaiting ? 1 : this.#pushWaitMs;
  }

  snapshot(): ManagementSnapshot {
    const now = this.#of.nowMs();
    const [components, transfer] = [this.#of.receiver.components(now), this.#of.receiver.transfer(now)];
    return {
      time: new Date().toISOString(), components, transfer, rate: this.#rate.rate(transfer), holder: this.#holder(),
      removal: removalOf(components, transfer), power: this.#of.power.state, boot: this.#of.boot.snapshot,
    };
  }

  eventsSince(number: number): readonly LoggedEvent[] {
    return this.#of.events.since(number);
  }

  get hostFiles(): HostFiles {
    return this.#of.hostFiles;
  }

  onEvent(listener: (event: LoggedEvent) => void): () => void {
    return this.#of.events.listen(listener);
  }

  upgrades(limit: number): readonly UpgradeRecord[] {
    return this.#of.parts.history.list(limit);
  }

  upgrade(id: string): UpgradeRecord | undefined {
    return this.#of.parts.history.find(id);
  }

  async push(request: PushRequest): Promise<Push | PushRefused> {
    if (this.#push !== undefined || this.#holder() !== undefined) return this.#refused();
    const trial = this.#trialOf(request.component);
    if (trial !== undefined) return trial;
    return await new Promise((resolve) => {
      let end: (outcome: PushOutcome) => void = () => undefined;
      const done = new Promise<PushOutcome>((settle) => (end = settle));
      this.#push = new LocalPush({
        request, session: randomInt(1, 2 ** 32),
        started: (upgrade) => resolve({ upgrade: hex(upgrade), done }),
        busy: () => {
          this.#push = undefined;
          resolve(this.#refused());
        },
        ended: (outcome) => {
          this.#push = undefined;
          end(outcome);
          resolve(this.#refused());
        },
      });
    });
  }

  activate(component: string, user: string): Promise<ActionOutcome> {
    return this.#told('activate', component, user, this.#actions.activate(component));
  }

  revert(component: string, user: string): Promise<ActionOutcome> {
    return this.#told('revert', component, user, this.#actions.revert(component));
  }

  abort(user: string): Promise<ActionOutcome> {
    return this.#told('abort', undefined, user, this.#actions.abort());
  }

  power(action: PowerAction, user: string): ActionOutcome {
    // A host that started now would find half an image.
    const { removal } = this.snapshot();
    if (RESTARTS.includes(action) && !removal.isSafe) return { ok: false, text: `${removal.why} Nothing was switched.` };
    return this.#of.power.act(action, user);
  }

  flash(): readonly FlashChipReport[] {
    return flashChips(this.#of.parts.slots);
  }

  restart(user: string): ActionOutcome {
    const { phase } = this.#of.receiver.transfer(this.#of.nowMs());
    if (['patching', 'verifying', 'writing', 'reading-back'].includes(phase)) return { ok: false, text: 'an image is being stored; the controller goes on; try again when it is stored' };
    this.#of.events.say({ event: 'restart', text: `the controller starts anew, as ${user} has asked`, fields: { user } });
    this.#isToRestart = true;
    return { ok: true, text: 'the controller starts anew' };
  }

  verify(component: string): Promise<SlotVerification> {
    return verifySlot(component, {
      components: () => this.#of.receiver.components(this.#of.nowMs()),
      readFlash: (...args) => this.#of.parts.slots.read(...args),
      regionsOf: (name) => this.#of.parts.slots.regionsOf(name),
      looked: (...found) => this.#of.receiver.looked(...found),
    });
  }

  readRunning(component: string, sha256: string, offset: number, into: Uint8Array): void {
    const found = this.#of.receiver.components(this.#of.nowMs()).find(({ name }) => name === component);
    const slot = found?.running === undefined ? undefined : found.slots[found.running];
    if (found?.running === undefined || slot === undefined || Buffer.from(slot.digest).toString('hex') !== sha256) throw new Error(`${component} does not run the image ${sha256.slice(0, 16)}... any more`);
    if (offset + into.length > slot.size) throw new RangeError(`${component}: expected at most the image's ${slot.size} bytes, got ${offset}+${into.length}`);
    const { slots, signatures } = this.#of.parts;
    slots.read(component, found.running, offset, into);
    asSigned(into, offset, { sha256, size: slot.size, regions: slots.regionsOf(component), kept: (digest) => signatures.readRegions(digest) });
  }

  signatureOf(sha256: string): Uint8Array | undefined {
    return this.#of.parts.signatures.read(sha256);
  }

  readSlot(component: string, slot: number, offset: number, into: Uint8Array): void {
    this.#of.parts.slots.read(component, slot, offset, into);
  }

  async condemn(component: string, user: string): Promise<ActionOutcome> {
    const outcome = await this.#actions.condemn(component);
    this.#of.events.say({ event: outcome.ok ? 'condemned' : 'ask-refused', text: outcome.text, fields: { component, user, action: 'condemn' } });
    return outcome;
  }

  /** The user of the upgrade with this session, when it is one of a remote user. */
  userOf(session: number): string | undefined {
    return this.#push?.session === session ? this.#push.user : undefined;
  }

  /** Called in each step. */
  poll(nowMs: number): void {
    this.#rate.note(this.#of.receiver.transfer(nowMs), nowMs);
    this.#actions.poll();
  }

  /** A message for the receiver, which takes one now. */
  nextMessage(nowMs: number): Uint8Array | undefined {
    this.#pushWaitMs = Number.POSITIVE_INFINITY;
    const step = this.#push?.next(nowMs);
    if (step === undefined) return undefined;
    if ('message' in step) return step.message;
    this.#pushWaitMs = this.#push === undefined ? Number.POSITIVE_INFINITY : step.waitMs;
    return undefined;
  }

  takeResponse(message: Uint8Array, nowMs: number): void {
    this.#push?.deliver(message, nowMs);
  }

  close(): void {
    this.#push?.stop('stopped', 'the controller has been stopped; what was received is kept');
    this.#actions.close();
  }

  /** What a component with two slots runs is on trial: the other slot is needed. Nobody is kept waiting with the lock held. */
  #trialOf(name: string): PushRefused | undefined {
    const component = this.#of.receiver.components(this.#of.nowMs()).find((one) => one.name === name);
    if (component === undefined || component.isInPlace || component.trial === undefined) return undefined;
    const { attempt, limit, remainingMs } = component.trial;
    return {
      refused: 'busy', holder: undefined,
      text: `what ${name} runs is on trial (attempt ${attempt} of ${limit}, ${Math.ceil(remainingMs / 1000)} s left), and the other slot holds the image to go back to; nothing was sent; try again then`,
    };
  }

  #refused(): PushRefused {
    const holder = this.#holder();
    const text = holder === undefined
      ? 'the device is taking another image; nothing was sent'
      : `upgrade ${holder.upgrade} holds the device since ${holder.since}${holder.user === undefined ? '' : `, by ${holder.user}`}; nothing was sent`;
    return { refused: 'busy', holder, text };
  }

  #holder(): LockHolder | undefined {
    const now = this.#of.nowMs();
    // A session that has been silent for longer than the lease holds nothing any more: the next one gets the lock.
    if (!this.#of.receiver.isHeld(now)) return undefined;
    const { upgrade, session, origin, elapsedMs } = this.#of.receiver.transfer(now);
    if (this.#since.upgrade !== upgrade) this.#since = { upgrade, time: new Date(Date.now() - elapsedMs).toISOString() };
    return { upgrade: hex(upgrade), session: hex(session), origin, user: this.userOf(session), since: this.#since.time, heldMs: elapsedMs };
  }

  async #told(action: string, component: string | undefined, user: string, outcome: Promise<ActionOutcome>): Promise<ActionOutcome> {
    const { ok, text } = await outcome;
    this.#of.events.say({
      event: ok ? 'asked' : 'ask-refused', text: `${user}: ${action}${component === undefined ? '' : ` ${component}`}: ${text}`,
      fields: { action, user, ...(component === undefined ? {} : { component }) },
    });
    return { ok, text };
  }
}
