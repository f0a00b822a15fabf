// A sending end, and a test that answers it in place of a receiver.
import { expect } from 'vitest';
import { loadCore } from '../../host/core/instance.ts';
import { Sender, type SenderExports, type SenderFile, type SenderStep } from '../../host/core/sender.ts';
import type { EndFileResponse } from '../../host/core/wire-end-file.ts';
import type { Message, MessageName, Messages } from '../../host/core/wire.ts';
import { testImage, wire } from './conversation.ts';

export const image = testImage('bmc', '2.0', 2000);
const file: SenderFile = {
  upgrade: 3, index: 0, allow: 'Upgrade', size: 2000, component: 'bmc', version: '2.0', digest: image.digest,
};
/** What a right receiver answers, until a test says otherwise. */
export const TRANSFER = 0x77;
export const accepted: Messages['start-file-response'] = { completion: 'Ok', slot: 1, window: 4, transfer: TRANSFER, chunkSize: 512, next: 0 };
export const stored: EndFileResponse = {
  completion: 'Ok', slot: 1, phase: 'Stored', transfer: TRANSFER, done: 2000, total: 2000, next: 2000, flashMs: 5, equalBytes: 0, digest: image.digest,
};

/** A sender and what it has sent. */
export class Sending {
  readonly sender = new Sender(loadCore<SenderExports>());
  nowMs = 0;
  last: Message | undefined;

  constructor(from: Partial<SenderFile> = {}) {
    this.sender.begin({ ...file, ...from });
  }

  /** Does what it wants, reading and sending, until it waits or ends. */
  go(): SenderStep {
    for (;;) {
      const step = this.sender.next(this.nowMs);
      if (step.action === 'read') this.#sent(this.sender.chunk(image.bytes.subarray(step.offset, step.offset + step.size), this.nowMs));
      else if (step.action === 'send') this.#sent(step.message);
      else return step;
    }
  }

  /** Answers the message that was sent last. */
  answer<Name extends MessageName>(name: Name, fields: Messages[Name], id = this.last?.id ?? 0): string {
    return this.sender.deliver(wire.encode(name, id, fields), this.nowMs);
  }

  acknowledge(next: number, mask = 0, transfer = TRANSFER): string {
    return this.answer('transmit-data-response', { completion: 'Ok', transfer, next, mask });
  }

  /** Gets it to where the file is being sent. */
  sending(with_: Partial<Messages['start-file-response']> = {}): this {
    this.go();
    expect(this.answer('start-file-response', { ...accepted, ...with_ })).toBe('Ok');
    this.go();
    return this;
  }

  /** Gets it to where it has asked for the file to be stored. */
  ending(): this {
    this.sending();
    this.acknowledge(2000);
    this.go();
    expect(this.last?.name).toBe('end-file-request');
    return this;
  }

  #sent(message: Uint8Array | undefined): void {
    if (message !== undefined) this.last = wire.decode(message).message;
  }
}
