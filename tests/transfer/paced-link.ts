// One file over a link and an encoder of given speeds, on a virtual clock: the real sending end, whose messages take as
// long as their bytes, and whose compressing takes as long as it is told.
import { loadCore } from '../../host/core/instance.ts';
import { Sender, type SenderExports } from '../../host/core/sender.ts';
import { Wire } from '../../host/core/wire.ts';

export interface PacedLink {
  /** Bytes of image, all of one kind of content. */
  readonly chunk: Uint8Array;
  readonly chunks: number;
  readonly window: number;
  /** Bytes of message that the link carries in a millisecond, by how much of the image has been sent. */
  readonly linkBytesPerMs: (sentShare: number) => number;
  /** Bytes of image that are compressed in a millisecond. */
  readonly encoderBytesPerMs: number;
  readonly latencyMs: number;
  readonly version: number;
}

export interface PacedRun {
  readonly elapsedMs: number;
  readonly wireBytes: number;
  /** For each chunk, in the order of sending, whether it went as a block. */
  readonly packed: readonly boolean[];
}

const TRANSFER = 9;
const wire = new Wire();

/** Runs until the last chunk is acknowledged. No message is lost. */
export function runPaced({ chunk, chunks, window, linkBytesPerMs, encoderBytesPerMs, latencyMs, version }: PacedLink): PacedRun {
  const core = loadCore<SenderExports & { frameSpeak(version: number): void }>();
  core.frameSpeak(version);
  const sender = new Sender(core);
  const size = chunk.length * chunks;
  sender.begin({ upgrade: 1, index: 0, allow: 'Upgrade', size, component: 'bmc', version: '1', digest: new Uint8Array(32) });
  const packed: boolean[] = [];
  const acks: { readonly atMs: number; readonly message: Uint8Array }[] = [];
  let [nowMs, freeMs] = [1000, 0];
  for (;;) {
    while (acks[0] !== undefined && acks[0].atMs <= nowMs) sender.deliver(acks.shift()!.message, nowMs);
    const step = sender.next(nowMs);
    if (step.action === 'send') {
      const { name, id } = wire.decode(step.message).message!;
      if (name === 'end-file-request') return { elapsedMs: nowMs - 1000, wireBytes: sender.wireBytes, packed };
      sender.deliver(wire.encode('start-file-response', id, { completion: 'Ok', slot: 0, window, transfer: TRANSFER, chunkSize: chunk.length, next: 0 }), nowMs);
    } else if (step.action === 'read') {
      const message = sender.chunk(chunk, nowMs)!;
      // The encoding is the third field of the body.
      const isBlock = message[16 + 8] === 1;
      packed.push(isBlock);
      if (isBlock) nowMs += chunk.length / encoderBytesPerMs;
      freeMs = Math.max(freeMs, nowMs) + message.length / linkBytesPerMs(step.offset / size);
      const id = new DataView(message.buffer, message.byteOffset).getUint32(4, true);
      const next = step.offset + step.size;
      acks.push({ atMs: freeMs + latencyMs, message: wire.encode('transmit-data-response', id, { completion: 'Ok', transfer: TRANSFER, next, mask: 0 }) });
    } else if (step.action === 'wait' && acks[0] !== undefined) {
      nowMs = Math.max(nowMs, acks[0].atMs);
    } else {
      throw new Error(`sending one file came to ${JSON.stringify(step)} at ${nowMs} ms`);
    }
  }
}
