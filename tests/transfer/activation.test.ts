import { describe, expect, it } from 'vitest';
import { Conversation, testImage } from './conversation.ts';
import { bios, bmc } from './situations.ts';

describe('activation', () => {
  it('now makes the new image the running one and lets go of its staging', () => {
    const conversation = new Conversation();
    expect(conversation.push(bmc)).toEqual({ completion: 'Ok', needsDeviceReset: false, needsHostReset: false, stored: 1, upgrade: conversation.upgrade });
    expect([conversation.running('bmc'), conversation.pending('bmc'), conversation.device.stagings.size]).toEqual(['2.0', undefined, 0]);
  });

  it('at the next reset waits for it', () => {
    const conversation = new Conversation();
    expect(conversation.push(bmc, 'NextReset')).toMatchObject({ completion: 'Ok', needsDeviceReset: true });
    expect([conversation.running('bmc'), conversation.pending('bmc')]).toEqual(['1.0', '2.0']);
    conversation.restart();
    expect([conversation.running('bmc'), conversation.pending('bmc')]).toEqual(['2.0', undefined]);
  });

  it('not at all leaves the image in its slot, and a later upgrade takes it from there', () => {
    const conversation = new Conversation();
    conversation.push(bmc, 'No');
    expect([conversation.running('bmc'), conversation.pending('bmc')]).toEqual(['1.0', undefined]);
    conversation.startUpgrade();
    expect(conversation.startFile(bmc)).toMatchObject({ completion: 'Ok', next: bmc.bytes.length });
    expect(conversation.endFile(bmc)).toMatchObject({ completion: 'Ok', equalBytes: bmc.bytes.length });
    conversation.endUpgrade('Now');
    expect(conversation.running('bmc')).toBe('2.0');
  });

  it('now takes back what an earlier upgrade left for the next reset', () => {
    const conversation = new Conversation();
    conversation.push(bmc, 'NextReset');
    conversation.push(bmc, 'Now');
    conversation.push(testImage('bmc', '1.0', 3000), 'Now', 'Downgrade');
    expect(conversation.running('bmc')).toBe('1.0');
    conversation.restart();
    expect(conversation.running('bmc')).toBe('1.0');
  });

  it('of what is written in place is there at once and needs a reset of the host', () => {
    const conversation = new Conversation();
    expect(conversation.push(bios, 'No')).toMatchObject({ completion: 'Ok', needsHostReset: true });
    const component = (): unknown => conversation.ask('inventory-request', { index: 1 }).component;
    expect(component()).toMatchObject({ running: 0, isInPlace: true, needsHostReset: true, slots: [{ state: 'Valid', version: '2.0' }] });
    conversation.device.receiver.hostReset();
    conversation.settle();
    expect(component()).toMatchObject({ needsHostReset: false });
  });
});
