// The history of upgrades in lines for people.
import { imageText, sizeText } from '../bmc/note-events.ts';
import type { TranscriptEntry } from '../bmc/history/transcript-entry.ts';
import type { Replay } from '../bmc/history/transcript-replay.ts';
import type { UpgradeImage, UpgradeRecord } from '../bmc/upgrade-record.ts';
import { durationText, shortDigest, tableLines, timeText } from './text-table.ts';

/** How long an upgrade took; nothing while it runs. */
function tookText({ startedAt, endedAt }: UpgradeRecord): string {
  return endedAt === undefined ? '-' : durationText(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}

function imagesText({ images, imageCount }: UpgradeRecord): string {
  const names = images.map(({ component, version, state }) => imageText(component, version) + (state === 'stored' ? '' : ` (${state})`));
  const missing = imageCount - images.length;
  if (names.length === 0) return imageCount === 0 ? '-' : `0 of ${imageCount}`;
  return names.join(', ') + (missing > 0 ? `, ${missing} not begun` : '');
}

/** One line an upgrade. */
export function historyLines(upgrades: readonly UpgradeRecord[]): string[] {
  return tableLines(['id', 'when', 'origin', 'user', 'images', 'outcome', 'took', 'head'], upgrades.map((record) => [
    record.id, timeText(record.startedAt), record.origin, record.user ?? '-', imagesText(record), record.state, tookText(record), shortDigest(record.head ?? ''),
  ]));
}

/** All of one upgrade. */
export function upgradeLines(record: UpgradeRecord, entries: readonly TranscriptEntry[]): string[] {
  const { id, state, origin, user, session, startedAt, endedAt, resets, head } = record;
  const reset = [...(resets.device ? ['the controller'] : []), ...(resets.host ? ['the host'] : [])].join(' and ');
  return [
    `upgrade ${id}: ${state}`,
    `  from     ${origin}${user === undefined ? '' : `, user ${user}`}${session === '' ? '' : `, session ${session}`}`,
    `  started  ${timeText(startedAt)}`,
    `  ended    ${endedAt === undefined ? 'not yet' : `${timeText(endedAt)}, took ${tookText(record)}`}`,
    ...(reset === '' ? [] : [`  needed   a reset of ${reset}`]),
    `  head     ${head ?? 'not known'}`,
    ...record.images.flatMap(imageLines),
    `  what happened, ${entries.length} entries:`,
    ...entries.map(({ step, time, event, text }) => `  ${String(step).padStart(4)}  ${timeText(time)}  ${event.padEnd(18)}  ${text}`),
  ];
}

function imageLines({ component, version, size, sha256, slot, resumed, state, completion, equal, flashMs }: UpgradeImage): string[] {
  const stored = state === 'stored' ? `; ${sizeText(equal)} were equal before, flash time ${durationText(flashMs)} (modelled)` : '';
  return [
    `  image    ${imageText(component, version)} for slot ${slot}: ${state}${completion === 'ok' ? '' : `, ${completion}`}`,
    `           ${sizeText(size)}${resumed === 0 ? '' : `, went on at ${sizeText(resumed)}`}${stored}`,
    ...(sha256 === '' ? [] : [`           sha256 ${sha256}`]),
  ];
}

/** What a replay has come to. */
export function replayLines({ upgrades, fault, unjudged, lost }: Replay, isWhole: boolean): string[] {
  return [
    ...(upgrades.length === 0 ? [] : historyLines(upgrades)),
    ...(unjudged === 0 ? [] : [`${unjudged} entries belong to upgrades whose beginning is not in it; they were not judged`]),
    ...(lost === 0 ? [] : [`not proved: the device says that it could not write ${lost} entries`]),
    fault === undefined
      ? `the order of events is one that the device can have gone through${isWhole ? '' : ', as far as the chain is whole'}`
      : `not legal: ${fault.text}`,
  ];
}
