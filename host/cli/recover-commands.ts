// The command that shows what recovery would do, how far it is, and orders one of the agent that runs.
import { existsSync, readFileSync } from 'node:fs';
import { type Command, JSON_OPTION, machineOf, type OptionValues, textOf, usage } from './command.ts';
import { STATE_OPTION } from './history-commands.ts';
import type { RecoveryState } from '../recovery/recovery-state.ts';

const stateOf = (values: OptionValues): string => textOf(values, 'state') ?? machineOf(values);

function print(values: OptionValues, events: readonly object[], lines: readonly string[]): void {
  const text = values['json'] === true ? events.map((event) => JSON.stringify(event)) : lines;
  process.stdout.write(text.map((line) => `${line}\n`).join(''));
}

/** The config that is named, or the one that the controller was started with last. */
async function configOf(values: OptionValues) {
  const { readRecoveryConfig } = await import('../recovery/recovery-config.ts');
  const { configInForce } = await import('../recovery/start.ts');
  const given = textOf(values, 'recovery');
  if (given !== undefined) return readRecoveryConfig(given);
  try {
    return readRecoveryConfig(readFileSync(configInForce(stateOf(values)), 'utf8').trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw usage(`ferry recover: expected --recovery FILE, or a state directory whose controller was started with one, got neither (${stateOf(values)})`, 'recover');
  }
}

async function dryRun(values: OptionValues): Promise<number> {
  const [{ previewRecovery }, { conditionText, describeChoice, sourceFailure }] = await Promise.all([import('../recovery/preview.ts'), import('../recovery/recovery-text.ts')]);
  const previews = await previewRecovery(stateOf(values), await configOf(values), new AbortController().signal);
  const lines = previews.flatMap((preview) => [
    `${preview.component}: ${conditionText(preview)}`,
    ...(preview.state === undefined || preview.state.phase === 'healthy' ? [] : [`  the agent: ${preview.state.phase}: ${preview.state.text}`]),
    ...preview.found.failures.map((failure) => `  ${sourceFailure(failure)}`),
    ...describeChoice(preview.choice).map(({ text }) => `  ${text}`),
  ]);
  const events = previews.map(({ component, condition, expected, got, reason, found, choice, state }) => ({
    event: 'recovery-preview', component, condition, expected, got, reason: reason ?? null, phase: state?.phase ?? null, failures: found.failures, why: choice.why,
    chosen: choice.chosen === undefined ? null : { source: choice.chosen.source, id: choice.chosen.id, ...choice.chosen.statement },
    candidates: choice.judged.map(({ candidate: { source, id, statement }, isGood, reason: text }) => ({ source, id, ...statement, isGood, reason: text })),
  }));
  print(values, events, lines);
  if (previews.every(({ reason }) => reason === undefined)) return 2;
  return previews.every(({ reason, choice }) => reason === undefined || choice.chosen !== undefined) ? 0 : 5;
}

async function order(values: OptionValues): Promise<number> {
  const state = stateOf(values);
  const { controllerRunsOn } = await import('../bmc/state-lock.ts');
  if (!existsSync(state) || !controllerRunsOn(state)) throw usage(`ferry recover --now: expected a controller that runs on ${state}, got none`, 'recover');
  const [component, version, sha256] = ['component', 'version', 'sha256'].map((name) => textOf(values, name));
  const { leaveOrder } = await import('../recovery/orders.ts');
  leaveOrder(state, { ...(component === undefined ? {} : { component }), wanted: { ...(version === undefined ? {} : { version }), ...(sha256 === undefined ? {} : { sha256 }) } });
  print(values, [{ event: 'recovery-ordered', state }], ['the order is left for the agent of that controller; its log says what becomes of it']);
  return 0;
}

async function status(values: OptionValues): Promise<number> {
  const { readJournal } = await import('../recovery/journal.ts');
  const states = [...readJournal(stateOf(values)).values()];
  print(values, states.map((state) => ({ event: 'recovery', ...state })), states.length === 0 ? ['nothing has ever had to be recovered here'] : states.flatMap(stateLines));
  return states.some(({ phase }) => phase === 'locked') ? 5 : 0;
}

const stateLines = ({ component, phase, at, text, tried }: RecoveryState): string[] => [`${component}: ${phase} since ${at}: ${text}`, ...tried.map(({ why }) => `  has failed: ${why}`)];

const recover: Command = {
  name: 'recover',
  summary: 'what recovery would choose and why; how far it is; an order for one',
  text: [
    'Recovery itself is done by the controller that was started with `ferry bmc --recovery FILE`. This command looks, or asks.',
    'Without --now or --dry-run: how far each component is, by the journal. --dry-run reads flash and asks the sources, and',
    'changes nothing: exit code 2 when nothing is needed, 0 when something would be chosen, 5 when not.',
  ],
  options: [
    STATE_OPTION,
    { name: 'dry-run', text: 'what is wrong, every candidate with its verdict, and what would be chosen; also while the controller runs' },
    { name: 'now', text: 'have the agent of the running controller do it now, also when it is locked or only asks' },
    { name: 'recovery', value: 'FILE', text: 'the recovery.ini for --dry-run (default: the one that the controller was started with)' },
    { name: 'component', value: 'NAME', text: 'with --now: only this component' },
    { name: 'version', value: 'TEXT', text: 'with --now: this version' },
    { name: 'sha256', value: 'DIGEST', text: 'with --now: exactly this image' },
    { ...JSON_OPTION, text: 'one JSON object a line for every component' },
  ],
  examples: [
    ['ferry recover --state machine --dry-run', 'what would be chosen, and why'],
    ['ferry recover --state machine --now', 'an order for the running controller'],
    ['ferry recover --state machine', 'how far it is'],
  ],
  async run(values) {
    if (values['now'] === true && values['dry-run'] === true) throw usage('ferry recover: expected --now or --dry-run, got both', 'recover');
    if (values['now'] === true) return order(values);
    return values['dry-run'] === true ? dryRun(values) : status(values);
  },
};

export const RECOVER_COMMANDS: readonly Command[] = [recover];
