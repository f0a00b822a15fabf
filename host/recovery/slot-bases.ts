// What a component's slots hold, as bases for a fetch: the one it runs from first, then any other. A slot that is on record
// as broken is as good as any: most of it may be what it should be.
import type { RecoverableManagement } from '../bmc/management.ts';
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import type { ImageBase } from './source.ts';

export function basesOf(management: Pick<RecoverableManagement, 'readSlot'>, { name, slots, running, slotSize }: Pick<ComponentSnapshot, 'name' | 'slots' | 'running' | 'slotSize'>): ImageBase[] {
  const order = slots.map((_, slot) => slot).sort((one, other) => Number(other === running) - Number(one === running));
  return order.map((slot) => ({ size: slotSize, read: (offset, into) => management.readSlot(name, slot, offset, into) }));
}
