// A button: whether it can be pressed, why not, and what the user is told before it acts.

export interface ActionView {
  readonly label: string;
  /** Why it can not be done now; undefined when it can. */
  readonly obstacle: string | undefined;
  /** Asked before it acts; undefined for what only looks. */
  readonly question: QuestionView | undefined;
}

/** What is asked before something is done. */
export interface QuestionView {
  readonly title: string;
  /** What will happen, a paragraph each. */
  readonly consequences: readonly string[];
  /** Whether something can be lost. */
  readonly isGrave: boolean;
}

/** What stands in the way of everything: no connection, no right, someone who holds the lock. */
export interface Circumstances {
  readonly isHeard: boolean;
  readonly mayOperate: boolean;
}

/** The first of these obstacles that there is. */
export function obstacleOf({ isHeard, mayOperate }: Circumstances, ...others: readonly (string | undefined | false)[]): string | undefined {
  if (!isHeard) return 'the controller is not heard';
  if (!mayOperate) return 'your account may look, not act';
  return others.find((other): other is string => typeof other === 'string');
}

/** Why buttons of a group can not be pressed, each reason once: `Restart, Reset: the host is off.` */
export function obstaclesText(actions: readonly ActionView[]): string {
  const labels = new Map<string, string[]>();
  for (const { label, obstacle } of actions) {
    if (obstacle !== undefined) labels.set(obstacle, [...labels.get(obstacle) ?? [], label]);
  }
  const [[only, named] = ['', []]] = labels;
  if (labels.size === 1 && named.length === actions.length) return `Not possible now: ${only}.`;
  return [...labels].map(([obstacle, names]) => `${names.join(', ')}: ${obstacle}.`).join(' ');
}
