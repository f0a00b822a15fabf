// How an image comes to the board: its bytes, a patch for what the board holds, or digests of its blocks and those that differ.
import { BlockDigests } from '../../host/core/block-digests.ts';
import { Wire as HostWire } from '../../host/core/wire.ts';
import { makePatch, sha256 } from '../../host/patch/make-patch.ts';
import { Wire, type Image, type Response } from '../core/wire.ts';

export const CHUNK = 48 * 1024;
const BLOCK = 4096;

/** Sends a message to the board; answers the message that comes back. */
export type Ask = (message: Uint8Array) => Uint8Array;

/** One file transfer. Answers how it ended; the first thing that was not Ok. `base`: what the board ran before. */
export type Way = (ask: Ask, upgrade: number, image: Image, base: Image) => string;

const wire = new Wire();
const third = new HostWire();
third.speak(3);
const digests = new BlockDigests();
let id = 9000;

/** Chunk after chunk, in the first version of the protocol. */
export const WHOLE: Way = (ask, upgrade, image) => {
  const start = wire.read(ask(wire.startFile(upgrade, image)));
  if (start.completion !== 'Ok') return start.completion;
  const refusal = sent(ask, start, image.bytes);
  return refusal ?? finished(ask, start, image);
};

/** As a patch, and as itself where the board has no use for that: as a host does it. */
export const AS_A_PATCH: Way = (ask, upgrade, image, base) => {
  const patch = patchOf(base, image);
  const start = wire.read(ask(announced(upgrade, image, { size: patch.length, digest: sha256(patch), base: base.digest })));
  if (start.completion === 'BaseNotHeld') return WHOLE(ask, upgrade, image, base);
  if (start.completion !== 'Ok') return start.completion;
  const refusal = sent(ask, start, patch);
  const ended = refusal ?? finished(ask, start, image);
  return ended === 'PatchFailed' ? WHOLE(ask, upgrade, image, base) : ended;
};

/** Digests of each chunk's blocks, and then those that the board says that it lacks. */
export const AS_DIGESTS: Way = (ask, upgrade, image) => {
  const start = wire.read(ask(announced(upgrade, image)));
  if (start.completion !== 'Ok') return start.completion;
  const { transfer = 0, next = 0 } = start.fields;
  for (let offset = next; offset < image.bytes.length; offset += CHUNK) {
    const chunk = image.bytes.subarray(offset, offset + CHUNK);
    const told = acknowledged(ask(third.encode('transmit-data-request', id++, { transfer, offset, bytes: new Uint8Array(digests.of(chunk, BLOCK).buffer), digestsOf: chunk.length })));
    if (told.completion !== 'Ok') return told.completion;
    if (told.refused === undefined) continue;
    const { held } = told.refused;
    const blocks = Array.from({ length: Math.ceil(chunk.length / BLOCK) }, (_, index) => index).filter((index) => (held & (1 << index)) === 0);
    const bytes = Buffer.concat(blocks.map((index) => chunk.subarray(index * BLOCK, (index + 1) * BLOCK)));
    const completed = acknowledged(ask(third.encode('transmit-data-request', id++, { transfer, offset, bytes, blocksOf: { size: chunk.length, held, erased: 0 } })));
    if (completed.completion !== 'Ok') return completed.completion;
  }
  return finished(ask, start, image);
};

function announced(upgrade: number, { bytes, component, version, digest }: Image, patch?: { size: number; digest: Uint8Array; base: Uint8Array }): Uint8Array {
  return third.encode('start-file-request', id++, { upgrade, index: 0, allow: 'Upgrade', size: bytes.length, component, version, digest, ...(patch === undefined ? {} : { patch }) });
}

function acknowledged(answer: Uint8Array) {
  const { message } = third.decode(answer);
  if (message?.name !== 'transmit-data-response') throw new Error(`the board does not acknowledge a chunk, but sends ${message?.name ?? 'no message'}`);
  return message.fields;
}

/** Sends what is missing; answers a refusal. */
function sent(ask: Ask, { fields: { transfer = 0, next = 0 } }: Response, bytes: Uint8Array): string | undefined {
  for (let offset = next; offset < bytes.length; offset += CHUNK) {
    const { completion } = wire.read(ask(wire.data(transfer, offset, bytes.subarray(offset, offset + CHUNK))));
    if (completion !== 'Ok') return completion;
  }
  return undefined;
}

function finished(ask: Ask, { fields: { transfer = 0 } }: Response, { bytes }: Image): string {
  for (;;) {
    const { completion } = wire.read(ask(wire.endFile(transfer, bytes.length)));
    if (completion !== 'InProgress') return completion;
  }
}

/** Made once for each image: the same one comes again after each cut. */
const patches = new WeakMap<Image, Uint8Array>();

function patchOf(base: Image, image: Image): Uint8Array {
  const patch = patches.get(image) ?? makePatch(base.bytes, image.bytes);
  patches.set(image, patch);
  return patch;
}
