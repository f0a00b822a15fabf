// The management controller: a mailbox on one side, the board on the other, and the receiver of core.wasm between them.
// It has no loop and no clock of its own: `step` does a slice of work and says for how long there is none.
import { MailboxDevice, type MailboxHolder } from '../bus/mailbox-device.ts';
import { Receiver } from '../core/receiver.ts';
import type { ComponentSnapshot, TransferSnapshot } from '../core/receiver-exports.ts';
import { BootWatch } from './boot-watch.ts';
import { ControllerManagement } from './controller-management.ts';
import type { ControllerOptions } from './controller-options.ts';
import { closeParts, openParts, type ControllerParts } from './controller-parts.ts';
import { ControllerEvents } from './controller-events.ts';
import type { ControllerEvent } from './event-log.ts';
import { ServedFiles } from './host-files.ts';
import type { Management } from './management.ts';
import { runningText } from './note-events.ts';
import { PowerControl } from './power-control.ts';
import { PublishedStatus } from './published-status.ts';
import { ReceiverActions } from './receiver-actions.ts';

/** The links of the receiver: the host's mailbox, and the network side. */
const MAILBOX_LINK = 0;
const NETWORK_LINK = 1;
const CHUNK_SIZE = 64 * 1024;
const WINDOW = 16;
/** A slice ends after so long, or so many rounds, when the clock stands still. */
const SLICE_MS = 8;
const SLICE_ROUNDS = 64;
/** Steps without work before the controller sleeps at all: a host in a transfer answers within them. */
const BUSY_STEPS = 16;
const LONGEST_SLEEP_MS = 50;
/** Between two looks at the host's power, its boot and the like while messages come one after the other. */
const LOOK_MS = 2;
/** The same of the host's group of mailbox registers, within one slice. */
const ATTEND_MS = 0.25;

/** One controller. After `start`, call `step` again and again; between two calls nothing happens. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #parts: ControllerParts;
  readonly #events: ControllerEvents;
  readonly #receiver: Receiver;
  readonly #mailbox: MailboxDevice;
  readonly #status: PublishedStatus;
  readonly #power: PowerControl;
  readonly #boot: BootWatch;
  readonly #hostFiles: ServedFiles;
  readonly #management: ControllerManagement;
  /** A response that the ring had no room for. The next one takes its place: the host repeats what it has not heard of. */
  #waiting: Uint8Array | undefined;
  #hostWasReset = false;
  #hostWasLost = false;
  #hostIsUp = false;
  #idleSteps = 0;
  #lookedAt = 0;
  #attendedAt = 0;
  /** Messages of the host that were no good, and how many of them the log knows of. */
  #dropped = 0;
  #told = 0;
  #isClosed = false;

  /** Opens the state and takes its lock; the host sees nothing yet. Throws `controller-running` or `state-failed`. */
  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#parts = openParts(options, (message) => this.#options.log?.({ event: 'log-failed', text: message }));
    this.#events = new ControllerEvents(this.#parts, (event) => this.#options.log?.(event));
    try {
      this.#receiver = this.#makeReceiver();
      this.#mailbox = new MailboxDevice(options.registers, options.window, { versions: this.#receiver.versions, bootId: options.bootId, labMode: options.labMode === true }, {
        holder: () => this.#holder(),
        mailboxReset: () => (this.#waiting = undefined),
        hostReset: () => (this.#hostWasReset = true),
      });
      this.#power = new PowerControl(options.registers, options.clock, {
        busIsUp: (isUp) => this.#mailbox.setHostPower(isUp),
        hostLost: () => {
          this.#hostWasLost = true;
          this.#hostFiles.lose();
        },
        hostReset: () => (this.#hostWasReset = true),
        hostStarted: () => this.#boot.hostStarted(),
        say: (event) => this.say(event),
      });
      const power = this.#power;
      this.#boot = new BootWatch(options.registers, options.clock, {
        get power() { return power.state; },
        hostUp: () => (this.#hostIsUp = true),
        say: (event) => this.say(event),
      }, options.bootTimes);
      this.#hostFiles = new ServedFiles(options.clock, (event) => this.say(event));
      this.#management = new ControllerManagement({
        options, parts: this.#parts, events: this.#events, receiver: this.#receiver, power: this.#power, boot: this.#boot, hostFiles: this.#hostFiles, nowMs: () => this.#now(),
      });
      this.#status = new PublishedStatus(this.#receiver, this.#mailbox);
    } catch (error) {
      closeParts(this.#parts);
      throw error;
    }
  }

  /** What the network side sees and does. */
  get management(): Management {
    return this.#management;
  }

  /** Someone has asked for a new start. */
  get isToRestart(): boolean {
    return this.#management.isToRestart;
  }

  /** Starts the receiver and shows the device to the host. */
  start(): void {
    const { board, leaseMs, trialMs = 0, labMode = false, bootId } = this.#options;
    const strangers = this.#receiver.start({
      components: board.components, records: this.#parts.records, chunkSize: CHUNK_SIZE, window: WINDOW, leaseMs, trialMs, labMode, bootId,
      platform: board.platform,
    });
    for (const event of this.#parts.recordEvents) this.say(event);
    for (const name of strangers) {
      this.say({ event: 'record-ignored', text: `the slot records name "${name}", which this board does not have like that`, fields: { component: name } });
    }
    this.#power.start();
    this.#boot.start();
    this.#mailbox.start(this.#now());
    this.#sayReady();
  }

  /** Does a bounded slice of work. Answers for how many milliseconds there is none; 0 when there is more. */
  step(): number {
    const begin = this.#now();
    let worked = false;
    if (this.#idleSteps > 0 || begin - this.#lookedAt >= LOOK_MS) this.#lookAround(begin);
    for (let round = 0; round < SLICE_ROUNDS; round++) {
      const now = this.#now();
      if (round === 0 || now - this.#attendedAt >= ATTEND_MS) this.#attend(now);
      if (!this.#round(now)) break;
      worked = true;
      if (now - begin >= SLICE_MS) break;
    }
    this.#status.update(this.#now());
    if (worked) {
      this.#idleSteps = 0;
      return 0;
    }
    return this.#rest();
  }

  /** Something that happened around the controller: into its log, its history and onto its screen. */
  say(event: ControllerEvent): void {
    this.#events.say(event);
  }

  components(): ComponentSnapshot[] {
    return this.#receiver.components(this.#now());
  }

  transfer(): TransferSnapshot {
    return this.#receiver.transfer(this.#now());
  }

  /** Ends cleanly: the host sees that nobody is there, what was collected is safe, and the lock is free. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#mailbox.stop();
    this.#management.close();
    this.say({ event: 'stopped', text: 'the controller has been stopped' });
    const [error] = closeParts(this.#parts);
    if (error !== undefined) throw error;
  }

  /** What does not come as a message. */
  #lookAround(now: number): void {
    this.#lookedAt = now;
    this.#power.poll();
    this.#boot.poll();
    this.#hostFiles.poll();
    this.#management.poll(now);
  }

  /** A host that resets the mailbox puts nothing into the ring before it has been answered, so a late look mixes nothing up. */
  #attend(now: number): void {
    this.#attendedAt = now;
    // Who has just rung, or asked for a reset, says more in a moment: it finds the controller awake.
    if (this.#mailbox.attend(now)) this.#idleSteps = 0;
  }

  /** Takes one message of each link at most and performs one action besides answering. False when there was nothing to do. */
  #round(now: number): boolean {
    if (this.#waiting !== undefined && this.#mailbox.send(this.#waiting)) this.#waiting = undefined;
    const took = this.#waiting === undefined && this.#receiver.ready() && this.#take(now);
    // A host that asks all the time does not keep an image from being stored.
    if (took) this.#receiver.step(now);
    const pushed = this.#receiver.ready() && this.#push(now);
    if (pushed) this.#receiver.step(now);
    return this.#receiver.step(now) || took || pushed;
  }

  /** Takes what the mailbox has for the receiver, which is ready. */
  #take(now: number): boolean {
    if (this.#hostWasLost) {
      this.#hostWasLost = false;
      this.#receiver.hostLost();
      return true;
    }
    if (this.#hostWasReset) {
      this.#hostWasReset = false;
      this.#receiver.hostReset();
      this.say({ event: 'host-reset', text: 'the host has been reset' });
      return true;
    }
    if (this.#hostIsUp) {
      this.#hostIsUp = false;
      // It may have been reset again since.
      if (this.#boot.snapshot.state === 'up') this.#receiver.hostUp();
      return true;
    }
    const { inbox } = this.#receiver;
    const size = this.#mailbox.receive(inbox, () => this.#receiver.messageSize(inbox.length));
    if (size === 0) return false;
    const answer = this.#hostFiles.answer(inbox.subarray(0, size));
    if (answer !== undefined) {
      this.#boot.heard();
      this.#respond(MAILBOX_LINK, answer);
    } else if (this.#receiver.deliver(MAILBOX_LINK, inbox.subarray(0, size), now) === 'Ok') this.#boot.heard();
    else this.#dropped++;
    return true;
  }

  /** Takes what the network side has for the receiver, which is ready. */
  #push(now: number): boolean {
    const message = this.#management.nextMessage(now);
    if (message === undefined) return false;
    this.#receiver.deliver(NETWORK_LINK, message, now);
    return true;
  }

  #respond(link: number, message: Uint8Array): void {
    if (link === NETWORK_LINK) this.#management.takeResponse(message, this.#now());
    else if (!this.#mailbox.send(message)) this.#waiting = message.slice();
  }

  /** Longer and longer while nothing comes. On the way, what was collected on a slow link is made safe. */
  #rest(): number {
    this.#idleSteps++;
    const doublings = this.#idleSteps - BUSY_STEPS;
    if (doublings <= 0) return 0;
    const sleep = Math.min(2 ** Math.min(doublings - 1, 6), LONGEST_SLEEP_MS, this.#receiver.waitMs, this.#management.waitMs);
    if (doublings === 7) {
      this.#syncStaging();
      this.#tellDropped();
    }
    return sleep;
  }

  /** One event for all of a noisy time: a host can not flood the log. */
  #tellDropped(): void {
    const dropped = this.#dropped + this.#mailbox.garbage;
    if (dropped === this.#told) return;
    this.say({ event: 'messages-dropped', text: `${dropped - this.#told} messages of the host made no sense and were dropped`, fields: { messages: dropped - this.#told } });
    this.#told = dropped;
  }

  #syncStaging(): void {
    try {
      this.#parts.staging.syncIfDirty();
    } catch (error) {
      this.say({ event: 'action-failed', text: `saving what was collected failed: ${(error as Error).message}`, fields: { action: 'SyncStaging' } });
    }
  }

  #holder(): MailboxHolder | undefined {
    const now = this.#now();
    if (!this.#receiver.isHeld(now)) return undefined;
    const { session, elapsedMs, origin } = this.#receiver.transfer(now);
    // A remote user's upgrade is not of the mailbox: the host may say hello and hears who holds the lock when it starts its own.
    return origin === 'remote' ? undefined : { session, heldMs: elapsedMs };
  }

  #makeReceiver(): Receiver {
    const { core, staging, slots, slotLog, records, trust, floors, signatures } = this.#parts;
    const { board, labMode = false } = this.#options;
    return new Receiver(core, new ReceiverActions({
      staging, slots, slotLog, records, floors, signatures, hashEngine: this.#options.hashEngine,
      platform: board.platform,
      trust: () => ({ keys: trust.keys, revoked: trust.revoked, labMode }),
      userOf: (session) => this.#management.userOf(session),
      respond: (link, message) => this.#respond(link, message),
      transfer: () => this.transfer(),
      components: () => this.components(),
      say: (event) => this.say(event),
    }));
  }

  #sayReady(): void {
    const { board, labMode = false, stateDirectory } = this.#options;
    const running = this.components().map(({ name, slots, running: slot }) => runningText(name, slots, slot)).join(', ');
    this.say({
      event: 'ready', text: `ready: platform ${board.platform}, ${running}; state in ${stateDirectory}`,
      fields: { platform: board.platform, state: stateDirectory, labMode },
    });
    for (const { keyId } of this.#options.pin ?? []) {
      if (this.#parts.trust.keys.some((key) => key.keyId === keyId)) continue;
      this.say({ event: 'key-not-trusted', text: `key ${keyId} of --trust is not trusted any more: a key list has taken its trust away`, fields: { keyId } });
    }
    if (labMode) this.say({ event: 'lab-mode', text: 'LAB MODE: images are taken without a signature; nobody knows who made what runs here' });
    else if (this.#parts.trust.isEmpty) {
      this.say({ event: 'no-keys', text: 'this board trusts no key yet, so it refuses every image: give --trust KEY.pub once, or --lab-mode' });
    }
  }

  #now(): number {
    return this.#options.clock.nowMs();
  }
}
