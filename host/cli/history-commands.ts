// The command that shows what became of upgrades, exports the transcript, and replays one. It only reads.
import { readFileSync } from 'node:fs';
import { type Command, type CommandOption, JSON_OPTION, machineOf, type OptionValues, textOf, usage } from './command.ts';
import type { SeenHistory } from '../bmc/history/history-reader.ts';
import type { CheckedChain } from '../bmc/history/transcript-check.ts';
import { isHash } from '../bmc/history/transcript-entry.ts';
import { FerryError } from '../error.ts';
import { historyLines, replayLines, upgradeLines } from './history-text.ts';

/** Where the controller's state is, as `ferry bmc` has it. */
export const STATE_OPTION: CommandOption = { name: 'state', value: 'DIR', text: 'the state directory of the controller (default: $FERRY_MACHINE, or machine)' };

/** A transcript is at most a few MiB. */
const FILE_LIMIT = 64 * 1024 * 1024;

const stateOf = (values: OptionValues): string => textOf(values, 'state') ?? machineOf(values);

async function see(values: OptionValues): Promise<SeenHistory> {
  const { seeHistory } = await import('../bmc/history/history-reader.ts');
  return seeHistory(stateOf(values));
}

function print(values: OptionValues, events: readonly object[], lines: readonly string[]): void {
  const text = values['json'] === true ? events.map((event) => JSON.stringify(event)) : lines;
  process.stdout.write(text.map((line) => `${line}\n`).join(''));
}

async function list(values: OptionValues): Promise<number> {
  const { upgrades, chain } = await see(values);
  const { fault } = chain;
  print(values, [...upgrades.map((record) => ({ event: 'upgrade', ...record })), ...(fault === undefined ? [] : [{ event: 'history-damaged', ...fault }])], [
    ...(upgrades.length === 0 ? ['no upgrade is kept in the history'] : historyLines(upgrades)),
    ...(fault === undefined ? [] : [`the transcript is damaged: ${fault.text}; \`ferry history replay\` says more`]),
  ]);
  return 0;
}

/** The id that is meant: all of it, or a beginning that no other has. */
function idOf(history: SeenHistory, given: string): string {
  const ids = [...new Set(history.upgrades.map(({ id }) => id).filter((id) => id.startsWith(given.toLowerCase())))];
  if (ids.length === 1 && ids[0] !== undefined) return ids[0];
  throw usage(`expected the id of one upgrade in the history, got ${JSON.stringify(given)}, which ${ids.length === 0 ? 'is none' : `can be ${ids.join(', ')}`}`, 'history');
}

async function show(values: OptionValues, given: string): Promise<number> {
  const history = await see(values);
  const id = idOf(history, given);
  const entries = history.entries.filter(({ upgrade }) => upgrade === id);
  const record = history.upgrades.find((one) => one.id === id);
  if (record !== undefined) print(values, [{ event: 'upgrade', ...record, entries }], upgradeLines(record, entries));
  return 0;
}

async function write(values: OptionValues, given: string | undefined): Promise<number> {
  const history = await see(values);
  const { exportTranscript } = await import('../bmc/history/transcript-export.ts');
  process.stdout.write(exportTranscript(history.lines, given === undefined ? 'device' : idOf(history, given)));
  return 0;
}

/** What is replayed: a chain, whose it is, and where that was found. */
interface Piece {
  readonly what: string;
  readonly chain: CheckedChain;
}

async function pieceOf(values: OptionValues, path: string | undefined): Promise<Piece> {
  const head = textOf(values, 'head')?.toLowerCase();
  if (head !== undefined && !isHash(head)) throw usage(`--head: expected 64 hexadecimal digits, got ${JSON.stringify(head)}`, 'history');
  if (path === undefined) {
    const { checkChain } = await import('../bmc/history/transcript-check.ts');
    return { what: `the transcript in ${stateOf(values)}`, chain: checkChain((await see(values)).lines, { of: 'device', head }) };
  }
  const { checkExport } = await import('../bmc/history/transcript-export.ts');
  const text = readText(path);
  const { header } = checkExport(text);
  const known = textOf(values, 'state') === undefined || header === undefined ? undefined : headIn(await see(values), header.of);
  return { what: `${path}, the transcript of ${header === undefined || header.of === 'device' ? 'the device' : `upgrade ${header.of}`}`, chain: checkExport(text, head ?? known) };
}

/** The newest hash that the device has of this chain. */
function headIn({ entries, upgrades }: SeenHistory, of: string): string {
  const head = of === 'device' ? entries.at(-1)?.hash : upgrades.find(({ id }) => id === of)?.head;
  if (head === undefined) throw usage(`--state: expected the device that this transcript is of, got one that knows nothing of ${of === 'device' ? 'any upgrade' : `upgrade ${of}`}`, 'history');
  return head;
}

function readText(path: string): string {
  try {
    const text = readFileSync(path);
    if (text.length > FILE_LIMIT) throw new Error(`expected at most ${FILE_LIMIT} bytes, got ${text.length}`);
    return text.toString('utf8');
  } catch (cause) {
    throw new FerryError('usage', `the transcript ${path} can not be read: ${(cause as Error).message}; nothing was touched`, {
      hint: 'give a file that `ferry history export` has written', exitCode: 64, cause,
    });
  }
}

async function replay(values: OptionValues, path: string | undefined): Promise<number> {
  const { what, chain } = await pieceOf(values, path);
  const { replayEntries } = await import('../bmc/history/transcript-replay.ts');
  const result = replayEntries(chain.entries);
  const isGood = chain.fault === undefined && result.fault === undefined && result.lost === 0;
  const head = chain.entries.at(-1)?.hash;
  const summary = { event: 'replay', isGood, entries: chain.entries.length, head, chainFault: chain.fault, orderFault: result.fault, unjudged: result.unjudged, lost: result.lost };
  print(values, [...result.upgrades.map((record) => ({ event: 'upgrade', ...record })), summary], [
    `${what}: ${chain.entries.length} entries`,
    chain.fault === undefined ? `the chain is whole${head === undefined ? '' : `, head ${head}`}` : `not whole: ${chain.fault.text}; what comes before it is as it was written`,
    ...replayLines(result, chain.fault === undefined),
  ]);
  return isGood ? 0 : 1;
}

const history: Command = {
  name: 'history',
  summary: 'what became of each upgrade; export its transcript, replay one',
  text: [
    'Lists the upgrades that the controller keeps, the newest first; reads its files and works while it runs.',
    '  show ID       all of one upgrade, event by event',
    '  export [ID]   the hash-chained transcript of the device, or of one upgrade, on the standard output',
    '  replay [FILE] checks an exported transcript, on any machine (without FILE: the one in the state directory): that the',
    '                chain is whole, and that the events come in an order that the device can have gone through.',
    '                Exit code 0 when both is so, 1 when not; it names the first entry that is wrong. Give --head, or the',
    '                device with --state, and it also finds entries that are missing at the end.',
  ],
  operands: '[show ID | export [ID] | replay [FILE]]',
  options: [
    STATE_OPTION,
    { name: 'head', value: 'HASH', text: 'replay: the hash that the transcript must end with' },
    { ...JSON_OPTION, text: 'one JSON object a line for every upgrade' },
  ],
  examples: [
    ['ferry history --state machine', 'the list'],
    ['ferry history export > transcript.jsonl', 'everything that is kept'],
    ['ferry history replay transcript.jsonl', 'elsewhere, offline'],
  ],
  async run(values, operands) {
    const [what, operand, ...more] = operands;
    const isKnown = what === undefined || ['show', 'export', 'replay'].includes(what);
    if (!isKnown || more.length > 0) throw usage(`ferry history: expected show ID, export [ID] or replay [FILE], got ${JSON.stringify(operands.join(' '))}`, 'history');
    if (what === 'show') {
      if (operand === undefined) throw usage('ferry history show: expected the id of an upgrade, got none', 'history');
      return show(values, operand);
    }
    if (what === 'export') return write(values, operand);
    return what === 'replay' ? replay(values, operand) : list(values);
  },
};

export const HISTORY_COMMANDS: readonly Command[] = [history];
