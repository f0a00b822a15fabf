// The command that shows what is in the flash of a state directory, and reads it back. It only reads, and takes no lock.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, JSON_OPTION, machineOf, type OptionValues, textOf, usage } from './command.ts';
import type { Board } from '../bmc/board.ts';
import type { SeenFlash, SeenRecords } from '../bmc/flash-report.ts';
import { STATE_OPTION } from './history-commands.ts';

const BOARD_OPTION = { name: 'board', value: 'FILE', text: 'a description of the board, which names the parts (default: the one that the controller left in the state directory)' };

const UNKNOWN_PART = '  the description of the board has no such chips: give --board FILE for their parts';

interface Looked {
  readonly state: string;
  readonly flash: SeenFlash;
  readonly records: SeenRecords | undefined;
}

async function look(values: OptionValues): Promise<Looked> {
  const { seeFlash, readRecords } = await import('../bmc/flash-report.ts');
  const state = textOf(values, 'state') ?? machineOf(values);
  const flash = seeFlash(state, await boardOf(values, state));
  return { state, flash, records: readRecords(flash) };
}

async function boardOf(values: OptionValues, state: string): Promise<Board> {
  const left = join(state, 'board.json');
  const path = textOf(values, 'board') ?? (existsSync(left) ? left : undefined);
  if (path !== undefined) return (await import('../bmc/board-file.ts')).readBoard(path);
  return (await import('../bmc/board.ts')).DEFAULT_BOARD;
}

function print(values: OptionValues, events: readonly object[], lines: readonly string[]): void {
  const text = values['json'] === true ? events.map((event) => JSON.stringify(event)) : lines;
  process.stdout.write(text.map((line) => `${line}\n`).join(''));
}

async function info(values: OptionValues): Promise<number> {
  const { flash, records } = await look(values);
  const [{ componentsOf }, { chipLines, protectedLines, recordsLines, slotLines }, { chipEvent, slotEvents }] = await Promise.all([
    import('../bmc/flash-report.ts'), import('./flash-text.ts'), import('./flash-events.ts'),
  ]);
  const components = componentsOf(flash, records);
  const usage = records === undefined ? {} : { pages: records.count, used: records.pages.length, blank: records.blank, unreadable: records.unreadable };
  print(values, [
    ...flash.chips.map(chipEvent),
    ...slotEvents(components, records),
    { event: 'records', isThere: records !== undefined, ...usage },
    ...flash.strangers.map((file) => ({ event: 'stranger', file })),
  ], [
    'chips', ...chipLines(flash.chips), ...(flash.chips.some(({ part }) => part === undefined) ? [UNKNOWN_PART] : []), '', 'slots, as the newest records say', ...slotLines(components, records), '', ...recordsLines(records),
    ...protectedLines(flash.chips),
    ...flash.strangers.map((file) => `${file} in ${flash.directory} is no flash chip of Ferry, or has the wrong size; it is not looked at`),
  ]);
  return 0;
}

async function changes(values: OptionValues): Promise<number> {
  const { flash, records } = await look(values);
  const [{ recordChanges }, { changeLines, recordsLines }] = await Promise.all([import('../bmc/flash-report-changes.ts'), import('./flash-text.ts')]);
  const all = [...records?.components ?? []].map(([component, pages]) => ({ component, changes: recordChanges(pages) }));
  print(values, all.flatMap(({ component, changes: own }) =>
    own.map(({ sequence, count, changes: texts }) => ({ event: 'slot-record', component, sequence, records: count, changes: texts }))), [
    ...all.flatMap(({ component, changes: own }) => [component, ...changeLines(own)]),
    ...(all.length === 0 ? ['no slot record is kept: nothing was ever stored, or the records can not be read'] : ['']),
    ...recordsLines(records),
    `erases so far: ${flash.chips.map(({ name, wear }) => `${name} ${wear === undefined ? 'not kept' : wear.reduce((sum, count) => sum + count, 0)}`).join(', ')} (of 4 KiB sectors)`,
  ]);
  return 0;
}

async function verify(values: OptionValues, component: string | undefined): Promise<number> {
  const { state, flash, records } = await look(values);
  const { componentsOf } = await import('../bmc/flash-report.ts');
  const names = componentsOf(flash, records).map(({ name }) => name);
  if (component !== undefined && !names.includes(component)) {
    throw usage(`ferry flash verify: expected one of ${names.join(', ')}, got ${JSON.stringify(component)}`, 'flash');
  }
  const [{ verdictExitCode, verifyFlash }, { controllerRunsOn }, { recordsLines, verdictLines }, { verdictEvent }] = await Promise.all([
    import('../bmc/flash-report-verify.ts'), import('../bmc/state-lock.ts'), import('./flash-text.ts'), import('./flash-events.ts'),
  ]);
  const verdicts = verifyFlash(flash, component);
  const runs = controllerRunsOn(state);
  const exitCode = verdictExitCode(verdicts, runs, records);
  print(values, [...verdicts.map(verdictEvent), { event: 'flash-verified', exitCode, controllerRuns: runs }], [
    ...verdicts.flatMap((verdict) => verdictLines(verdict, runs)),
    ...(records === undefined || records.unreadable > 0 ? recordsLines(records) : []),
    SUMMARIES[exitCode],
  ]);
  return exitCode;
}

const SUMMARIES = {
  0: 'nothing differs from the records',
  1: 'a slot that does not run is not what its record says: send the image again before it is needed',
  5: 'an image that runs is not whole, or not known to be: start its controller if none runs, and run the config that has it again, before any reset; an image that was whole and is damaged is put back by recovery (`ferry bmc --recovery`, `ferry recover`)',
} as const;

const flash: Command = {
  name: 'flash',
  summary: 'what is in the flash; the slots read back and compared with the records',
  text: [
    'Reads the flash files of a state directory; changes nothing, and works while the controller runs.',
    '  info                the chips, how worn they are, and what each slot holds by the newest record',
    '  history             the slot records that are still kept, in their order, and what changed from one to the next',
    '  verify [COMPONENT]  reads each slot and compares its SHA-256 with the record: exit code 0 when nothing differs,',
    '                      1 when a slot differs that does not run, 5 when the image that runs is not whole',
  ],
  operands: 'info | history | verify [COMPONENT]',
  options: [STATE_OPTION, BOARD_OPTION, { ...JSON_OPTION, text: 'one JSON object a line for every chip, slot and record' }],
  examples: [
    ['ferry flash info --state machine', 'chips, wear, slots'],
    ['ferry flash verify bmc', 'both slots of bmc, read back'],
    ['ferry flash verify --json', 'all of it, for a script'],
  ],
  async run(values, operands) {
    const [what, operand, ...more] = operands;
    const isKnown = what === 'verify' ? more.length === 0 : (what === 'info' || what === 'history') && operand === undefined;
    if (!isKnown) throw usage(`ferry flash: expected info, history or verify [COMPONENT], got ${what === undefined ? 'none' : JSON.stringify(operands.join(' '))}`, 'flash');
    if (what === 'verify') return verify(values, operand);
    return what === 'info' ? info(values) : changes(values);
  },
};

export const FLASH_COMMANDS: readonly Command[] = [flash];
