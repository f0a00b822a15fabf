// The answer to the one question that must never be answered wrongly: may power be removed now?
import { durationText } from './amounts.ts';
import type { SnapshotJson } from './snapshot.ts';
import { sentence } from './words.ts';

export interface RemovalView {
  readonly tone: 'safe' | 'unsafe' | 'unknown';
  /** Beside the answer, for those who see no colours. */
  readonly sign: string;
  readonly answer: string;
  readonly why: string;
}

/** How long the controller was not heard of; undefined while it is heard. */
export type SilenceMs = number | undefined;

export function removalView(snapshot: SnapshotJson | undefined, silence: SilenceMs): RemovalView {
  if (snapshot === undefined) return { tone: 'unknown', sign: '?', answer: 'Not known yet', why: 'The controller has not answered yet. Leave power on.' };
  const { isSafe } = snapshot.removal;
  const why = sentence(snapshot.removal.why);
  if (silence !== undefined) {
    return {
      tone: 'unknown', sign: '?', answer: 'Not known',
      why: `Nothing heard from the controller for ${durationText(silence)}. The last answer was “${isSafe ? 'yes' : 'no'}”: ${why} Leave power on until it answers again.`,
    };
  }
  return isSafe ? { tone: 'safe', sign: '✓', answer: 'Yes', why } : { tone: 'unsafe', sign: '✕', answer: 'No. Leave power on.', why };
}
