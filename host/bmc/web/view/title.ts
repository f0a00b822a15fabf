// The title of the page, which is all that is seen of it in another tab.
import { percentOf } from './amounts.ts';
import type { RemovalView } from './removal.ts';
import type { SnapshotJson } from './snapshot.ts';

export function titleText(platform: string, { tone }: RemovalView, snapshot: SnapshotJson | undefined): string {
  if (tone === 'unknown') return `? ${platform}: not connected`;
  if (tone === 'unsafe') return `✕ ${platform}: leave power on`;
  const locked = snapshot?.recovery?.find(({ phase }) => phase === 'locked');
  if (locked !== undefined) return `! ${platform}: ${locked.component} is locked`;
  if (snapshot?.holder === undefined) return `${platform}: Ferry`;
  return `${percentOf(snapshot.transfer.done, snapshot.transfer.total)} % ${platform}: upgrade`;
}
