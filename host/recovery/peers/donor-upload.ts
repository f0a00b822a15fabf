// One stream of a recipient, as the donor serves it:
//
//   accept → statement → (first) acknowledge → data, data … as the window allows ⇄ acknowledge … → done
//                      → (first) ask → what it asks for ⇄ ask … → done                    (donor-blocks.ts)
//
// An upload counts from the first acknowledgement: with a group key nobody gets that far by repeating what others have sent.
import { UploadWindow } from '../../core/delivery.ts';
import type { RecoveryAccept, RecoveryAcknowledge } from '../../core/wire-recovery-messages.ts';
import { ASK_LIMIT, type BlockDesk, BlockUpload } from './donor-blocks.ts';
import type { DonorImage } from './donor-images.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import type { MessageStream } from './message-stream.ts';
import { watchFloor } from './pace.ts';
import { PeerFailure } from './peer-failure.ts';

/** What an upload needs of its donor. */
export interface UploadDesk extends BlockDesk {
  readonly donor: Uint8Array;
  find(digest: Uint8Array): DonorImage | undefined;
  nonce(): Uint8Array;
  readonly times: ExchangeTimes;
  /** A place among the uploads; undefined when all are taken. */
  begin(peer: string, image: DonorImage, from: number): ((bytes: number, result: string) => void) | undefined;
}

/** No message of a recipient that takes chunks is longer. */
const LIMIT = 256;

/** Serves one recipient to its end; throws when it does what no recipient does, or vanishes. */
export async function serveRecipient(messages: MessageStream, desk: UploadDesk): Promise<void> {
  const accept = await acceptOf(messages, desk);
  const image = desk.find(accept.digest);
  messages.bind(accept.nonce);
  if (image === undefined || accept.next >= image.statement.size) return messages.send('decline', { digest: accept.digest, reason: 'NotHeld' });
  const nonce = desk.nonce();
  await messages.send('statement', { nonce, imageSize: image.statement.size, signature: image.signature });
  messages.bind(accept.nonce, nonce);
  const first = await messages.receive(ASK_LIMIT, desk.times.owedMs);
  if (first.name === 'done' || first.name === 'decline') return;
  const isStart = first.name === 'ask' || (first.name === 'acknowledge' && first.fields.next === accept.next);
  if (!isStart) throw wrong(messages, first.name);
  const end = desk.begin(messages.peer, image, accept.next);
  if (end === undefined) return messages.send('decline', { digest: accept.digest, reason: 'Busy' });
  const blocks = new BlockUpload(messages, desk, image);
  const window = new UploadWindow(image.statement.size, accept.chunkSize, accept.window, accept.next);
  const bytes = (): number => blocks.bytes + window.base - accept.next;
  try {
    const result = first.name === 'ask' ? await blocks.run(first.fields, desk.times) : await upload(messages, desk, image, window);
    end(bytes(), result);
  } catch (error) {
    end(bytes(), (error as Error).message);
    throw error;
  }
}

async function acceptOf(messages: MessageStream, { donor, times }: UploadDesk): Promise<RecoveryAccept> {
  const { name, fields } = await messages.receive(LIMIT, times.owedMs);
  if (name !== 'accept') throw wrong(messages, name);
  if (Buffer.compare(fields.donor, donor) !== 0) throw new PeerFailure('garbage', `${messages.peer} has accepted the offer of another donor`);
  return fields;
}

async function upload(messages: MessageStream, { clock, pace, times }: UploadDesk, image: DonorImage, window: UploadWindow): Promise<string> {
  const endWatch = watchFloor(clock, times.lowestFloor, () => window.base, () => messages.fail(new PeerFailure('slow', `${messages.peer} does not take delivery`)), times.floorPeriodMs);
  try {
    while (!window.isWhole) {
      for (let chunk = window.next(clock.now()); chunk !== undefined; chunk = window.next(clock.now())) {
        await pace.take(chunk.size);
        await messages.send('data', { offset: chunk.offset, bytes: image.read(chunk.offset, chunk.size) });
      }
      const { name, fields } = await messages.receive(LIMIT);
      if (name === 'done') return fields.result;
      if (name !== 'acknowledge') throw wrong(messages, name);
      if (!isProgress(fields, window)) throw new PeerFailure('garbage', `${messages.peer} has acknowledged what was never sent`);
    }
  } finally {
    endWatch();
  }
  const { name, fields } = await messages.receive(LIMIT, times.owedMs);
  if (name !== 'done') throw wrong(messages, name);
  return fields.result;
}

/** A stream keeps the order, so there is nothing behind the next offset and every acknowledgement moves it. */
function isProgress({ next, mask }: RecoveryAcknowledge, window: UploadWindow): boolean {
  return mask === 0 && next > window.base && window.acknowledge(next, mask);
}

const wrong = (messages: MessageStream, name: string): PeerFailure => new PeerFailure('garbage', `${messages.peer} has sent ${name} where it has no place`);
