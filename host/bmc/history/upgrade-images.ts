// The images of an upgrade, as the fields of its events name them.
import type { UpgradeImage } from '../upgrade-record.ts';
import type { EntryFields } from './transcript-entry.ts';

/** An image as an event's fields describe it; what they leave out is as in `before`. */
export function imageIn(fields: EntryFields, state: UpgradeImage['state'], before?: UpgradeImage): UpgradeImage {
  const text = (name: 'component' | 'version' | 'sha256'): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : before?.[name] ?? '';
  };
  const number = (name: 'size' | 'slot' | 'resumed' | 'equal' | 'flashMs'): number => {
    const value = fields[name];
    return typeof value === 'number' ? value : before?.[name] ?? 0;
  };
  return {
    component: text('component'), version: text('version'), size: number('size'), sha256: text('sha256'), slot: number('slot'),
    resumed: number('resumed'), state, completion: before?.completion ?? 'ok', equal: number('equal'), flashMs: number('flashMs'),
  };
}

/** Whether both are of one component, version and slot. */
export function sameImage(one: UpgradeImage, other: Pick<UpgradeImage, 'component' | 'version' | 'slot'>): boolean {
  return one.component === other.component && one.version === other.version && one.slot === other.slot;
}

/** Another try of an image takes the place of the one before, as does another image for a component of which none was stored. */
export function withImage(images: readonly UpgradeImage[], image: UpgradeImage): UpgradeImage[] {
  const index = images.findLastIndex((one) => one.component === image.component && (one.state !== 'stored' || sameImage(one, image)));
  return index < 0 ? [...images, image] : images.with(index, image);
}
