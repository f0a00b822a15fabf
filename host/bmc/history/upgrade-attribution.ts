// Which upgrade an event belongs to, when the event itself does not say so: the receiver knows an upgrade only while it
// is open, and what it led to can come much later. Told from the records alone.
import type { UpgradeRecord } from '../upgrade-record.ts';
import type { ControllerEvent } from '../event-log.ts';
import { isUpgradeId } from './transcript-entry.ts';
import type { UpgradeProjection } from './upgrade-projection.ts';

/** Events that there are only while an upgrade is open or a repair runs. */
const OF_THE_RUNNING: readonly string[] = ['file-started', 'file-received', 'taken-untrusted', 'action-failed', 'upgrade-ended', 'upgrade-aborted'];
/** Events of a file that goes on to its end although its upgrade was given up. */
const OF_A_FILE: readonly string[] = ['file-stored', 'file-failed'];

/** The upgrade's id; undefined when it is of none that is known. */
export function upgradeOf({ event, fields }: ControllerEvent, upgrades: UpgradeProjection): string | undefined {
  // There is one lock. With a second one running, it is the earlier one that was overtaken, whatever the event says.
  if (event === 'upgrade-abandoned') return upgrades.running()[0]?.id;
  const given = fields?.['upgrade'];
  if (isUpgradeId(given)) return given;
  const record = recordOf(event, fields, upgrades);
  return record?.id;
}

function recordOf(event: string, fields: ControllerEvent['fields'], upgrades: UpgradeProjection): UpgradeRecord | undefined {
  if (event === 'upgrade-started' || event === 'repair-started') return undefined;
  const isAbout = ({ images }: UpgradeRecord, states: readonly string[]): boolean => images.some((image) =>
    states.includes(image.state) && image.component === fields?.['component'] && image.slot === fields['slot'] && image.version === fields['version']);
  const running = upgrades.findNewest(({ state }) => state === 'running');
  if (OF_THE_RUNNING.includes(event)) return running;
  if (OF_A_FILE.includes(event)) {
    return upgrades.findNewest((record) => record.state !== 'interrupted' && isAbout(record, ['receiving', 'storing'])) ?? running;
  }
  return upgrades.findNewest((record) => isAbout(record, ['stored', 'storing']));
}
