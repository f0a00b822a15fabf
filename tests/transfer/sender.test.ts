// The sending end against answers that a right receiver never gives, or gives at a bad moment.
import { describe, expect, it } from 'vitest';
import type { SenderStep } from '../../host/core/sender.ts';
import type { EndFileResponse } from '../../host/core/wire-end-file.ts';
import { accepted, image, Sending, stored, TRANSFER } from './sending.ts';

const failure = (step: SenderStep): unknown => (step.action === 'failed' ? [step.failure.status, step.failure.completion] : step.action);

describe('a sending end', () => {
  it('that gets the right answers is done, and knows what was acknowledged', () => {
    const sending = new Sending().ending();
    expect(sending.answer('end-file-response', stored)).toBe('Ok');
    expect(sending.go()).toEqual({ action: 'done' });
    expect(sending.sender.progress()).toEqual({ phase: 'Stored', done: 2000, total: 2000, slot: 1, resumed: 0, repeats: 0, flashMs: 5, equalBytes: 0 });
  });

  it.each(['NoTransfer', 'NoUpgrade', 'Busy', 'FlashFailed', 'DigestMismatch', 'BadRequest', 'unknown number 200'] as const)(
    'that is refused with %s says so, at each step, also when nothing else is in the answer', (completion) => {
      const start = new Sending();
      start.go();
      start.answer('start-file-response', { completion, slot: 0, window: 0, transfer: 0, chunkSize: 0, next: 0 });
      expect(failure(start.go())).toEqual(['Refused', completion]);
      const data = new Sending().sending();
      data.answer('transmit-data-response', { completion, transfer: completion === 'BadRequest' ? 0 : TRANSFER, next: 0, mask: 0 });
      expect(failure(data.go())).toEqual(['Refused', completion]);
      const end = new Sending().ending();
      end.answer('end-file-response', { ...stored, completion, transfer: 0, slot: 0, phase: 'Idle', done: 0, total: 0, next: 0, digest: new Uint8Array(32) });
      expect(failure(end.go())).toEqual(['Refused', completion]);
    });

  it('takes no success for other bytes than its own', () => {
    const sending = new Sending().ending();
    sending.answer('end-file-response', { ...stored, digest: new Uint8Array(32) });
    expect(failure(sending.go())).toEqual(['DigestMismatch', 'Ok']);
  });

  it.each([
    ['a chunk size of 0', { chunkSize: 0 }], ['a chunk size over 64 KiB', { chunkSize: 65_537 }], ['a window of 0', { window: 0 }],
    ['a window over 32', { window: 33 }], ['an offset behind the end', { next: 2001 }], ['an offset between two chunks', { next: 100 }],
  ])('refuses a receiver with %s', (_name, wrong) => {
    const sending = new Sending();
    sending.go();
    sending.answer('start-file-response', { ...accepted, ...wrong });
    expect(failure(sending.go())).toEqual(['BadField', 'Ok']);
  });

  it.each([[2001, 0], [100, 0], [0xffffffff, 0xffffffff], [4096, 0]])('drops an acknowledgement of %i, mask %i, and goes on', (next, mask) => {
    const sending = new Sending().sending();
    expect(sending.acknowledge(next, mask)).toBe('BadField');
    expect(sending.acknowledge(2000)).toBe('Ok');
    sending.go();
    expect(sending.last?.name).toBe('end-file-request');
  });

  it('drops what is not for its transfer', () => {
    const sending = new Sending().sending();
    expect(sending.acknowledge(2000, 0, TRANSFER + 1)).toBe('UnexpectedType');
    expect(sending.answer('end-file-response', stored)).toBe('UnexpectedType');
    expect(sending.answer('start-file-response', accepted)).toBe('UnexpectedType');
    expect(sending.answer('transmit-data-request', { transfer: TRANSFER, offset: 0, bytes: new Uint8Array(4) })).toBe('UnexpectedType');
    const ending = new Sending().ending();
    expect(ending.answer('end-file-response', stored, 12345)).toBe('UnexpectedType');
    expect(ending.acknowledge(2000)).toBe('UnexpectedType');
    expect(ending.go().action).toBe('wait');
  });

  it('sends from where the receiver is when chunks are missing after all, and not for ever', () => {
    const sending = new Sending().ending();
    for (let rounds = 0; ; rounds++) {
      expect(rounds).toBeLessThan(100);
      sending.answer('end-file-response', { ...stored, completion: 'Incomplete', phase: 'Receiving', next: 1024 });
      if (sending.go().action === 'failed') break;
      expect(sending.last).toMatchObject({ name: 'transmit-data-request', fields: { offset: 1536, transfer: TRANSFER } });
      sending.acknowledge(2000);
      sending.go();
    }
    expect(failure(sending.go())).toEqual(['Refused', 'Incomplete']);
  });

  it.each([[0, 'BadField'], [2000, 'BadField'], [100, 'BadField']])('does not believe that what is missing begins at %i, when it can not', (next, status) => {
    const sending = new Sending().ending();
    sending.answer('end-file-response', { ...stored, completion: 'Incomplete', phase: 'Receiving', next });
    if (next === 0) expect(sending.go().action).toBe('wait');
    else expect(failure(sending.go())).toEqual([status, 'Ok']);
  });

  it('waits as long as the storing goes on, and not for ever when it stands still', () => {
    const sending = new Sending().ending();
    const inProgress = (done: number): EndFileResponse => ({ ...stored, completion: 'InProgress', phase: 'Writing', done });
    for (let done = 0; done < 200; done++) {
      sending.nowMs += 30_000;
      sending.go();
      sending.answer('end-file-response', inProgress(done));
      expect(sending.go().action, `${done} bytes`).toBe('wait');
    }
    for (let asked = 0; sending.go().action !== 'failed'; asked++) {
      expect(asked).toBeLessThan(1000);
      sending.nowMs += 100;
      sending.answer('end-file-response', inProgress(199));
    }
    expect(failure(sending.go())).toEqual(['TimedOut', 'InProgress']);
  });

  it.each([[1, 1], [5000, 5000], [1999, 2000]])('shows no more progress than its image has bytes, for %i of %i', (done, total) => {
    const sending = new Sending().ending();
    sending.answer('end-file-response', { ...stored, completion: 'InProgress', phase: 'Writing', done, total });
    expect(sending.sender.progress()).toMatchObject({ done: Math.min(done, 2000), total: 2000 });
  });

  it('does not ask for ever whether a file may begin', () => {
    const sending = new Sending();
    for (let asked = 0; sending.go().action !== 'failed'; asked++) {
      expect(asked).toBeLessThan(1000);
      sending.nowMs += 100;
      sending.answer('start-file-response', { ...accepted, completion: 'InProgress' });
    }
    expect(failure(sending.go())).toEqual(['TimedOut', 'InProgress']);
  });

  it.each(['Starting', 'Sending', 'Ending'])('gives a receiver up that is silent while %s, after 15 s and within 30', (state) => {
    const sending = new Sending();
    if (state === 'Sending') sending.sending();
    if (state === 'Ending') sending.ending();
    const since = sending.nowMs;
    for (let step = sending.go(); step.action === 'wait'; step = sending.go()) {
      expect(step.waitMs).toBeGreaterThan(0);
      sending.nowMs += step.waitMs;
    }
    expect(failure(sending.go())).toEqual(['TimedOut', 'Ok']);
    expect(sending.nowMs - since).toBeGreaterThan(15_000);
    expect(sending.nowMs - since).toBeLessThan(30_000);
  });

  it('gives a receiver up that claims to have all but one chunk, and never that', () => {
    const sending = new Sending().sending();
    sending.acknowledge(0, 0b111);
    for (let step = sending.go(); step.action === 'wait'; step = sending.go()) {
      sending.nowMs += step.waitMs;
      sending.acknowledge(0, 0b111);
      expect(sending.nowMs).toBeLessThan(120_000);
    }
    expect(failure(sending.go())).toEqual(['TimedOut', 'Ok']);
  });

  it('takes acknowledgements while a chunk is being read, even of that chunk and of the last one', () => {
    const sending = new Sending().sending();
    sending.nowMs += 600;
    const step = sending.sender.next(sending.nowMs);
    expect(step).toMatchObject({ action: 'read', offset: 0 });
    expect(sending.acknowledge(1024)).toBe('Ok');
    expect(sending.sender.chunk(image.bytes.subarray(0, 512), sending.nowMs)).toBeDefined();
    expect(sending.sender.next(sending.nowMs)).toMatchObject({ action: 'read', offset: 1024 });
    expect(sending.acknowledge(2000)).toBe('Ok');
    expect(sending.sender.chunk(image.bytes.subarray(1024, 1536), sending.nowMs)).toBeUndefined();
    sending.go();
    expect(sending.last?.name).toBe('end-file-request');
  });

  it('ends with the reason why its image could not be read', () => {
    const sending = new Sending().sending();
    sending.nowMs += 600;
    expect(sending.sender.next(sending.nowMs).action).toBe('read');
    sending.sender.unreadable('FileChanged', sending.nowMs);
    expect(failure(sending.go())).toEqual(['FileChanged', 'Ok']);
  });

  it('that finds everything there asks for it to be stored at once', () => {
    const sending = new Sending().sending({ next: 2000 });
    expect(sending.last).toMatchObject({ name: 'end-file-request', fields: { transfer: TRANSFER, size: 2000 } });
    expect(sending.sender.progress()).toMatchObject({ resumed: 2000, repeats: 0 });
  });
});
