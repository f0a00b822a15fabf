// The management controller: a mailbox on one side, the board on the other, and the receiver of core.wasm between them.
// It has no loop and no clock of its own: `step` does a slice of work and says for how long there is none.
import { MailboxDevice, type MailboxHolder } from '../bus/mailbox-device.ts';
import { Receiver } from '../core/receiver.ts';
import type { ComponentSnapshot, TransferSnapshot } from '../core/receiver-exports.ts';
import type { ControllerOptions } from './controller-options.ts';
import { closeParts, openParts, type ControllerParts } from './controller-parts.ts';
import type { ControllerEvent } from './event-log.ts';
import { runningText } from './note-events.ts';
import { PublishedStatus } from './published-status.ts';
import { ReceiverActions } from './receiver-actions.ts';

/** The link number of the mailbox. */
const MAILBOX_LINK = 0;
const CHUNK_SIZE = 64 * 1024;
const WINDOW = 16;
/** A slice ends after so long, or so many rounds, when the clock stands still. */
const SLICE_MS = 8;
const SLICE_ROUNDS = 64;
/** Steps without work before the controller sleeps at all: a host in a transfer answers within them. */
const BUSY_STEPS = 16;
const LONGEST_SLEEP_MS = 50;

/** One controller. After `start`, call `step` again and again; between two calls nothing happens. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #parts: ControllerParts;
  readonly #receiver: Receiver;
  readonly #mailbox: MailboxDevice;
  readonly #status: PublishedStatus;
  /** A response that the ring had no room for. The next one takes its place: the host repeats what it has not heard of. */
  #waiting: Uint8Array | undefined;
  #hostWasReset = false;
  #idleSteps = 0;
  /** Messages of the host that were no good, and how many of them the log knows of. */
  #dropped = 0;
  #told = 0;
  #isClosed = false;

  /** Opens the state and takes its lock; the host sees nothing yet. Throws `controller-running` or `state-failed`. */
  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#parts = openParts(options, (message) => this.#options.log?.({ event: 'log-failed', text: message }));
    try {
      this.#receiver = this.#makeReceiver();
      this.#mailbox = new MailboxDevice(options.registers, options.window, { versions: this.#receiver.versions, bootId: options.bootId }, {
        holder: () => this.#holder(),
        mailboxReset: () => (this.#waiting = undefined),
        hostReset: () => (this.#hostWasReset = true),
      });
      this.#status = new PublishedStatus(this.#receiver, this.#mailbox);
    } catch (error) {
      closeParts(this.#parts);
      throw error;
    }
  }

  /** Starts the receiver and shows the device to the host. */
  start(): void {
    const { board, leaseMs, bootId } = this.#options;
    const strangers = this.#receiver.start({
      components: board.components, records: this.#parts.records, chunkSize: CHUNK_SIZE, window: WINDOW, leaseMs, bootId, platform: board.platform,
    });
    for (const name of strangers) {
      this.#say({ event: 'record-ignored', text: `the slot records name "${name}", which this board does not have like that`, fields: { component: name } });
    }
    this.#mailbox.start(this.#now());
    const running = this.components().map(({ name, slots, running: slot }) => runningText(name, slots, slot)).join(', ');
    this.#say({
      event: 'ready', text: `ready: platform ${board.platform}, ${running}; state in ${this.#options.stateDirectory}`,
      fields: { platform: board.platform, state: this.#options.stateDirectory },
    });
  }

  /** Does a bounded slice of work. Answers for how many milliseconds there is none; 0 when there is more. */
  step(): number {
    const begin = this.#now();
    let worked = false;
    for (let round = 0; round < SLICE_ROUNDS; round++) {
      const now = this.#now();
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

  components(): ComponentSnapshot[] {
    return this.#receiver.components();
  }

  transfer(): TransferSnapshot {
    return this.#receiver.transfer(this.#now());
  }

  /** Ends cleanly: the host sees that nobody is there, what was collected is safe, and the lock is free. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#mailbox.stop();
    this.#say({ event: 'stopped', text: 'the controller has been stopped' });
    const [error] = closeParts(this.#parts);
    if (error !== undefined) throw error;
  }

  /** Takes one message at most and performs one action besides answering it. False when there was nothing to do. */
  #round(now: number): boolean {
    this.#mailbox.attend(now);
    if (this.#waiting !== undefined && this.#mailbox.send(this.#waiting)) this.#waiting = undefined;
    const took = this.#waiting === undefined && this.#receiver.ready() && this.#take(now);
    // A host that asks all the time does not keep an image from being stored.
    if (took) this.#receiver.step(now);
    return this.#receiver.step(now) || took;
  }

  /** Takes what the mailbox has for the receiver, which is ready. */
  #take(now: number): boolean {
    if (this.#hostWasReset) {
      this.#hostWasReset = false;
      this.#receiver.hostReset();
      this.#say({ event: 'host-reset', text: 'the host has been reset' });
      return true;
    }
    const { inbox } = this.#receiver;
    const size = this.#mailbox.receive(inbox, () => this.#receiver.messageSize(inbox.length));
    if (size === 0) return false;
    if (this.#receiver.deliver(MAILBOX_LINK, inbox.subarray(0, size), now) !== 'Ok') this.#dropped++;
    return true;
  }

  #respond(message: Uint8Array): void {
    if (!this.#mailbox.send(message)) this.#waiting = message.slice();
  }

  /** Longer and longer while nothing comes. On the way, what was collected on a slow link is made safe. */
  #rest(): number {
    this.#idleSteps++;
    const doublings = this.#idleSteps - BUSY_STEPS;
    if (doublings <= 0) return 0;
    const sleep = Math.min(2 ** Math.min(doublings - 1, 6), LONGEST_SLEEP_MS, this.#receiver.waitMs);
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
    this.#say({ event: 'messages-dropped', text: `${dropped - this.#told} messages of the host made no sense and were dropped`, fields: { messages: dropped - this.#told } });
    this.#told = dropped;
  }

  #syncStaging(): void {
    try {
      this.#parts.staging.syncIfDirty();
    } catch (error) {
      this.#say({ event: 'action-failed', text: `saving what was collected failed: ${(error as Error).message}`, fields: { action: 'SyncStaging' } });
    }
  }

  #holder(): MailboxHolder | undefined {
    const now = this.#now();
    if (!this.#receiver.isHeld(now)) return undefined;
    const { session, elapsedMs } = this.#receiver.transfer(now);
    return { session, heldMs: elapsedMs };
  }

  #makeReceiver(): Receiver {
    const { core, staging, slots, slotLog, records } = this.#parts;
    return new Receiver(core, new ReceiverActions({
      staging, slots, slotLog, records,
      respond: (_link, message) => this.#respond(message),
      transfer: () => this.transfer(),
      components: () => this.components(),
      say: (event) => this.#say(event),
    }));
  }

  #say(event: ControllerEvent): void {
    this.#parts.eventLog.add(event);
    this.#options.log?.(event);
  }

  #now(): number {
    return this.#options.clock.nowMs();
  }
}
