// The device's end of the mailbox, over the memory behind the two BARs. assembly/bus/README.md is the specification.
// Everything that lies there can have been written by the host: the device reads only what is the host's, and keeps
// what is its own in this object.
import {
  HOST_GROUP_SIZE, IDENTITY_VALUE, Index, LAYOUT_VALUE, MODE_LAB, RECEIVE_RING, Register, SEND_RING, STATUS_SIZE,
} from './mailbox-registers.ts';
import { RingReader, RingWriter } from './mailbox-ring.ts';
import type { WordMemory } from './shared-memory.ts';

/** Who keeps a reset of the mailbox from being carried out: a session that holds an upgrade and is alive. */
export interface MailboxHolder {
  readonly session: number;
  readonly heldMs: number;
}

/** What the mailbox asks and tells the controller. */
export interface MailboxOwner {
  /** Asked at each reset of the mailbox. Undefined when nothing speaks against it. */
  holder(): MailboxHolder | undefined;
  /** A reset was carried out: what waited to be sent is for nobody now. */
  mailboxReset(): void;
  /** The host machine has been reset. */
  hostReset(): void;
}

export interface MailboxOptions {
  /** Protocol versions. */
  readonly versions: { readonly lowest: number; readonly highest: number };
  /** Another number at each start, never 0. */
  readonly bootId: number;
  /** Whether the device takes images without a signature: whoever only reads registers has to see it, too. */
  readonly labMode?: boolean;
}

/** The heartbeat counts at least twice a second; this leaves room for a slow loop. */
const BEAT_MS = 200;

/** Call `start` once, then `attend` often: nothing happens in between. */
export class MailboxDevice {
  readonly #registers: WordMemory;
  readonly #options: MailboxOptions;
  readonly #owner: MailboxOwner;
  readonly #fromHost: RingReader;
  readonly #toHost: RingWriter;
  readonly #group = new Uint8Array(HOST_GROUP_SIZE);
  readonly #groupView = new DataView(this.#group.buffer);
  #doorbell = 0;
  #isExpecting = true;
  #hostHasPower = true;
  #reset = 0;
  #hostResets = 0;
  #beat = 0;
  #beatAt = 0;

  /** Both memories have to be as large as the layout needs; `host/bus/management-function.ts` has the sizes. */
  constructor(registers: WordMemory, window: WordMemory, options: MailboxOptions, owner: MailboxOwner) {
    if (window.size < RECEIVE_RING.offset + RECEIVE_RING.size || registers.size < Register.status + STATUS_SIZE) {
      throw new RangeError(`mailbox: its layout does not fit ${registers.size} bytes of registers and a window of ${window.size} bytes`);
    }
    this.#registers = registers;
    this.#options = options;
    this.#owner = owner;
    this.#fromHost = new RingReader(window, SEND_RING, Index.sendHead, Index.sendTail);
    this.#toHost = new RingWriter(window, RECEIVE_RING, Index.receiveHead, Index.receiveTail);
  }

  /** Makes the device visible. A reset of the host that happened while no device ran is told from here. */
  start(nowMs: number): void {
    this.#registers.write32(Register.ready, 0);
    this.#registers.read(Register.doorbell, this.#group);
    const seen = this.#registers.read32(Register.hostResetsSeen);
    this.#doorbell = this.#word(Register.doorbell);
    this.#reset = this.#word(Register.reset);
    this.#hostResets = this.#word(Register.hostResets);
    this.#emptyRings();
    this.#describe();
    this.#registers.write32(Register.resetRefused, 0);
    this.#registers.write32(Register.holder, 0);
    this.#registers.write32(Register.heldMs, 0);
    this.#registers.write32(Register.resetDone, this.#reset);
    this.#registers.write(Register.status, new Uint8Array(STATUS_SIZE));
    this.#registers.write32(Register.bootId, this.#options.bootId);
    this.#beat = this.#registers.read32(Register.heartbeat);
    this.#beatAt = nowMs;
    this.#registers.write32(Register.ready, 1);
    if (seen !== this.#hostResets) this.#sawHostReset();
  }

  /** Looks at the host's registers and lets the heart beat. True when the host wants something: it has rung, or asked for a reset. */
  attend(nowMs: number): boolean {
    const isWanted = this.#hostHasPower && this.#attendHost();
    if (nowMs - this.#beatAt >= BEAT_MS) {
      this.#beatAt = nowMs;
      this.#beat = (this.#beat + 1) >>> 0;
      this.#registers.write32(Register.heartbeat, this.#beat);
    }
    return isWanted;
  }

  /** What a host without power has left in its registers and rings is nobody's, and goes when the power comes back. */
  setHostPower(isOn: boolean): void {
    if (isOn === this.#hostHasPower) return;
    this.#hostHasPower = isOn;
    if (!isOn) return;
    this.#emptyRings();
    this.#owner.mailboxReset();
  }

  #attendHost(): boolean {
    this.#registers.read(Register.doorbell, this.#group);
    const hasRung = this.#word(Register.doorbell) !== this.#doorbell;
    if (hasRung) {
      this.#doorbell = this.#word(Register.doorbell);
      this.#isExpecting = true;
    }
    if (this.#word(Register.hostResets) !== this.#hostResets) {
      this.#hostResets = this.#word(Register.hostResets);
      this.#sawHostReset();
    }
    const reset = this.#word(Register.reset);
    if (reset === 0 || reset === this.#reset) return hasRung;
    this.#answerReset(reset);
    return true;
  }

  /**
   * Copies the next message of the host to the start of `into` and answers its size, 0 when there is none. `sizeOf` says
   * how long the message is whose header lies at the start of `into`, 0 when it is none. After 0 the ring is not
   * looked at again before the host rings the doorbell.
   */
  receive(into: Uint8Array, sizeOf: () => number): number {
    if (!this.#isExpecting || !this.#hostHasPower) return 0;
    const size = this.#fromHost.take(into, sizeOf);
    if (size === 0) this.#isExpecting = false;
    return size;
  }

  /** Gives a message to the host. False when there is no room: try again later, or after the host has reset the mailbox. */
  send(message: Uint8Array): boolean {
    return this.#toHost.put(message);
  }

  /** Publishes a status message for readers who must not disturb a transfer. */
  publish(status: Uint8Array): void {
    this.#registers.write(Register.status, status.subarray(0, STATUS_SIZE));
  }

  /** The device ends: the host sees that nobody is there. */
  stop(): void {
    this.#registers.write32(Register.ready, 0);
  }

  /** How often something in the ring was dropped because it was no message. */
  get garbage(): number {
    return this.#fromHost.garbage;
  }

  #answerReset(number: number): void {
    this.#reset = number;
    const holder = this.#owner.holder();
    if (holder !== undefined) {
      this.#registers.write32(Register.holder, holder.session);
      this.#registers.write32(Register.heldMs, holder.heldMs);
      this.#registers.write32(Register.resetRefused, number);
      return;
    }
    this.#emptyRings();
    this.#owner.mailboxReset();
    this.#describe();
    this.#registers.write32(Register.resetDone, number);
  }

  #emptyRings(): void {
    this.#fromHost.reset();
    this.#toHost.reset();
    this.#isExpecting = true;
  }

  /** What never changes. Written again at each reset: a host can have overwritten it by mistake. */
  #describe(): void {
    const { lowest, highest } = this.#options.versions;
    this.#registers.write32(Register.identity, IDENTITY_VALUE);
    this.#registers.write32(Register.versions, lowest + highest * 0x10000);
    this.#registers.write32(Register.layout, LAYOUT_VALUE);
    this.#registers.write32(Register.sendRing, SEND_RING.offset);
    this.#registers.write32(Register.sendSize, SEND_RING.size);
    this.#registers.write32(Register.receiveRing, RECEIVE_RING.offset);
    this.#registers.write32(Register.receiveSize, RECEIVE_RING.size);
    this.#registers.write32(Register.modes, this.#options.labMode === true ? MODE_LAB : 0);
  }

  /** The number is kept in the registers, so that a device that starts knows whether it has missed a reset. */
  #sawHostReset(): void {
    this.#registers.write32(Register.hostResetsSeen, this.#hostResets);
    this.#owner.hostReset();
  }

  /** A register of the host's group, as read last. */
  #word(register: number): number {
    return this.#groupView.getUint32(register - Register.doorbell, true);
  }
}
