// Whether power may be removed now, in a sentence.
import type { ComponentSnapshot, TransferSnapshot } from '../core/receiver-exports.ts';

const STORING: readonly string[] = ['patching', 'verifying', 'writing', 'reading-back'];

export function removalOf(components: readonly ComponentSnapshot[], transfer: TransferSnapshot): { isSafe: boolean; why: string } {
  const broken = components.filter(({ isInPlace, running }) => isInPlace && running === undefined).filter(({ slots }) => slots[0]?.state !== 'empty');
  if (!transfer.isSafe) {
    const names = broken.map(({ name }) => name).join(' and ') || transfer.component;
    const isUnderWay = broken.some(({ name }) => name === transfer.component) && [...STORING, 'receiving'].includes(transfer.phase);
    if (!isUnderWay) return { isSafe: false, why: `${names} has one slot and holds no whole image: it would not start. Send the image again before any reset.` };
    return { isSafe: false, why: `${names} has one slot, which is being written: half an image can not start. Keep the power on until it is stored.` };
  }
  if (STORING.includes(transfer.phase)) {
    return { isSafe: true, why: `${transfer.component} is being stored, and what runs is whole. The update would go on after power comes back.` };
  }
  if (transfer.phase === 'receiving') return { isSafe: true, why: 'An image is being received; nothing is written to flash. What has arrived is kept.' };
  return { isSafe: true, why: 'Nothing is being written.' };
}
