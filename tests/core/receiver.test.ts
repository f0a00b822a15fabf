import { afterEach, describe, expect, it } from 'vitest';
import { smallImage, SLOT_SIZE } from '../bmc/small-board.ts';
import { seeded } from '../flash/content.ts';
import { CHUNK, LEASE_MS, Rig, type RigOptions } from './receiver-rig.ts';
import { imageOf } from './wire.ts';

const rigs: Rig[] = [];

function makeRig(options?: RigOptions): Rig {
  const rig = new Rig(options);
  rigs.push(rig);
  rig.run();
  return rig;
}

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.remove();
});

const bmc = smallImage('bmc', '2.0.0', 1);
const bios = smallImage('bios', '1.0.0', 2);

describe('the receiver', () => {
  it('says what it is, and what it holds', () => {
    const rig = makeRig();
    expect(rig.ask(rig.wire.hello()).fields).toMatchObject({ bootId: 1000, chunkSize: CHUNK, window: 8, componentCount: 2 });
    expect(rig.ask(rig.wire.inventory(0)).fields).toMatchObject({ slotCount: 2, running: 0xff, pending: 0xff, slotSize: SLOT_SIZE });
    expect(rig.ask(rig.wire.inventory(1)).fields).toMatchObject({ slotCount: 1, running: 0xff });
    expect(rig.ask(rig.wire.inventory(2)).completion).toBe('UnknownComponent');
    expect(rig.receiver.components(0).map(({ name, isInPlace }) => [name, isInPlace])).toEqual([['bmc', false], ['bios', true]]);
  });

  it('takes two images, stores each, reads it back, and activates them', () => {
    const rig = makeRig();
    const first = rig.install(bmc);
    expect(first.file).toMatchObject({ completion: 'Ok', fields: { slot: 0, done: bmc.bytes.length } });
    expect(first.upgrade.fields).toMatchObject({ stored: 1, resets: 0 });
    const second = rig.install(bios);
    expect(second.file.completion).toBe('Ok');
    expect(second.upgrade.fields, 'the host runs its new firmware after a reset').toMatchObject({ stored: 1, resets: 2 });
    expect(rig.holds(bmc, 0)).toBe(true);
    expect(rig.holds(bios, 0)).toBe(true);
    expect(rig.words()).toEqual([
      'upgrade-started', 'taken-untrusted', 'file-started', 'file-received', 'file-stored', 'trial', 'upgrade-ended', 'committed',
      'upgrade-started', 'taken-untrusted', 'file-started', 'file-received', 'host-reset-needed', 'file-stored', 'upgrade-ended',
    ]);
    expect(rig.receiver.components(0)).toMatchObject([
      { name: 'bmc', running: 0, pending: undefined, needsHostReset: false, slots: [{ state: 'valid', version: '2.0.0', size: bmc.bytes.length }, { state: 'empty' }] },
      { name: 'bios', running: 0, needsHostReset: true, slots: [{ state: 'valid', version: '1.0.0' }] },
    ]);
    expect(Buffer.from(rig.receiver.components(0)[0]!.slots[0]!.digest)).toEqual(Buffer.from(bmc.digest));
    rig.receiver.hostReset();
    rig.run();
    expect(rig.receiver.components(0)[1]!.needsHostReset).toBe(false);
    expect(rig.words().slice(-2)).toEqual(['activated', 'trial']);
  });

  it('keeps the running slot, and writes the other one', () => {
    const rig = makeRig();
    rig.install(bmc);
    const newer = smallImage('bmc', '2.1.0', 3);
    expect(rig.install(newer).file.fields['slot']).toBe(1);
    expect(rig.holds(bmc, 0), 'the old image is whole').toBe(true);
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 1 });
    expect(rig.words().slice(-4)).toEqual(['activated', 'trial', 'upgrade-ended', 'committed']);
  });

  it('runs a pending image after the next start of the device, and leaves it where "no" was asked', () => {
    const rig = makeRig();
    rig.install(bmc);
    const newer = smallImage('bmc', '2.1.0', 3);
    expect(rig.install(newer, 'nextReset').upgrade.fields['resets']).toBe(1);
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 0, pending: 1 });
    rig.restart();
    rig.run();
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 1, pending: undefined });
    rig.install(smallImage('bmc', '2.2.0', 4), 'no');
    rig.restart();
    rig.run();
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 1, pending: undefined });
  });

  it('activates at once what was pending before', () => {
    const rig = makeRig();
    rig.install(bmc);
    const newer = smallImage('bmc', '2.1.0', 3);
    rig.install(newer, 'nextReset');
    rig.install(newer, 'now', 2);
    expect(rig.receiver.components(0)[0]).toMatchObject({ running: 1, pending: undefined });
  });

  it.each([
    ['in order', (offsets: number[]) => offsets],
    ['swapped in pairs', (offsets: number[]) => offsets.map((_, i) => offsets[i ^ 1] ?? offsets[i]!)],
    ['the first one last, within the window', (offsets: number[]) => [...offsets.slice(1), offsets[0]!]],
    ['each one three times', (offsets: number[]) => offsets.flatMap((offset) => [offset, offset, offset])],
  ])('takes chunks %s', (_name, order) => {
    const rig = makeRig();
    const upgrade = rig.open();
    const transfer = rig.announce(upgrade, bmc).fields['transfer']!;
    const offsets = Array.from({ length: Math.ceil(bmc.bytes.length / CHUNK) }, (_, i) => i * CHUNK);
    for (const offset of order(offsets)) {
      expect(rig.ask(rig.wire.data(transfer, offset, bmc.bytes.subarray(offset, offset + CHUNK))).completion).toBe('Ok');
    }
    expect(rig.finish(bmc, transfer).completion).toBe('Ok');
    expect(rig.holds(bmc, 0)).toBe(true);
  });

  it('acknowledges what came early with a mask, and what is repeated with the same again', () => {
    const rig = makeRig();
    const transfer = rig.announce(rig.open(), bmc).fields['transfer']!;
    const send = (chunk: number) => rig.ask(rig.wire.data(transfer, chunk * CHUNK, bmc.bytes.subarray(chunk * CHUNK, (chunk + 1) * CHUNK))).fields;
    expect(send(0)).toMatchObject({ next: CHUNK, mask: 0 });
    expect(send(2)).toMatchObject({ next: CHUNK, mask: 1 });
    expect(send(4)).toMatchObject({ next: CHUNK, mask: 0b101 });
    expect(send(0)).toMatchObject({ next: CHUNK, mask: 0b101 });
    expect(send(1)).toMatchObject({ next: 3 * CHUNK, mask: 1 });
    expect(send(3)).toMatchObject({ next: 5 * CHUNK, mask: 0 });
  });

  it('answers a repeated request as it answered the first, and does nothing twice', () => {
    const rig = makeRig();
    const upgrade = rig.open();
    expect(rig.open(), 'the same session gets the same upgrade').toBe(upgrade);
    const start = rig.announce(upgrade, bmc);
    expect(rig.announce(upgrade, bmc).fields).toEqual(start.fields);
    const transfer = start.fields['transfer']!;
    rig.sendFrom(bmc, transfer, 0);
    rig.finish(bmc, transfer);
    const ended = rig.finish(bmc, transfer);
    expect(ended.completion).toBe('Ok');
    const over = rig.ask(rig.wire.endUpgrade(upgrade));
    expect(rig.ask(rig.wire.endUpgrade(upgrade)).fields).toEqual(over.fields);
    expect(rig.words().filter((word) => word === 'file-stored')).toHaveLength(1);
    expect(rig.words().filter((word) => word === 'upgrade-ended')).toHaveLength(1);
  });

  it('refuses what makes no sense, and goes on', () => {
    const rig = makeRig();
    const { wire } = rig;
    expect(rig.ask(wire.hello(1, 200, 201)).completion).toBe('VersionNotSupported');
    expect(rig.ask(wire.startFile(77, bmc)).completion).toBe('NoUpgrade');
    expect(rig.ask(wire.endUpgrade(77)).completion).toBe('NoUpgrade');
    expect(rig.ask(wire.data(1, 0, bmc.bytes.subarray(0, CHUNK))).completion).toBe('NoTransfer');
    expect(rig.ask(wire.raw(0x33, new Uint8Array(8))).completion).toBe('BadRequest');
    expect(rig.ask(wire.raw(4, new Uint8Array(8))).completion).toBe('BadRequest');
    const upgrade = rig.open();
    expect(rig.announce(upgrade, imageOf('nic', '1', bmc.bytes)).completion).toBe('UnknownComponent');
    expect(rig.ask(wire.startFile(upgrade, bmc, 'upgrade', 0)).completion).toBe('BadImageSize');
    expect(rig.ask(wire.startFile(upgrade, bmc, 'upgrade', SLOT_SIZE + 1)).completion).toBe('BadImageSize');
    const transfer = rig.announce(upgrade, bmc).fields['transfer']!;
    expect(rig.ask(wire.data(transfer, 1, bmc.bytes.subarray(0, CHUNK))).completion).toBe('BadOffset');
    expect(rig.ask(wire.data(transfer, 0, bmc.bytes.subarray(0, CHUNK - 1))).completion).toBe('BadOffset');
    expect(rig.ask(wire.data(transfer, 0x4000_0000, bmc.bytes.subarray(0, CHUNK))).completion).toBe('BadOffset');
    expect(rig.ask(wire.data(transfer + 1, 0, bmc.bytes.subarray(0, CHUNK))).completion).toBe('NoTransfer');
    expect(rig.ask(wire.endFile(transfer, bmc.bytes.length)).completion).toBe('Incomplete');
    expect(rig.ask(wire.endFile(transfer, 5)).completion).toBe('NoTransfer');
    rig.sendFrom(bmc, transfer, 0);
    expect(rig.finish(bmc, transfer).completion).toBe('Ok');
  });

  it('judges versions: older only as a downgrade, the same bytes never', () => {
    const rig = makeRig();
    rig.install(bmc);
    const upgrade = rig.open();
    const older = smallImage('bmc', '1.9', 5);
    expect(rig.announce(upgrade, bmc).completion).toBe('AlreadyRunning');
    expect(rig.announce(upgrade, older).completion).toBe('WouldDowngrade');
    expect(rig.announce(upgrade, smallImage('bmc', '2.0.0', 6)).completion).toBe('WouldReinstall');
    expect(rig.ask(rig.wire.startFile(upgrade, older, 'downgrade')).completion).toBe('Ok');
  });

  it('drops messages that are noise, and says why', () => {
    const rig = makeRig();
    const hello = rig.wire.hello();
    const flipped = hello.slice();
    flipped[20]! ^= 4;
    expect(rig.receiver.deliver(0, flipped, rig.now)).toBe('BadChecksum');
    expect(rig.receiver.deliver(0, hello.subarray(0, 10), rig.now)).toBe('TooShort');
    expect(rig.receiver.deliver(0, hello.subarray(0, 20), rig.now)).toBe('BadSize');
    expect(rig.receiver.deliver(0, new Uint8Array(70_000), rig.now)).toBe('BadSize');
    expect(rig.receiver.deliver(0, new Uint8Array(0), rig.now)).toBe('TooShort');
    expect(rig.receiver.deliver(0, new Uint8Array(64), rig.now)).toBe('BadMagic');
    expect(rig.receiver.deliver(0, rig.wire.raw(0x81, new Uint8Array(4)), rig.now), 'a response').toBe('UnexpectedType');
    expect(rig.receiver.step(rig.now)).toBe(false);
    expect(rig.receiver.waitMs).toBeGreaterThan(0);
    expect(rig.receiver.deliver(0, hello, rig.now)).toBe('Ok');
    expect(rig.receiver.deliver(0, hello, rig.now), 'an answer waits to be sent').toBe('Full');
  });

  it('takes a message that lies in its inbox without copying it', () => {
    const rig = makeRig();
    const hello = rig.wire.hello();
    const { inbox } = rig.receiver;
    inbox.set(hello);
    expect(rig.receiver.messageSize(inbox.length)).toBe(hello.length);
    expect(rig.receiver.deliver(0, inbox.subarray(0, hello.length), rig.now)).toBe('Ok');
    rig.run();
    expect(rig.responses.at(-1)?.type).toBe('Hello');
  });

  it('keeps a chunk that is not written yet from a message that comes too early', () => {
    const rig = makeRig();
    const transfer = rig.announce(rig.open(), bmc).fields['transfer']!;
    const chunk = (index: number): Uint8Array => rig.wire.data(transfer, index * CHUNK, bmc.bytes.subarray(index * CHUNK, (index + 1) * CHUNK));
    expect(rig.receiver.deliver(0, chunk(0), rig.now)).toBe('Ok');
    expect(rig.receiver.deliver(0, chunk(1), rig.now)).toBe('Full');
    rig.run();
    rig.sendFrom(bmc, transfer, CHUNK);
    expect(rig.finish(bmc, transfer).completion).toBe('Ok');
  });

  it('throws away an image whose digest is wrong, before the flash is touched', () => {
    const operations: string[] = [];
    const rig = makeRig({ inject: (chip, { kind }) => void (kind !== 'read' && operations.push(chip)) });
    const wrong = { ...bmc, bytes: bmc.bytes.slice() };
    wrong.bytes[1000]! ^= 1;
    expect(rig.install(wrong).file.completion).toBe('DigestMismatch');
    expect(operations.filter((chip) => chip !== 'records')).toEqual([]);
    expect(rig.words()).toContain('file-failed');
    const upgrade = rig.open();
    expect(rig.announce(upgrade, bmc).fields['next'], 'nothing of it is resumed').toBe(0);
    rig.ask(rig.wire.abort(upgrade));
    expect(rig.install(bmc).file.completion, 'the right one is taken afterwards').toBe('Ok');
  });

  it('goes on where it was after an abort that keeps, and from the start after one that does not', () => {
    const rig = makeRig({ chunkSize: 65536 });
    let upgrade = rig.open();
    let { transfer } = rig.announce(upgrade, bmc).fields as { transfer: number };
    rig.ask(rig.wire.data(transfer, 0, bmc.bytes.subarray(0, 65536)));
    expect(rig.ask(rig.wire.abort(upgrade)).completion).toBe('Ok');
    expect(rig.receiver.isHeld(rig.now)).toBe(false);
    upgrade = rig.open(2);
    expect(rig.announce(upgrade, bmc).fields['next']).toBe(65536);
    expect(rig.receiver.transfer(rig.now)).toMatchObject({ phase: 'receiving', component: 'bmc', version: '2.0.0', resumed: 65536, total: bmc.bytes.length, session: 2 });
    expect(rig.ask(rig.wire.abort(upgrade, false)).completion).toBe('Ok');
    upgrade = rig.open(3);
    ({ transfer } = rig.announce(upgrade, bmc).fields as { transfer: number });
    expect(rig.ask(rig.wire.data(transfer, 65536, bmc.bytes.subarray(65536, 131072))).fields).toMatchObject({ next: 0, mask: 1 });
  });
});

describe('the lock of the receiver', () => {
  it('keeps a second session out until the first was silent for the lease, and tells who holds it', () => {
    const rig = makeRig();
    rig.open(1);
    rig.now += LEASE_MS;
    expect(rig.ask(rig.wire.startUpgrade(2))).toMatchObject({ completion: 'Busy', fields: { holder: 1, heldMs: LEASE_MS } });
    rig.open(1);
    rig.now += LEASE_MS;
    expect(rig.receiver.isHeld(rig.now)).toBe(true);
    rig.now += 1;
    expect(rig.receiver.isHeld(rig.now)).toBe(false);
    expect(rig.ask(rig.wire.startUpgrade(2)).completion).toBe('Ok');
    expect(rig.words()).toContain('upgrade-abandoned');
  });

  it('keeps its times when the clock of the core wraps', () => {
    const rig = makeRig({ now: 2 ** 32 - 100 });
    rig.open(1);
    rig.now += 200;
    expect(rig.ask(rig.wire.startUpgrade(2))).toMatchObject({ completion: 'Busy', fields: { heldMs: 200 } });
    rig.now += LEASE_MS + 1;
    expect(rig.ask(rig.wire.startUpgrade(2)).completion).toBe('Ok');
  });

  it('is free after a restart of the device', () => {
    const rig = makeRig();
    rig.open(1);
    rig.restart();
    rig.run();
    expect(rig.receiver.isHeld(rig.now)).toBe(false);
  });
});

describe('the status of the receiver', () => {
  it('follows a transfer, and never counts past its total', () => {
    const rig = makeRig();
    const phases = new Set<string>();
    const look = (): void => {
      const { fields } = rig.wire.read(rig.receiver.status(rig.now));
      expect(fields['done']).toBeLessThanOrEqual(fields['total']!);
      phases.add(rig.wire.phaseName(fields['phase']));
    };
    look();
    const upgrade = rig.open();
    look();
    const transfer = rig.announce(upgrade, bios).fields['transfer']!;
    rig.sendFrom(bios, transfer, 0);
    look();
    rig.receiver.deliver(0, rig.wire.endFile(transfer, bios.bytes.length), rig.now);
    while (rig.receiver.step(rig.now)) look();
    expect([...phases]).toEqual(['Idle', 'Open', 'Receiving', 'Verifying', 'Writing', 'ReadingBack', 'Stored']);
  });

  it('answers while an image is being stored, and says InProgress when it may not hold the answer back', () => {
    const rig = makeRig();
    const upgrade = rig.open();
    const transfer = rig.announce(upgrade, bios).fields['transfer']!;
    rig.sendFrom(bios, transfer, 0);
    rig.receiver.deliver(0, rig.wire.endFile(transfer, bios.bytes.length, 50), rig.now);
    rig.responses.length = 0;
    for (let i = 0; i < 2; i++) rig.receiver.step(rig.now);
    expect(rig.receiver.deliver(0, rig.wire.status(), rig.now)).toBe('Ok');
    rig.receiver.step(rig.now);
    expect(rig.responses.at(-1)?.type).toBe('Status');
    rig.now += 50;
    rig.receiver.step(rig.now);
    expect(rig.responses.at(-1)).toMatchObject({ type: 'EndFile', completion: 'InProgress' });
    expect(rig.ask(rig.wire.startUpgrade(9)).completion, 'storing ends by itself').toMatch(/Busy/);
    expect(rig.finish(bios, transfer).completion).toBe('Ok');
  });

  it('survives any message in any state', () => {
    const seed = Number(process.env['SEED'] ?? 20261121);
    const random = seeded(seed);
    const rig = makeRig({ chunkSize: 65536 });
    for (let i = 0; i < 3000; i++) {
      const size = random(3) === 0 ? random(200) : 16 + random(64);
      const body = Uint8Array.from({ length: size }, () => random(random(2) ? 4 : 256));
      rig.receiver.deliver(0, rig.wire.raw(random(12), body), rig.now);
      for (let steps = random(4); steps > 0; steps--) rig.receiver.step(rig.now);
      if (random(50) === 0) rig.open(random(5));
      if (random(40) === 0) rig.receiver.hostReset();
      rig.now += random(3000);
    }
    rig.now += LEASE_MS + 1;
    expect(rig.install(bmc, 'now', 99).file.completion, `seed ${seed}`).toBe('Ok');
  });
});
