import { describe, expect, it } from 'vitest';
import { readNumber } from '../../host/core/flash-globals.ts';
import type { Messages } from '../../host/core/wire.ts';
import { Conversation, testImage, wire } from './conversation.ts';
import { bios, bmc, STATES } from './situations.ts';

describe('policy', () => {
  const judged = (image: ReturnType<typeof testImage>, allow: Parameters<Conversation['startFile']>[1], size?: number): string => {
    const conversation = new Conversation();
    conversation.startUpgrade();
    return conversation.startFile(image, allow, size).completion;
  };

  it.each([
    ['1.0', 'Upgrade', 'WouldReinstall'], ['1.0', 'Reinstall', 'Ok'], ['1.0', 'Downgrade', 'Ok'], ['0.9', 'Upgrade', 'WouldDowngrade'],
    ['0.9', 'Reinstall', 'WouldDowngrade'], ['0.9', 'Downgrade', 'Ok'], ['1.0.1', 'Upgrade', 'Ok'],
  ] as const)('version %s over 1.0 with %s: %s', (version, allow, completion) => {
    expect(judged({ ...bmc, version }, allow)).toBe(completion);
  });

  it('an image that runs already is not taken, whatever is allowed', () => {
    expect(judged(testImage('bmc', '1.0', 3000), 'Downgrade')).toBe('AlreadyRunning');
  });

  it('an image that is empty or larger than the slot is not taken', () => {
    expect(judged(bmc, 'Upgrade', 0)).toBe('BadImageSize');
    expect(judged(bmc, 'Upgrade', 65_536)).toBe('Ok');
    expect(judged(bmc, 'Upgrade', 65_537)).toBe('BadImageSize');
    expect(judged(bmc, 'Upgrade', 0xffffffff)).toBe('BadImageSize');
  });

  it('an image for a component that is not there is not taken', () => {
    expect(judged({ ...bmc, component: 'fan' }, 'Upgrade')).toBe('UnknownComponent');
  });
});

describe('a file', () => {
  it('goes on after an abort that keeps what was received, and from the start after one that does not', () => {
    for (const keep of [true, false]) {
      const conversation = new Conversation();
      conversation.startUpgrade();
      conversation.startFile(bmc);
      conversation.data(bmc, 0);
      conversation.data(bmc, 512);
      conversation.ask('abort-request', { upgrade: conversation.upgrade, keep, reason: 'TimeLimit' });
      conversation.startUpgrade(99);
      expect(conversation.startFile(bmc)).toMatchObject({ completion: 'Ok', next: keep ? 1024 : 0, chunkSize: 512, window: 4 });
      expect(conversation.device.notes).toContain('upgrade-aborted');
    }
  });

  it('is acknowledged by the next offset and a mask of what came early', () => {
    const conversation = new Conversation();
    conversation.startUpgrade();
    conversation.startFile(bmc);
    expect(conversation.data(bmc, 1024)).toMatchObject({ next: 0, mask: 0b10 });
    expect(conversation.data(bmc, 1536, 464)).toMatchObject({ next: 0, mask: 0b110 });
    expect(conversation.data(bmc, 0)).toMatchObject({ next: 512, mask: 0b11 });
    expect(conversation.data(bmc, 512)).toMatchObject({ next: 2000, mask: 0 });
  });

  it.each([[1, 512], [512, 511], [512, 513], [1536, 512], [2000, 0], [2048, 512], [0xffffffff, 1]])(
    'has no chunk at %i of %i bytes', (offset, size) => {
      const conversation = new Conversation();
      conversation.startUpgrade();
      conversation.startFile(bmc);
      const bytes = new Uint8Array(size);
      const answer = conversation.ask('transmit-data-request', { transfer: conversation.transfer, offset, bytes });
      expect(answer).toMatchObject({ completion: 'BadOffset', next: 0, mask: 0 });
      conversation.dataAll(bmc);
      expect(conversation.endFile(bmc).completion).toBe('Ok');
    });

  it('whose chunk is not written yet takes no other message, not even from a host that does not ask first', () => {
    const conversation = new Conversation();
    conversation.startUpgrade();
    conversation.startFile(bmc);
    const { core, receiver } = conversation.device;
    const chunk = { transfer: conversation.transfer, offset: 0, bytes: bmc.bytes.subarray(0, 512) };
    expect(receiver.deliver(1, wire.encode('transmit-data-request', 5, chunk), conversation.nowMs)).toBe('Ok');
    expect(receiver.ready()).toBe(false);
    expect(core.receiverMessage(1, 16, conversation.nowMs)).toBe(readNumber(core.Status['Full']));
    conversation.settle();
    expect(conversation.responses()).toMatchObject([{ name: 'transmit-data-response', id: 5, fields: { completion: 'Ok', next: 512 } }]);
  });

  it('that arrived wrong is thrown away, and the flash is not touched', () => {
    const conversation = new Conversation();
    STATES['image failed']!(conversation);
    expect(conversation.device.stagings.size).toBe(0);
    expect(conversation.device.slotBytes('bmc', 1, 4096).every((byte) => byte === 0xff)).toBe(true);
    expect(conversation.ask('status-request', {}).report).toMatchObject({ phase: 'Failed', lastCompletion: 'DigestMismatch', isSafe: true });
    expect(conversation.startFile(bmc)).toMatchObject({ completion: 'Ok', next: 0 });
  });

  it('answers end of file in time with how far it is, and says what phase it is in', () => {
    const conversation = new Conversation();
    conversation.push(bios);
    conversation.startUpgrade(99);
    conversation.startFile(bmc);
    conversation.dataAll(bmc);
    const phases: string[] = [];
    for (let id = 1000; id < 1100 && !phases.includes('Stored'); id++) {
      conversation.send(wire.encode('end-file-request', id, { transfer: conversation.transfer, size: bmc.bytes.length, waitMs: 0 }));
      conversation.stepOnce();
      for (const { fields } of conversation.responses()) phases.push((fields as Messages['end-file-response']).phase);
    }
    // The second image of a device begins with verifying, though the first one's store ended with reading back.
    expect([...new Set(phases)]).toEqual(['Verifying', 'Writing', 'ReadingBack', 'Stored']);
  });

  it('is unsafe to cut only while the one slot of its component is being written', () => {
    const conversation = new Conversation();
    conversation.startUpgrade();
    conversation.startFile(bios);
    conversation.dataAll(bios);
    conversation.send(wire.encode('end-file-request', 1, { transfer: conversation.transfer, size: bios.bytes.length, waitMs: 1000 }));
    const safe = new Map<string, Set<boolean>>();
    for (let step = 0; step < 60; step++) {
      conversation.stepOnce();
      const { phase, isSafe } = conversation.device.receiver.transfer(conversation.nowMs);
      safe.set(phase, (safe.get(phase) ?? new Set()).add(isSafe));
    }
    expect(safe.get('writing')).toContain(false);
    expect(safe.get('stored')).toEqual(new Set([true]));
    for (const [phase, seen] of safe) if (phase !== 'writing' && phase !== 'reading-back') expect(seen, phase).toEqual(new Set([true]));
  });
});
