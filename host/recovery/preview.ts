// What the agent would do now, for one who only looks: at the state directory's files, without its lock, also while the
// controller runs. Sources are asked, nothing is fetched, nothing is written.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBoard } from '../bmc/board-file.ts';
import type { Board } from '../bmc/board.ts';
import { newestRecord, readRecords, seeFlash, type SeenFlash } from '../bmc/flash-report.ts';
import { type SlotVerdict, verifyFlash } from '../bmc/flash-report-verify.ts';
import type { SlotVerification } from '../bmc/management.ts';
import { readTrust } from '../bmc/trust/offline.ts';
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import { FailedTries } from './failed-tries.ts';
import { readJournal } from './journal.ts';
import { type Preview, previewOf } from './preview-choice.ts';
import { systemClock } from './recovery-clock.ts';
import type { RecoveryConfig, WatchedComponent } from './recovery-config.ts';
import { makeSource } from './sources.ts';

const CONDITIONS: Readonly<Record<SlotVerdict['condition'], SlotVerification['condition']>> = {
  'ok': 'ok', 'differs': 'differs', 'missing': 'differs', 'empty': 'empty', 'being-written': 'unfinished', 'failed': 'unfinished', 'busy': 'busy',
};

/** One for each watched component of the config. Throws what `ferry flash` throws when there is no such state directory. */
export async function previewRecovery(stateDirectory: string, config: RecoveryConfig, signal: AbortSignal): Promise<Preview[]> {
  const board = readBoard(join(stateDirectory, 'board.json'));
  const flash = seeFlash(stateDirectory, board);
  const previews: Preview[] = [];
  for (const watched of config.components) previews.push(await preview(watched, { stateDirectory, config, board, flash, signal }));
  return previews;
}

interface Looked {
  readonly stateDirectory: string;
  readonly config: RecoveryConfig;
  readonly board: Board;
  readonly flash: SeenFlash;
  readonly signal: AbortSignal;
}

async function preview(watched: WatchedComponent, { stateDirectory, config, board, flash, signal }: Looked): Promise<Preview> {
  const component = seenComponent(watched.name, board, newestRecord(readRecords(flash), watched.name)?.record);
  const verdict = verifyFlash(flash, watched.name).find(({ isRunning }) => isRunning);
  const state = readJournal(stateDirectory).get(watched.name);
  const tries = new FailedTries(systemClock, config.settings.coolDownMs);
  return previewOf({
    watched, component, state, config, platform: board.platform, uuid: uuidOf(stateDirectory), condition: verdict === undefined ? 'empty' : CONDITIONS[verdict.condition],
    got: verdict?.got ?? '', expected: verdict?.record === undefined ? '' : Buffer.from(verdict.record.digest).toString('hex'),
    sources: config.sources.map((source) => makeSource(source, () => readTrust(stateDirectory).keys)), trust: () => readTrust(stateDirectory),
    barred: (candidate) => tries.barred(state ?? { tried: [] }, candidate),
  }, signal);
}

/** A component as its newest record shows it. */
function seenComponent(name: string, board: Board, record: SlotRecord | undefined): ComponentSnapshot {
  const known = board.components.find((one) => one.name === name);
  const slots = record?.slots ?? [];
  const running = record !== undefined && slots[record.active]?.state === 'valid' ? record.active : undefined;
  return {
    name, slots, running, slotSize: known?.slotSize ?? 0, pending: record?.pending, isInPlace: known?.slotCount === 1, needsHostReset: record?.hostReset ?? false,
    trial: record?.trial === undefined ? undefined : { attempt: record.trial, limit: record.trial, remainingMs: 0 }, floor: record?.floor ?? 0,
  };
}

function uuidOf(stateDirectory: string): string {
  try {
    return readFileSync(join(stateDirectory, 'uuid'), 'latin1').trim();
  } catch {
    return '';
  }
}
