// The command that shows what recovery would do, how far it is, and orders one of the agent that runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, JSON_OPTION, machineOf, type OptionValues, textOf, usage } from './command.ts';
import { STATE_OPTION } from './history-commands.ts';
import type { RecoveryConfig } from '../recovery/recovery-config.ts';
import { giveOrder, orderOf } from './recover-order.ts';
import { componentStatuses, situationLines } from './recover-status.ts';

const stateOf = (values: OptionValues): string => textOf(values, 'state') ?? machineOf(values);

function print(values: OptionValues, events: readonly object[], lines: readonly string[]): void {
  const text = values['json'] === true ? events.map((event) => JSON.stringify(event)) : lines;
  process.stdout.write(text.map((line) => `${line}\n`).join(''));
}

/** The config that is named, or the one that the controller was started with last. */
async function configOf(values: OptionValues): Promise<RecoveryConfig> {
  const [{ readRecoveryConfig }, { configInForce }] = await Promise.all([import('../recovery/recovery-config.ts'), import('../recovery/config-in-force.ts')]);
  const given = textOf(values, 'recovery');
  const config = given === undefined ? configInForce(stateOf(values)) : readRecoveryConfig(given);
  if (config !== undefined) return config;
  throw usage(`ferry recover: expected --recovery FILE, or a state directory whose controller was started with one, got neither (${stateOf(values)})`, 'recover');
}

/** The component that is named, which has to be a watched one; undefined when none is named. */
function namedComponent(values: OptionValues, { components }: RecoveryConfig): string | undefined {
  const name = textOf(values, 'component');
  if (name === undefined || components.some((one) => one.name === name)) return name;
  throw usage(`--component: expected ${components.map((one) => one.name).join(' or ')}, which recovery.ini watches, got ${JSON.stringify(name)}`, 'recover');
}

async function dryRun(values: OptionValues): Promise<number> {
  const [{ previewRecovery }, { conditionText, describeChoice, sourceFailure }] = await Promise.all([import('../recovery/preview.ts'), import('../recovery/recovery-text.ts')]);
  const config = await configOf(values);
  const named = namedComponent(values, config);
  const meant = { ...config, components: config.components.filter(({ name }) => named === undefined || name === named) };
  const previews = await previewRecovery(stateOf(values), meant, new AbortController().signal);
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
  const [{ controllerRunsOn }, { configInForce }] = await Promise.all([import('../bmc/state-lock.ts'), import('../recovery/config-in-force.ts')]);
  if (!existsSync(state) || !controllerRunsOn(state)) throw usage(`ferry recover --now: expected a controller that runs on ${state}, got none`, 'recover');
  const config = configInForce(state);
  if (config === undefined) throw usage(`ferry recover --now: expected a controller that was started with --recovery, got one without (${state})`, 'recover');
  const given = orderOf(values, namedComponent(values, config));
  await giveOrder(state, given);
  const names = given.component === undefined ? config.components.map(({ name }) => name) : [given.component];
  print(values, [{ event: 'recovery-ordered', state, components: names, ...given.wanted }], [`the agent has taken the order for ${names.join(', ')}; \`ferry recover\` shows how far it is, the controller's log what happens`]);
  return 0;
}

async function status(values: OptionValues): Promise<number> {
  const state = stateOf(values);
  const [{ readJournal }, { controllerRunsOn }, { configInForce }] = await Promise.all([
    import('../recovery/journal.ts'), import('../bmc/state-lock.ts'), import('../recovery/config-in-force.ts'),
  ]);
  if (!existsSync(join(state, 'board.json'))) throw usage(`ferry recover: expected the state directory of a controller, got ${state}, which is none`, 'recover');
  const config = configInForce(state);
  const situation = { state, isRunning: controllerRunsOn(state), watched: config?.components.map(({ name }) => name), journal: readJournal(state) };
  const named = textOf(values, 'component');
  const statuses = componentStatuses(situation);
  if (named !== undefined && !statuses.some(({ component }) => component === named)) throw usage(`--component: expected ${statuses.map(({ component }) => component).join(' or ') || 'no name, since nothing is watched'}, got ${JSON.stringify(named)}`, 'recover');
  const meant = named === undefined ? situation : { ...situation, watched: situation.watched?.filter((name) => name === named), journal: new Map([...situation.journal].filter(([name]) => name === named)) };
  print(values, componentStatuses(meant).map((one) => ({ event: 'recovery', controllerRuns: situation.isRunning, ...one })), situationLines(meant));
  return componentStatuses(meant).some(({ phase }) => phase === 'locked') ? 5 : 0;
}

/** A wish without an order would be left out without a word. */
function expectOrder(values: OptionValues): void {
  if (values['now'] === true) return;
  const stray = ['version', 'sha256'].find((name) => values[name] !== undefined);
  if (stray !== undefined) throw usage(`ferry recover: expected --now with --${stray}, got --${stray} alone`, 'recover');
}

const recover: Command = {
  name: 'recover',
  summary: 'what recovery would choose and why; how far it is; an order for one',
  text: [
    'Recovery itself is done by the controller that was started with `ferry bmc --recovery FILE`. This command looks, or asks.',
    'Without --now or --dry-run: how far each component is; exit code 5 when one is locked and waits for a person. --dry-run',
    'reads flash and asks the sources, and changes nothing: exit code 2 when nothing is needed, 0 when something would be',
    'chosen, 5 when not. --now also opens a lock.',
  ],
  options: [
    STATE_OPTION,
    { name: 'dry-run', text: 'what is wrong, every candidate with its verdict, and what would be chosen; also while the controller runs' },
    { name: 'now', text: 'have the agent of the running controller do it now, also when it is locked or only asks' },
    { name: 'recovery', value: 'FILE', text: 'the recovery.ini for --dry-run (default: the one that the controller was started with)' },
    { name: 'component', value: 'NAME', text: 'only this component' },
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
    expectOrder(values);
    return values['dry-run'] === true ? dryRun(values) : status(values);
  },
};

export const RECOVER_COMMANDS: readonly Command[] = [recover];
