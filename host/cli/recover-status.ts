// `ferry recover` without a switch: how far each component is, by the journal and by what is watched.
import type { RecoveryState } from '../recovery/recovery-state.ts';

export interface ComponentStatus extends Partial<Omit<RecoveryState, 'component' | 'phase' | 'text'>> {
  readonly component: string;
  readonly phase: string;
  readonly text: string;
  readonly isWatched: boolean;
}

export interface RecoverySituation {
  readonly state: string;
  readonly isRunning: boolean;
  /** Names of the components that are watched; undefined when the controller was started without recovery. */
  readonly watched: readonly string[] | undefined;
  readonly journal: ReadonlyMap<string, RecoveryState>;
}

/** Watched ones in the order of the config, then those of which only the journal knows. */
export function componentStatuses({ watched = [], journal }: RecoverySituation): ComponentStatus[] {
  const names = [...new Set([...watched, ...journal.keys()])];
  return names.map((component) => ({ phase: 'healthy', text: 'nothing was ever wrong with it', ...journal.get(component), component, isWatched: watched.includes(component) }));
}

export function situationLines(situation: RecoverySituation): string[] {
  const { isRunning, watched, state } = situation;
  const head: string[] = [];
  if (watched === undefined) head.push(`${isRunning ? 'the controller' : 'the last controller'} on ${state} was started without --recovery: nothing is watched`);
  else if (!isRunning) head.push(`no controller runs on ${state}: nothing is watched now; this is how the last one left it`);
  return [...head, ...componentStatuses(situation).flatMap(statusLines)];
}

function statusLines({ component, phase, at, text, candidate, tried = [] }: ComponentStatus): string[] {
  return [
    `${component}: ${phase}${at === undefined ? '' : ` since ${at}`}: ${text}`,
    ...(candidate === undefined ? [] : [`  the image: ${candidate.version} from ${candidate.source}, sha256 ${candidate.sha256}`]),
    ...tried.map(({ why }) => `  has failed: ${why}`),
  ];
}
