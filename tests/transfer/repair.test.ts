import { describe, expect, it } from 'vitest';
import { Conversation, wire } from './conversation.ts';
import { bios, REQUESTS } from './situations.ts';

describe('a writing in place that was cut', () => {
  /** Cuts the power in the middle of the writing of the BIOS. */
  function cut(): Conversation {
    const conversation = new Conversation();
    conversation.startUpgrade();
    conversation.startFile(bios);
    conversation.dataAll(bios);
    conversation.send(wire.encode('end-file-request', 1, { transfer: conversation.transfer, size: bios.bytes.length, waitMs: 1000 }));
    for (let step = 0; step < 60 && conversation.device.receiver.transfer(conversation.nowMs).isSafe; step++) conversation.stepOnce();
    expect(conversation.device.receiver.transfer(conversation.nowMs).isSafe).toBe(false);
    return conversation;
  }

  it('is finished from staging when the device starts, without a host', () => {
    const conversation = cut();
    conversation.restart();
    expect(conversation.running('bios')).toBe('2.0');
    expect(conversation.device.notes).toContain('repair-started');
    expect(conversation.device.slotBytes('bios', 0, bios.bytes.length)).toEqual(bios.bytes);
    expect(conversation.device.stagings.size).toBe(0);
  });

  it('waits for a host when its staging is gone', () => {
    const conversation = cut();
    conversation.device.stagings.clear();
    conversation.restart();
    expect(conversation.running('bios')).toBeUndefined();
    conversation.push(bios);
    expect(conversation.running('bios')).toBe('2.0');
  });

  it('is finished whatever is asked, in the middle of it, by whom', () => {
    for (let moment = 0; moment < 20; moment++) {
      for (const [name, request] of Object.entries(REQUESTS)) {
        const conversation = cut();
        conversation.device.start(conversation.nowMs);
        for (let step = 0; step < moment; step++) {
          // One action at a time, and a message as soon as one may come in.
          conversation.device.receiver.step(conversation.nowMs);
        }
        if (conversation.device.receiver.ready()) request(conversation);
        conversation.settle();
        expect(conversation.running('bios'), `"${name}" after ${moment} actions`).toBe('2.0');
      }
    }
  });
});
