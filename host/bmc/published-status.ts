import type { MailboxDevice } from '../bus/mailbox-device.ts';
import type { Receiver } from '../core/receiver.ts';

/** How often the status may change. */
const PUBLISH_MS = 50;

/** The status message in the registers: written when it has changed, not too often. */
export class PublishedStatus {
  readonly #receiver: Receiver;
  readonly #mailbox: MailboxDevice;
  #last = new Uint8Array(0);
  #at = Number.NEGATIVE_INFINITY;

  constructor(receiver: Receiver, mailbox: MailboxDevice) {
    this.#receiver = receiver;
    this.#mailbox = mailbox;
  }

  update(nowMs: number): void {
    if (nowMs - this.#at < PUBLISH_MS) return;
    const status = this.#receiver.status(nowMs);
    if (Buffer.compare(status, this.#last) === 0) return;
    this.#last = status.slice();
    this.#at = nowMs;
    this.#mailbox.publish(status);
  }
}
