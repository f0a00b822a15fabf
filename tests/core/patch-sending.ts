// Sends a patch in place of an image to a receiver on a small board.
import { Wire } from '../../host/core/wire.ts';
import { makePatch, sha256 } from '../../host/patch/make-patch.ts';
import { smallImage } from '../bmc/small-board.ts';
import { CHUNK, type Rig } from './receiver-rig.ts';
import { imageOf, type Image, type Response } from './wire.ts';

const wire = new Wire();
wire.speak(3);
let id = 9000;

/** An image, one that was made from it by rebuilding, and the patch from the first to the second. */
export interface Step {
  readonly from: Image;
  readonly to: Image;
  readonly patch: Uint8Array;
}

export function stepOf(component: string): Step {
  const from = smallImage(component, '1.0.0', 7, 100_000);
  const bytes = Uint8Array.from([...from.bytes.subarray(0, 30_000), ...from.bytes.subarray(29_000)]).map((byte, at) => (at % 97 === 0 ? byte + 4 : byte));
  const to = imageOf(component, '1.1.0', bytes);
  return { from, to, patch: makePatch(from.bytes, to.bytes) };
}

/** Announces an image as a patch. */
export function announcePatch(rig: Rig, upgrade: number, step: Step): Response {
  return rig.ask(patchAnnouncement(upgrade, step));
}

export function patchAnnouncement(upgrade: number, { from, to, patch }: Step): Uint8Array {
  return wire.encode('start-file-request', id++, {
    upgrade, index: 0, allow: 'Upgrade', size: to.bytes.length, component: to.component, version: to.version, digest: to.digest,
    patch: { size: patch.length, digest: sha256(patch), base: from.digest },
  });
}

/** Announces it and sends what is missing. Answers the transfer. */
export function sendPatch(rig: Rig, upgrade: number, step: Step): number {
  const start = announcePatch(rig, upgrade, step);
  if (start.completion !== 'Ok') throw new Error(`the patch was answered ${start.completion}`);
  const transfer = start.fields['transfer'] ?? 0;
  for (let offset = start.fields['next'] ?? 0; offset < step.patch.length; offset += CHUNK) {
    const { completion } = rig.ask(rig.wire.data(transfer, offset, step.patch.subarray(offset, offset + CHUNK)));
    if (completion !== 'Ok') throw new Error(`the chunk at ${offset} was answered ${completion}`);
  }
  return transfer;
}

/** The whole of one image as a patch, in an upgrade of its own. */
export function installPatch(rig: Rig, step: Step): Response {
  const upgrade = rig.open();
  const file = rig.finish(step.to, sendPatch(rig, upgrade, step));
  rig.ask(rig.wire.endUpgrade(upgrade, 'now'));
  return file;
}
