// One image over a link that has a rate, a latency and losses, on a virtual clock: the real sending end and the real cursor
// of what has come, with messages between them that take as long as their bytes.
import { loadCore } from '../../host/core/instance.ts';
import { DeliveryCursor } from '../../host/core/delivery.ts';
import { Sender, type SenderExports } from '../../host/core/sender.ts';
import { Wire } from '../../host/core/wire.ts';
import { seeded } from '../random.ts';

export interface LossyLink {
  readonly size: number;
  readonly chunkSize: number;
  /** Chunks under way; 1: stop and wait. */
  readonly window: number;
  readonly bytesPerMs: number;
  /** One way. */
  readonly latencyMs: number;
  /** Part of the messages that are lost, each way. */
  readonly loss: number;
  readonly seed: number;
}

export interface LossyRun {
  readonly elapsedMs: number;
  readonly sends: number;
  /** Of the link's rate, less what it loses: 1 is all that it can carry. */
  readonly share: number;
}

const TRANSFER = 9;
const wire = new Wire();

/** Runs until the last chunk is acknowledged. */
export function runLossy({ size, chunkSize, window, bytesPerMs, latencyMs, loss, seed }: LossyLink): LossyRun {
  const core = loadCore<SenderExports & { frameSpeak(version: number): void }>();
  // Version 1 knows no compressed and no equal chunks: every byte crosses the link.
  core.frameSpeak(1);
  const sender = new Sender(core);
  sender.begin({ upgrade: 1, index: 0, allow: 'Upgrade', size, component: 'bmc', version: '1', digest: new Uint8Array(32) });
  const random = seeded(seed);
  const cursor = new DeliveryCursor(size, chunkSize, 0);
  const chunk = new Uint8Array(chunkSize);
  /** What is on its way, in order of its arrival: chunks there, acknowledgements back. */
  const under: { readonly atMs: number; readonly arrive: () => void }[] = [];
  const later = (atMs: number, arrive: () => void): void => {
    const place = under.findLastIndex((one) => one.atMs <= atMs);
    under.splice(place + 1, 0, { atMs, arrive });
  };
  let [nowMs, freeMs, sends] = [1000, 0, 0];
  const carry = (offset: number, count: number, id: number): void => {
    if (cursor.arrival(offset, count) === 'New') cursor.mark(offset);
    const { next, mask } = cursor;
    const message = wire.encode('transmit-data-response', id, { completion: 'Ok', transfer: TRANSFER, next, mask });
    if (random() >= loss) later(nowMs + latencyMs, () => void sender.deliver(message, Math.floor(nowMs)));
  };
  for (;;) {
    while (under[0] !== undefined && under[0].atMs <= nowMs) under.shift()!.arrive();
    const step = sender.next(Math.floor(nowMs));
    if (step.action === 'send') {
      const { name, id } = wire.decode(step.message).message!;
      if (name === 'end-file-request') {
        const elapsedMs = nowMs - 1000;
        return { elapsedMs, sends, share: size / elapsedMs / (bytesPerMs * (1 - loss)) };
      }
      sender.deliver(wire.encode('start-file-response', id, { completion: 'Ok', slot: 0, window, transfer: TRANSFER, chunkSize, next: 0 }), Math.floor(nowMs));
    } else if (step.action === 'read') {
      const message = sender.chunk(chunk.subarray(0, step.size), Math.floor(nowMs))!;
      const id = new DataView(message.buffer, message.byteOffset).getUint32(4, true);
      sends += 1;
      // The link takes the next message when it has taken this one.
      freeMs = Math.max(freeMs, nowMs) + message.length / bytesPerMs;
      if (random() >= loss) later(freeMs + latencyMs, () => carry(step.offset, step.size, id));
      nowMs = freeMs;
    } else if (step.action === 'wait') {
      nowMs = Math.min(nowMs + step.waitMs, under[0]?.atMs ?? Infinity);
    } else {
      throw new Error(`sending one file came to ${JSON.stringify(step)} at ${nowMs} ms`);
    }
  }
}
