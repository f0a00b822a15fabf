// The receiving end as a whole against noise and hostile hosts, in every state. Nothing traps, hangs or writes where it
// should not, and a good transfer works afterwards.
import { describe, expect, it } from 'vitest';
import { COMPLETIONS } from '../../host/core/wire-names.ts';
import { goldenMessages } from '../golden/golden.ts';
import { seeded } from '../random.ts';
import { plantCanary, type CanaryExports } from '../wire/canary.ts';
import { bitFlips, randomMessage, repaired, truncations } from '../wire/mutations.ts';
import { Conversation, LEASE_MS, SESSION, testImage, wire } from './conversation.ts';

const seed = Number(process.env['SEED'] ?? 1);
const BUDGET = Number(process.env['FUZZ_INPUTS'] ?? 120_000);
const golden = goldenMessages(1).map(({ bytes }) => bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const COMPLETION_COUNT = Object.keys(COMPLETIONS).length;
const REFUSALS = ['BadRequest', 'VersionNotSupported'].map((name) => Object.keys(COMPLETIONS).indexOf(name));
const image = testImage('bmc', '2.0', 2000);

/** Requests that fit the device's present upgrade and transfer. */
function fittingRequests({ upgrade, transfer }: Conversation): Uint8Array[] {
  const { component, version, digest, bytes } = image;
  const id = 1;
  return [
    wire.encode('hello-request', id, { lowest: 1, highest: 1, session: SESSION, largestMessage: 1024 }),
    wire.encode('inventory-request', id, { index: 0 }),
    wire.encode('status-request', id, {}),
    wire.encode('start-upgrade-request', id, { session: SESSION, imageCount: 1, activate: 'Now', origin: 'BeforeOs', total: 2000 }),
    wire.encode('start-file-request', id, { upgrade, index: 0, allow: 'Downgrade', size: bytes.length, component, version, digest }),
    ...[0, 512, 1024, 1536].map((offset) => wire.encode('transmit-data-request', id, { transfer, offset, bytes: bytes.subarray(offset, offset + 512) })),
    wire.encode('end-file-request', id, { transfer, size: bytes.length, waitMs: 100 }),
    wire.encode('end-upgrade-request', id, { upgrade, activate: 'Now' }),
    wire.encode('abort-request', id, { upgrade, keep: true, reason: 'Asked' }),
  ];
}

/** Brings the device into some state: how far the upgrade gets is drawn. */
function advance(it: Conversation, random: () => number): void {
  const far = Math.floor(random() * 6);
  if (far > 0) it.startUpgrade();
  if (far > 1 && it.startFile(image, 'Downgrade').completion !== 'Ok') return;
  if (far > 2) it.data(image, 1024);
  if (far > 3) it.dataAll(image);
  if (far > 4) {
    it.send(wire.encode('end-file-request', 5, { transfer: it.transfer, size: image.bytes.length, waitMs: 0 }));
    it.stepOnce();
  }
}

/** A whole message that is a response, of a known type unless it refuses one, with a completion code that the protocol has. */
function checkResponse(bytes: Uint8Array): void {
  const { status, message } = wire.decode(bytes);
  const [type, completion] = [bytes[3] ?? 0, bytes[16] ?? COMPLETION_COUNT];
  const isRefusal = status === 'UnexpectedType' && REFUSALS.includes(completion) && bytes.subarray(17).every((byte) => byte === 0);
  if (type < 0x80 || completion >= COMPLETION_COUNT || (message === undefined && !isRefusal)) throw new Error(`it answered ${status}: ${hex(bytes)}`);
}

/** Delivers bytes, and looks at every answer. */
function deliver(it: Conversation, bytes: Uint8Array, where: string, settle = true): void {
  try {
    it.send(bytes);
    if (settle) it.settle();
    else it.stepOnce();
    it.sentBytes().forEach(checkResponse);
  } catch (cause) {
    throw new Error(`SEED=${seed}, ${where}: the device did not live through ${hex(bytes)}`, { cause });
  }
}

/** A good upgrade ends well on a device, whatever it went through. */
function expectUsable(it: Conversation): void {
  it.settle();
  it.sentBytes();
  it.nowMs += LEASE_MS + 1;
  const good = testImage('bmc', '99.0', 3333);
  expect(it.push(good, 'Now', 'Downgrade')).toMatchObject({ completion: 'Ok', stored: 1 });
  expect(it.running('bmc'), `SEED=${seed}`).toBe('99.0');
  const slot = it.device.receiver.components(0)[0]?.running ?? 0;
  expect(hex(it.device.slotBytes('bmc', slot, 3333))).toBe(hex(good.bytes));
}

describe('the receiving end', () => {
  it('lives through every golden message cut anywhere and with any bit turned over, its checksum right and wrong', () => {
    const conversation = new Conversation();
    const check = plantCanary(conversation.device.core as unknown as CanaryExports);
    let inputs = 0;
    for (const message of golden) {
      for (const mutant of [...truncations(message), ...bitFlips(message)]) {
        deliver(conversation, mutant, `input ${inputs}`);
        deliver(conversation, repaired(mutant), `input ${inputs}, with its checksum right`);
        inputs += 2;
      }
      check(`SEED=${seed}, input ${inputs}`);
    }
    expect(inputs).toBeGreaterThan(25_000);
    expectUsable(conversation);
  });

  it('lives through cuts and flips of requests that fit what it is doing', () => {
    const random = seeded(seed);
    const conversation = new Conversation();
    const check = plantCanary(conversation.device.core as unknown as CanaryExports);
    for (let which = 0; which < 12; which++) {
      conversation.nowMs += LEASE_MS + 1;
      advance(conversation, random);
      conversation.settle();
      const message = fittingRequests(conversation)[which]!;
      const header = message.length > 200 ? message.subarray(0, 60) : message;
      for (const mutant of [...truncations(header), ...bitFlips(header)]) {
        deliver(conversation, mutant, `request ${which}`);
        const whole = Uint8Array.from([...mutant, ...message.subarray(header.length)]);
        deliver(conversation, repaired(whole), `request ${which}, with its checksum right`);
      }
      check(`SEED=${seed}, request ${which}`);
    }
    expectUsable(conversation);
  });

  it(`lives through ${Math.floor(BUDGET / 4)} messages of any kind, in any state, between any two actions`, () => {
    const random = seeded(seed);
    let conversation = new Conversation();
    let check = plantCanary(conversation.device.core as unknown as CanaryExports);
    for (let input = 0; input < BUDGET / 4; input++) {
      if (input % 200 === 0) {
        conversation.settle();
        conversation.sentBytes();
        check(`SEED=${seed}, input ${input}`);
        if (input % 8000 === 0) {
          conversation = new Conversation();
          check = plantCanary(conversation.device.core as unknown as CanaryExports);
        }
        conversation.nowMs += LEASE_MS + 1;
        advance(conversation, random);
      }
      if (random() < 0.01) conversation.nowMs += random() * 100_000;
      deliver(conversation, randomMessage(fittingRequests(conversation), random), `input ${input}`, random() < 0.7);
    }
    expectUsable(conversation);
  });
});
