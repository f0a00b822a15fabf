import { beforeEach, describe, expect, it } from 'vitest';
import { MailboxDevice, type MailboxHolder } from '../../host/bus/mailbox-device.ts';
import { IDENTITY_VALUE, RECEIVE_RING, Register, SEND_RING } from '../../host/bus/mailbox-registers.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';
import { Wire } from '../core/wire.ts';
import { MailboxHost } from './mailbox-host.ts';

const wire = new Wire();
const inbox = new Uint8Array(65568);
let host: MailboxHost;
let holder: MailboxHolder | undefined;
let resets: number;
let hostResets: number;

function device(bootId = 7): MailboxDevice {
  return new MailboxDevice(host.registers, host.window, { versions: { lowest: 1, highest: 3 }, bootId }, {
    holder: () => holder, mailboxReset: () => resets++, hostReset: () => hostResets++,
  });
}

/** A device that has been started and reset by the host. */
function connected(): MailboxDevice {
  const mailbox = device();
  mailbox.start(0);
  host.askReset(1);
  mailbox.attend(0);
  expect(host.resetAnswer(1)).toBe('done');
  return mailbox;
}

const take = (mailbox: MailboxDevice): Uint8Array | undefined => {
  mailbox.attend(0);
  const size = mailbox.receive(inbox, () => wire.sizeOf(inbox));
  return size === 0 ? undefined : inbox.slice(0, size);
};
const hear = (): Uint8Array | undefined => host.receive((header) => wire.sizeOf(header));

beforeEach(() => {
  host = new MailboxHost();
  holder = undefined;
  resets = 0;
  hostResets = 0;
});

it('whoever rings or asks for a reset is told of as wanting something, once, and whoever does nothing is not', () => {
  const mailbox = device();
  mailbox.start(0);
  expect(mailbox.attend(0)).toBe(false);
  host.askReset(1);
  expect([mailbox.attend(0), mailbox.attend(0)]).toEqual([true, false]);
  host.registers.write32(Register.doorbell, host.registers.read32(Register.doorbell) + 1);
  expect([mailbox.attend(0), mailbox.attend(0)]).toEqual([true, false]);
});

describe('the mailbox device', () => {
  it('describes itself, and is ready last', () => {
    const writes: number[] = [];
    const registers = host.registers;
    const write32 = registers.write32.bind(registers);
    registers.write32 = (offset, value) => {
      writes.push(offset);
      write32(offset, value);
    };
    device(99).start(0);
    expect(host.register('identity')).toBe(IDENTITY_VALUE);
    expect(host.register('versions')).toBe(0x0003_0001);
    expect(host.register('layout')).toBe(1);
    expect(host.register('bootId')).toBe(99);
    expect([host.register('sendRing'), host.register('sendSize')]).toEqual([SEND_RING.offset, SEND_RING.size]);
    expect([host.register('receiveRing'), host.register('receiveSize')]).toEqual([RECEIVE_RING.offset, RECEIVE_RING.size]);
    expect(host.register('ready')).toBe(1);
    expect(writes[0]).toBe(Register.ready);
    expect(writes.slice(-2)).toEqual([Register.bootId, Register.ready]);
    for (const index of ['sendHead', 'sendTail', 'receiveHead', 'receiveTail'] as const) expect(host.readIndex(index)).toBe(0);
  });

  it('refuses memories that are too small for its layout: our own mistake', () => {
    expect(() => new MailboxDevice(host.registers, new LocalMemory(4096), { versions: { lowest: 1, highest: 1 }, bootId: 1 }, {
      holder: () => undefined, mailboxReset: () => undefined, hostReset: () => undefined,
    })).toThrow(/does not fit/);
  });

  it('carries whole messages both ways, past the ends of the rings, in order', () => {
    const mailbox = connected();
    const chunk = Uint8Array.from({ length: 65_001 }, (_, i) => i * 7);
    for (let i = 0; i < 100; i++) {
      const sent = wire.data(i, 0, chunk.subarray(0, 60_000 + i * 50));
      expect(host.send(sent)).toBe(true);
      expect(Buffer.compare(take(mailbox)!, sent), `message ${i}`).toBe(0);
      for (let k = 0; k < 20; k++) expect(mailbox.send(sent.subarray(0, 16 + 200 - k))).toBe(true);
      for (let k = 0; k < 20; k++) host.receive(() => 16 + 200 - k);
    }
    expect(take(mailbox)).toBeUndefined();
    expect(mailbox.garbage).toBe(0);
    expect(host.readIndex('sendHead'), 'the ring has gone round').toBeGreaterThan(SEND_RING.size);
  });

  it('takes sixteen chunks of 64 KiB before it has looked once', () => {
    const mailbox = connected();
    const chunk = new Uint8Array(65_536);
    for (let i = 0; i < 16; i++) expect(host.send(wire.data(1, i * 65_536, chunk)), `chunk ${i}`).toBe(true);
    let count = 0;
    while (take(mailbox)) count++;
    expect(count).toBe(16);
  });

  it('says when there is no room, and goes on when there is', () => {
    const mailbox = connected();
    const message = new Uint8Array(4096);
    let count = 0;
    while (mailbox.send(message)) count++;
    expect(count).toBe(RECEIVE_RING.size / 4096);
    host.receive(() => 4096);
    expect(mailbox.send(message)).toBe(true);
    expect(mailbox.send(message)).toBe(false);
  });

  it('looks at the ring only after the doorbell', () => {
    const mailbox = connected();
    expect(take(mailbox)).toBeUndefined();
    let reads = 0;
    const read = host.window.read.bind(host.window);
    host.window.read = (offset, into) => {
      reads++;
      read(offset, into);
    };
    for (let i = 0; i < 10; i++) expect(take(mailbox)).toBeUndefined();
    expect(reads).toBe(0);
    host.send(wire.hello());
    expect(take(mailbox)).toBeDefined();
  });

  it('lets its heart beat at least twice a second, also over a restart', () => {
    const mailbox = connected();
    const beats = new Set<number>();
    for (let now = 0; now <= 3000; now += 50) {
      mailbox.attend(now);
      beats.add(host.register('heartbeat'));
    }
    expect(beats.size).toBeGreaterThan(6);
    const before = host.register('heartbeat');
    const next = device(8);
    next.start(3000);
    next.attend(3500);
    expect(host.register('heartbeat')).not.toBe(before);
  });

  it('publishes a status message and is not ready any more when it has ended', () => {
    const mailbox = connected();
    mailbox.publish(Uint8Array.from({ length: 96 }, (_, i) => i));
    expect(host.registers.read32(Register.status + 92)).toBe(0x5f5e5d5c);
    mailbox.stop();
    expect(host.register('ready')).toBe(0);
  });
});

describe('a reset of the mailbox', () => {
  it('empties both rings, drops what waited, and gives the host its indices back', () => {
    const mailbox = connected();
    host.send(wire.hello());
    mailbox.send(wire.hello());
    host.askReset(2);
    expect(host.resetAnswer(2)).toBeUndefined();
    mailbox.attend(0);
    expect(host.resetAnswer(2)).toBe('done');
    expect(resets).toBe(2);
    expect(take(mailbox)).toBeUndefined();
    expect(hear()).toBeUndefined();
    const hello = wire.hello();
    host.send(hello);
    expect(take(mailbox)).toEqual(hello);
  });

  it('is carried out once for a number, and not for 0', () => {
    const mailbox = connected();
    mailbox.attend(0);
    mailbox.attend(0);
    expect(resets).toBe(1);
    host.askReset(0);
    mailbox.attend(0);
    expect(resets).toBe(1);
  });

  it('is refused while a live session holds the device, with its name', () => {
    const mailbox = connected();
    holder = { session: 0xdeadbeef, heldMs: 1234 };
    host.send(wire.hello());
    host.askReset(5);
    mailbox.attend(0);
    expect(host.resetAnswer(5)).toBe('refused');
    expect([host.register('holder'), host.register('heldMs')]).toEqual([0xdeadbeef, 1234]);
    expect(host.register('resetDone')).toBe(1);
    expect(take(mailbox), 'the session goes on').toBeDefined();
    holder = undefined;
    host.askReset(6);
    mailbox.attend(0);
    expect(host.resetAnswer(6)).toBe('done');
  });

  it('that the device finds when it starts is carried out like a new one', () => {
    host.askReset(77);
    host.writeIndex('sendHead', 0x1234_5678);
    device().start(0);
    expect(host.resetAnswer(77)).toBe('done');
    expect(host.readIndex('sendHead')).toBe(0);
  });

  it('repairs registers that the host has overwritten', () => {
    const mailbox = connected();
    for (let offset = 0; offset < 0x80; offset += 4) host.registers.write32(offset, 0xffffffff);
    host.askReset(9);
    mailbox.attend(0);
    expect(host.register('identity')).toBe(IDENTITY_VALUE);
    host.registers.write32(Register.ready, 1);
    host.registers.write32(Register.resetRefused, 0);
    expect(host.resetAnswer(9)).toBe('done');
    host.send(wire.hello());
    expect(take(mailbox)).toBeDefined();
  });
});

describe('a reset of the host', () => {
  it('is told once', () => {
    const mailbox = connected();
    host.registers.write32(Register.hostResets, 4);
    mailbox.attend(0);
    mailbox.attend(0);
    expect(hostResets).toBe(1);
  });

  it('that no device saw is told by the next one, and one that was seen is not told again', () => {
    connected();
    host.registers.write32(Register.hostResets, 4);
    device(8).start(0);
    expect(hostResets).toBe(1);
    device(9).start(0);
    expect(hostResets).toBe(1);
  });
});

describe('garbage in the ring', () => {
  const good = (): Uint8Array => wire.hello();

  it.each<[string, (message: Uint8Array) => Uint8Array]>([
    ['a wrong magic', (message) => message.fill(0x55, 0, 2)],
    ['a size over the limit', (message) => message.fill(0xff, 8, 12)],
    ['a size larger than what is there', (message) => message.fill(0x7f, 8, 9)],
    ['fewer bytes than a header', () => new Uint8Array(8)],
    ['zeros', () => new Uint8Array(64)],
  ])('drops everything there is and goes on: %s', (_name, spoil) => {
    const mailbox = connected();
    host.send(spoil(good()));
    host.send(good());
    expect(take(mailbox)).toBeUndefined();
    expect(mailbox.garbage).toBe(1);
    expect(host.readIndex('sendTail')).toBe(host.readIndex('sendHead'));
    const next = good();
    host.send(next);
    expect(take(mailbox)).toEqual(next);
  });

  it.each([['further ahead than the ring is long', 0x7000_0000], ['just past the ring', SEND_RING.size + 8], ['not a multiple of 8', 20], ['behind the tail', 0xffff_fff8]])(
    'a head that is %s drops what is there', (_name, head) => {
      const mailbox = connected();
      host.send(good());
      host.writeIndex('sendHead', head);
      host.ring();
      expect(take(mailbox)).toBeUndefined();
      expect(mailbox.garbage).toBe(1);
      expect(host.readIndex('sendTail')).toBe(head);
      host.askReset(3);
      mailbox.attend(0);
      expect(host.resetAnswer(3)).toBe('done');
      host.send(good());
      expect(take(mailbox)).toBeDefined();
    });

  it('a torn head is not believed: nothing is taken before it is whole', () => {
    const mailbox = connected();
    const message = good();
    host.send(message);
    const head = host.readIndex('sendHead');
    host.writeIndex('sendHead', head, 0);
    expect(take(mailbox)).toBeUndefined();
    expect([mailbox.garbage, host.readIndex('sendTail')]).toEqual([0, 0]);
    host.writeIndex('sendHead', head);
    host.ring();
    expect(take(mailbox)).toEqual(message);
  });

  it('a tail of the host that makes no sense counts as no room', () => {
    const mailbox = connected();
    host.writeIndex('receiveTail', 64);
    expect(mailbox.send(good())).toBe(false);
    host.writeIndex('receiveTail', 0, 5);
    expect(mailbox.send(good())).toBe(false);
    host.writeIndex('receiveTail', 0);
    expect(mailbox.send(good())).toBe(true);
  });

  it('a message longer than the buffer of the receiver is dropped', () => {
    const mailbox = connected();
    host.send(wire.data(1, 0, new Uint8Array(5000)));
    mailbox.attend(0);
    const small = new Uint8Array(64);
    expect(mailbox.receive(small, () => wire.sizeOf(small))).toBe(0);
    expect(mailbox.garbage).toBe(1);
  });
});
