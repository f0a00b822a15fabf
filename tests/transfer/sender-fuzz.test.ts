// The sending end as a whole against noise and hostile devices, in every state.
import { describe, expect, it } from 'vitest';
import { Exchange, type ExchangeExports } from '../../host/core/exchange.ts';
import { loadCore } from '../../host/core/instance.ts';
import { Sender, type SenderExports } from '../../host/core/sender.ts';
import { namesOf } from '../../host/core/words.ts';
import { goldenMessages } from '../golden/golden.ts';
import { seeded } from '../random.ts';
import { plantCanary, type CanaryExports } from '../wire/canary.ts';
import { randomMessage } from '../wire/mutations.ts';
import { testImage, wire } from './conversation.ts';

const seed = Number(process.env['SEED'] ?? 1);
const BUDGET = Number(process.env['FUZZ_INPUTS'] ?? 120_000);
const golden = goldenMessages(1).map(({ bytes }) => bytes);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const image = testImage('bmc', '2.0', 2000);

describe('the sending end', () => {
  const core = loadCore<SenderExports & ExchangeExports & CanaryExports>();
  const statuses = new Set(namesOf(core.Status));
  const check = plantCanary(core);
  const sender = new Sender(core);
  const { bytes, digest } = image;
  const TRANSFER = 0x77;

  /** Responses that fit a request. */
  function fittingResponses(id: number): Uint8Array[] {
    const status = { slot: 1, transfer: TRANSFER, done: 0, total: 2000, next: 2000, flashMs: 1, equalBytes: 0, digest } as const;
    return [
      wire.encode('start-file-response', id, { completion: 'Ok', slot: 1, window: 4, transfer: TRANSFER, chunkSize: 512, next: 0 }),
      wire.encode('start-file-response', id, { completion: 'InProgress', slot: 1, window: 4, transfer: TRANSFER, chunkSize: 512, next: 0 }),
      ...[0, 512, 1024, 1536, 2000].map((next) => wire.encode('transmit-data-response', id, { completion: 'Ok', transfer: TRANSFER, next, mask: 0 })),
      wire.encode('transmit-data-response', id, { completion: 'Ok', transfer: TRANSFER, next: 512, mask: 5 }),
      wire.encode('end-file-response', id, { ...status, completion: 'InProgress', phase: 'Writing' }),
      wire.encode('end-file-response', id, { ...status, completion: 'Incomplete', phase: 'Receiving', next: 1024 }),
      wire.encode('end-file-response', id, { ...status, completion: 'Ok', phase: 'Stored' }),
    ];
  }

  it(`lives through ${Math.floor(BUDGET / 4)} answers of any kind, and sends nothing but its own image`, () => {
    const random = seeded(seed);
    let [now, lastId, ended] = [0xfffff000, 0, 0];
    const begin = (): void => sender.begin({ upgrade: 1, index: 0, allow: 'Upgrade', size: bytes.length, component: 'bmc', version: '2.0', digest });
    const sent = (message: Uint8Array | undefined): void => {
      if (message === undefined) return;
      const decoded = wire.decode(message).message;
      if (decoded === undefined) throw new Error(`it sent what is no message: ${hex(message)}`);
      lastId = decoded.id;
    };
    begin();
    for (let input = 0; input < BUDGET / 4; input++) {
      const where = `SEED=${seed}, input ${input}`;
      const step = sender.next(now);
      if (step.action === 'send') sent(step.message);
      if (step.action === 'read') {
        if (step.offset + step.size > bytes.length || step.size === 0) expect.fail(`${where}: it wants ${step.size} bytes at ${step.offset}`);
        if (random() < 0.8) sent(sender.chunk(bytes.subarray(step.offset, step.offset + step.size), now));
      }
      if (step.action === 'wait') now += random() < 0.3 ? step.waitMs : 0;
      if (step.action === 'done' || step.action === 'failed') {
        ended++;
        begin();
      }
      const good = fittingResponses(lastId);
      const message = random() < 0.5 ? good[Math.floor(random() * good.length)]! : randomMessage(good, random);
      const status = sender.deliver(message, now);
      if (!statuses.has(status)) expect.fail(`${where}: unknown status ${status} for ${hex(message)}`);
      const { done, total } = sender.progress();
      if (done > total) expect.fail(`${where}: ${done} of ${total} bytes are done after ${hex(message)}`);
      if (input % 512 === 0) check(where);
    }
    check(`SEED=${seed}, at the end`);
    expect(ended, `SEED=${seed}`).toBeGreaterThan(BUDGET < 50_000 ? 0 : 100);
  });

  it(`carries out an exchange through ${Math.floor(BUDGET / 8)} answers of any kind`, () => {
    const random = seeded(seed);
    const exchange = new Exchange(core, 1);
    let [now, lastId, done] = [0, 0, 0];
    exchange.begin('hello-request', { lowest: 1, highest: 1, session: 1, largestMessage: 1024 });
    for (let input = 0; input < BUDGET / 8; input++) {
      const where = `SEED=${seed}, input ${input}`;
      const step = exchange.next(now);
      if (step.action === 'send') lastId = wire.decode(step.message).message?.id ?? 0;
      if (step.action === 'wait') now += random() < 0.1 ? step.waitMs : 0;
      if (step.action === 'failed' || step.action === 'done') {
        if (step.action === 'done' && step.response.name !== 'hello-response') expect.fail(`${where}: hello was answered by ${step.response.name}`);
        done++;
        exchange.begin('hello-request', { lowest: 1, highest: 1, session: 1, largestMessage: 1024 });
      }
      const refusal = wire.encode('hello-response', lastId, { completion: 'VersionNotSupported', version: 0, lowest: 2, highest: 2 });
      const message = randomMessage([refusal, ...golden], random);
      const status = exchange.deliver(message, now);
      if (!statuses.has(status)) expect.fail(`${where}: unknown status ${status} for ${hex(message)}`);
      if (input % 512 === 0) check(where);
    }
    expect(done, `SEED=${seed}`).toBeGreaterThan(BUDGET < 50_000 ? -1 : 100);
  });
});
