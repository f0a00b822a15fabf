// Whatever a host writes into registers and window: the device never throws, never hangs, and works again after a reset.
import { describe, expect, it } from 'vitest';
import { MailboxDevice } from '../../host/bus/mailbox-device.ts';
import { Index, RECEIVE_RING, Register, SEND_RING } from '../../host/bus/mailbox-registers.ts';
import { Wire } from '../core/wire.ts';
import { seeded, type Random } from '../flash/content.ts';
import { MailboxHost } from './mailbox-host.ts';

const SEED = Number(process.env['SEED'] ?? 20261122);
const STATES = 24_000;
const wire = new Wire();
const inbox = new Uint8Array(65568);
const hello = wire.hello();

/** Words that matter to rings, and any. */
function word(random: Random): number {
  const near = [0, 1, 8, 16, 24, 4096, 65_536, RECEIVE_RING.size, SEND_RING.size, 0x7fff_fff8, 0x8000_0000, 0xffff_fff8];
  const base = random(3) === 0 ? random(2 ** 32) : (near[random(near.length)] ?? 0);
  return (base + (random(2) ? 0 : 8 * (random(9) - 4))) >>> 0;
}

/** One thing that a host can do wrong, or right. */
function disturb(random: Random, host: MailboxHost): void {
  const indices = Object.keys(Index) as (keyof typeof Index)[];
  const value = word(random);
  switch (random(8)) {
    case 0: return host.writeIndex(indices[random(4)]!, value);
    case 1: return host.writeIndex(indices[random(4)]!, value, word(random));
    case 2: return host.registers.write32(random(1024) * 4, value);
    case 3: return host.registers.write32([Register.reset, Register.hostResets, Register.doorbell][random(3)]!, value);
    case 4: return host.window.write32(random(host.window.size / 4) * 4, value);
    case 5: return host.window.write(SEND_RING.offset + random(64) * 8, hello);
    case 6: return host.window.write(SEND_RING.offset + SEND_RING.size - 8 * random(8), new Uint8Array(64).fill(random(256)));
    default: host.send(random(4) ? hello : Uint8Array.from({ length: 8 * (1 + random(20)) }, () => random(256)));
  }
}

describe('the mailbox device', () => {
  it(`stays alive and bounded in ${STATES} random states`, () => {
    const random = seeded(SEED);
    const host = new MailboxHost();
    let isHeld = false;
    const owner = { holder: () => (isHeld ? { session: 1, heldMs: 2 } : undefined), mailboxReset: () => undefined, hostReset: () => undefined };
    let mailbox = new MailboxDevice(host.registers, host.window, { versions: { lowest: 1, highest: 1 }, bootId: 1 }, owner);
    mailbox.start(0);
    for (let state = 0; state < STATES; state++) {
      const where = `seed ${SEED}, state ${state}`;
      isHeld = random(4) === 0;
      for (let count = 1 + random(5); count > 0; count--) disturb(random, host);
      if (random(200) === 0) {
        mailbox = new MailboxDevice(host.registers, host.window, { versions: { lowest: 1, highest: 1 }, bootId: state + 2 }, owner);
        mailbox.start(state);
      }
      host.ring();
      mailbox.attend(state);
      // A ring holds a limited number of messages: taking them out ends.
      let taken = 0;
      for (; mailbox.receive(inbox, () => wire.sizeOf(inbox)) > 0; taken++) expect(taken, where).toBeLessThanOrEqual(SEND_RING.size / 16);
      mailbox.send(hello.subarray(0, 16 + random(12)));
      if (state % 100 !== 0) continue;
      isHeld = false;
      host.askReset(0x8000_0000 + state);
      host.registers.write32(Register.ready, 1);
      mailbox.attend(state);
      host.registers.write32(Register.resetRefused, 0);
      expect(host.resetAnswer(0x8000_0000 + state), where).toBe('done');
      expect(host.send(hello), where).toBe(true);
      mailbox.attend(state);
      expect(mailbox.receive(inbox, () => wire.sizeOf(inbox)), where).toBe(hello.length);
      expect(mailbox.send(hello), where).toBe(true);
      expect(host.receive((header) => wire.sizeOf(header)), where).toEqual(hello);
    }
  });
});
