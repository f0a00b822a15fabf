// Upgrades that have been, and how each ended.
import type { BadgeView } from './component.ts';
import type { UpgradeJson } from './snapshot.ts';
import { clockText } from './times.ts';
import { imageText, originText, sentence, upgradeStateText } from './words.ts';

export interface PastUpgradeView {
  readonly id: string;
  readonly badge: BadgeView;
  readonly images: string;
  readonly when: string;
  readonly text: string;
}

export function pastUpgradeView({ id, state, startedAt, origin, user, images, text }: UpgradeJson, today: Date): PastUpgradeView {
  return {
    id,
    badge: upgradeStateText(state),
    images: images.map(({ component, version }) => imageText(component, version)).join(', '),
    when: `${clockText(startedAt, today)}, by ${originText(origin, user)}`,
    text: sentence(text),
  };
}
