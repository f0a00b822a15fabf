// A slot that does not hold what its record says: on record as failed, or only looked at; in both cases the same image is taken again.
import { describe, expect, it } from 'vitest';
import { Conversation, testImage } from './conversation.ts';

const first = { bmc: testImage('bmc', '1.0', 3000), bios: testImage('bios', '1.0', 3000) };

/** One bit of what runs is not what was written. */
function spoil(it: Conversation, component: string): void {
  it.device.programFlash(component, 0, 0, it.device.slotBytes(component, 0, 256).map((byte, index) => (index === 7 ? byte & (byte - 1) : byte)));
}

const bootOf = (it: Conversation): number => it.ask('hello-request', { lowest: 1, highest: 1, session: 1, largestMessage: 1024 }).device?.bootId ?? 0;

function component(it: Conversation, index: number) {
  return it.ask('inventory-request', { index }).component;
}

describe.each(['bmc', 'bios'] as const)('what %s runs, once it is condemned,', (name) => {
  it('is on record as failed, without a new start, and the same image is taken and whole again', () => {
    const it = new Conversation();
    spoil(it, name);
    const boot = bootOf(it);
    expect(it.device.receiver.condemn(name)).toBe('Ok');
    it.settle();
    expect(it.device.records.get(name)).toMatchObject({ active: 0, slots: name === 'bmc' ? [{ state: 'failed' }, {}] : [{ state: 'failed' }] });
    expect(it.running(name)).toBeUndefined();
    expect(it.push(first[name])).toMatchObject({ completion: 'Ok', stored: 1 });
    expect(it.device.slotBytes(name, 0, 3000)).toEqual(first[name].bytes);
    expect(it.running(name)).toBe('1.0');
    expect(bootOf(it)).toBe(boot);
  });

  it('is known as failed by the next start', () => {
    const it = new Conversation();
    it.device.receiver.condemn(name);
    it.settle();
    it.restart();
    expect(it.running(name)).toBeUndefined();
    expect(it.push(first[name])).toMatchObject({ completion: 'Ok' });
  });

  it('keeps its security floor', () => {
    const it = new Conversation();
    const record = it.device.records.get(name)!;
    it.device.records.set(name, { ...record, floor: 7, trial: 1 });
    it.restart();
    it.device.receiver.condemn(name);
    it.settle();
    expect(it.device.records.get(name)).toMatchObject({ floor: 7 });
    expect(it.device.records.get(name)?.trial).toBeUndefined();
  });

  it('is not condemned while an upgrade is open, nor twice, nor before there was one', () => {
    const it = new Conversation();
    const before = it.device.records.get(name);
    it.startUpgrade();
    expect(it.device.receiver.condemn(name)).toBe('Full');
    it.endUpgrade('No');
    expect(it.device.records.get(name)).toBe(before);
    expect(it.device.receiver.condemn(name)).toBe('Ok');
    expect(it.device.receiver.condemn(name), 'one after the other').toBe('Full');
    it.settle();
    expect(it.device.receiver.condemn(name)).toBe('WrongState');
    expect(it.device.receiver.condemn('fan')).toBe('BadArgument');
  });
});

describe.each(['bmc', 'bios'] as const)('what %s runs and was found to differ', (name) => {
  const index = name === 'bmc' ? 0 : 1;

  it('is told to hosts as no whole image, and the same image is taken', () => {
    const it = new Conversation();
    spoil(it, name);
    it.startUpgrade();
    expect(it.startFile(first[name]).completion, 'before the look').toBe('AlreadyRunning');
    it.endUpgrade('No');
    it.device.receiver.looked(name, 0, true);
    expect(component(it, index)).toMatchObject({ running: undefined, slots: expect.arrayContaining([expect.objectContaining({ state: 'Failed', version: '1.0' })]) });
    expect(it.push(first[name])).toMatchObject({ completion: 'Ok', stored: 1 });
    const slot = it.device.records.get(name)!.active;
    expect(it.device.slotBytes(name, slot, 3000)).toEqual(first[name].bytes);
    expect(component(it, index)).toMatchObject({ running: slot });
    it.startUpgrade();
    expect(it.startFile(first[name]).completion).toBe('AlreadyRunning');
  });

  it('counts as whole again when a later look has found it whole', () => {
    const it = new Conversation();
    const before = component(it, index);
    it.device.receiver.looked(name, 0, true);
    it.device.receiver.looked(name, 0, false);
    expect(component(it, index)).toEqual(before);
    it.startUpgrade();
    expect(it.startFile(first[name]).completion).toBe('AlreadyRunning');
  });

  it('is replaced by any version that its security number allows, as if nothing ran', () => {
    const it = new Conversation();
    it.startUpgrade();
    const older = testImage(name, '0.9', 2500);
    expect(it.startFile(older).completion).toBe('WouldDowngrade');
    it.device.receiver.looked(name, 0, true);
    expect(it.startFile(older).completion).toBe('Ok');
  });
});

it('the only whole image of two slots is not written over when what runs was found to differ', () => {
  const it = new Conversation();
  const second = testImage('bmc', '2.0', 3500);
  expect(it.push(second)).toMatchObject({ completion: 'Ok', stored: 1 });
  expect(it.running('bmc')).toBe('2.0');
  const before = it.device.slotBytes('bmc', 0, 3000);
  it.device.receiver.looked('bmc', 1, true);
  expect(it.push(second)).toMatchObject({ completion: 'Ok', stored: 1 });
  expect(it.device.slotBytes('bmc', 0, 3000)).toEqual(before);
  expect(it.device.slotBytes('bmc', 1, 3500)).toEqual(second.bytes);
  expect(it.device.records.get('bmc')).toMatchObject({ active: 1, slots: [{ state: 'valid', version: '1.0' }, { state: 'valid', version: '2.0' }] });
  expect(it.running('bmc')).toBe('2.0');
});
