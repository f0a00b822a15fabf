// What the table and the page show of a lab and of each machine in it, as it follows from the events of its controller. Pure.

/** A step of a recovery, and when it was reached. */
export const STEPS = ['suspected', 'request sent', 'offers', 'donor chosen', 'bytes', 'written', 'read back', 'released', 'healthy'] as const;
export type Step = (typeof STEPS)[number];
/** Of a machine: without power, on its way up, up, or stopped on it. */
export type HostState = 'off' | 'post' | 'up' | 'stopped';
export type Tone = 'good' | 'busy' | 'bad' | 'plain';

export interface BoardView {
  readonly number: number;
  readonly address: string;
  /** Its machine. */
  readonly host: HostState;
  readonly hostText: string;
  readonly tone: Tone;
  /** One word: a phase of the recovery; `starting`, `watching` or `ended`. */
  readonly phase: string;
  readonly text: string;
  /** Of the recovery that is under way or was the last one. */
  readonly reached: Partial<Readonly<Record<Step, string>>>;
  readonly offers: readonly string[];
  readonly choice: string;
  /** Of the image that is fetched. */
  readonly received: { readonly done: number; readonly total: number } | undefined;
  /** To whom it gives at this moment. */
  readonly gives: readonly string[];
}

/** All of a lab. */
export interface LabView {
  /** The console's address. */
  readonly console: string;
  /** Of the page, when there is one. */
  readonly page: string | undefined;
  readonly boards: readonly BoardView[];
  /** What was said last, the newest at the end. */
  readonly lines: readonly string[];
}

/** A line of a controller's output. */
export interface BoardEvent {
  readonly event: string;
  readonly text: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export const newBoard = (number: number, address: string): BoardView => ({
  number, address, host: 'off', hostText: 'off', tone: 'plain', phase: 'starting', text: 'the controller starts', reached: {}, offers: [], choice: '', received: undefined, gives: [],
});

const STEP_OF: Readonly<Record<string, Step>> = {
  'recovery-needed': 'suspected', 'recovery-sourcing': 'request sent', 'recovery-candidate': 'offers', 'recovery-choice': 'donor chosen', 'recovery-fetching': 'bytes',
  'recovery-writing': 'written', 'recovery-reading-back': 'read back', 'recovery-releasing': 'released', 'recovery-healthy': 'healthy',
};
const GOOD = ['healthy', 'watching'];
const BAD = ['needed', 'retry', 'locked', 'ended', 'asking'];

/** The board after the event. */
export function after(board: BoardView, { event, text, time, ...fields }: BoardEvent): BoardView {
  const said = text.replace(/^bios: /, '');
  const step = STEP_OF[event];
  const reached = event === 'recovery-needed' ? { suspected: time } : step === undefined ? board.reached : { ...from(board.reached, step), [step]: time };
  const phase = phaseOf(event);
  const next = { ...board, reached, ...(phase === undefined ? {} : { phase, text: said, tone: toneOf(phase) }) };
  switch (event) {
    case 'ready': return board.phase === 'starting' ? { ...next, phase: 'watching', text: 'nothing has had to be recovered', tone: 'good' } : next;
    case 'recovery-needed': return { ...next, offers: [], choice: '', received: undefined };
    case 'recovery-sourcing': return { ...next, offers: [], choice: '' };
    case 'recovery-candidate': return { ...next, offers: [...board.offers, said] };
    case 'recovery-choice': return { ...next, choice: said };
    case 'recovery-healthy': return { ...next, received: board.received && { done: board.received.total, total: board.received.total } };
    case 'donor-upload-started': return { ...next, gives: [...board.gives, String(fields['to'])] };
    case 'donor-upload-ended': return { ...next, gives: without(board.gives, String(fields['to'])) };
    default: return next;
  }
}

/** Steps up to this one: a try that begins anew takes back what the one before had reached. */
function from(reached: BoardView['reached'], step: Step): BoardView['reached'] {
  return Object.fromEntries(STEPS.slice(0, STEPS.indexOf(step)).flatMap((one) => (reached[one] === undefined ? [] : [[one, reached[one]]])));
}

function phaseOf(event: string): string | undefined {
  const phase = event.startsWith('recovery-') ? event.slice('recovery-'.length) : undefined;
  return ['needed', 'asking', 'sourcing', 'fetching', 'staged', 'waiting', 'holding', 'writing', 'reading-back', 'releasing', 'confirming', 'retry', 'locked', 'healthy'].find((one) => one === phase);
}

export const toneOf = (phase: string): Tone => (GOOD.includes(phase) ? 'good' : BAD.includes(phase) ? 'bad' : 'busy');

function without(names: readonly string[], name: string): readonly string[] {
  const at = names.indexOf(name);
  return at < 0 ? names : [...names.slice(0, at), ...names.slice(at + 1)];
}
