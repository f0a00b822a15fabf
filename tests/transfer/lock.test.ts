import { describe, expect, it } from 'vitest';
import type { Messages } from '../../host/core/wire.ts';
import { Conversation, LEASE_MS, SESSION, wire } from './conversation.ts';
import { bmc } from './situations.ts';

describe('the lock', () => {
  const opened = (): Conversation => {
    const conversation = new Conversation();
    conversation.startUpgrade();
    return conversation;
  };

  it('names who holds it, and for how long', () => {
    const conversation = opened();
    conversation.nowMs += 1234;
    expect(conversation.startUpgrade(99)).toEqual({ completion: 'Busy', upgrade: 0, holder: SESSION, heldMs: 1234 });
  });

  it('goes to the next session when its own has been silent for the lease, and not before', () => {
    const conversation = opened();
    conversation.nowMs += LEASE_MS;
    expect(conversation.startUpgrade(99).completion).toBe('Busy');
    conversation.nowMs += 1;
    expect(conversation.startUpgrade(99)).toMatchObject({ completion: 'Ok', holder: 99 });
    expect(conversation.device.notes).toContain('upgrade-abandoned');
  });

  it('is held as long as its session says something that belongs to the upgrade', () => {
    const conversation = opened();
    conversation.startFile(bmc);
    for (let offset = 0; offset < bmc.bytes.length; offset += 512) {
      conversation.nowMs += LEASE_MS - 10;
      conversation.data(bmc, offset);
      expect(conversation.startUpgrade(99).completion).toBe('Busy');
    }
  });

  it('is not held by status, inventory, hello, or messages for another transfer', () => {
    const conversation = opened();
    conversation.nowMs += LEASE_MS;
    conversation.ask('status-request', {});
    conversation.ask('inventory-request', { index: 0 });
    conversation.ask('hello-request', { lowest: 1, highest: 1, session: SESSION, largestMessage: 1024 });
    conversation.ask('transmit-data-request', { transfer: 12345, offset: 0, bytes: bmc.bytes.subarray(0, 512) });
    conversation.nowMs += 1;
    expect(conversation.startUpgrade(99).completion).toBe('Ok');
  });

  it('is not given away while an image is being stored, however silent its session is', () => {
    const conversation = opened();
    conversation.startFile(bmc);
    conversation.dataAll(bmc);
    conversation.send(wire.encode('end-file-request', 77, { transfer: conversation.transfer, size: bmc.bytes.length, waitMs: 0 }));
    conversation.stepOnce();
    conversation.stepOnce();
    conversation.nowMs += LEASE_MS + 1;
    const start: Messages['start-upgrade-request'] = { session: 99, imageCount: 1, activate: 'Now', origin: 'Remote', total: 1 };
    conversation.send(wire.encode('start-upgrade-request', 78, start));
    conversation.stepOnce();
    conversation.settle();
    expect(conversation.responses().find(({ id }) => id === 78)?.fields).toMatchObject({ completion: 'Busy' });
    expect(conversation.endFile(bmc).completion).toBe('Ok');
  });

  it('is free after a reset of the host machine, and what was received is kept', () => {
    const conversation = opened();
    conversation.startFile(bmc);
    conversation.data(bmc, 0);
    conversation.device.receiver.hostReset();
    conversation.settle();
    expect(conversation.startUpgrade(99).completion).toBe('Ok');
    expect(conversation.startFile(bmc)).toMatchObject({ completion: 'Ok', next: 512 });
  });

  it('holds over the wrap of the clock', () => {
    const conversation = new Conversation();
    conversation.nowMs = 0xffffffff - 100;
    conversation.startUpgrade();
    conversation.nowMs += LEASE_MS;
    expect(conversation.startUpgrade(99).completion).toBe('Busy');
    conversation.nowMs += 1;
    expect(conversation.startUpgrade(99).completion).toBe('Ok');
  });
});
