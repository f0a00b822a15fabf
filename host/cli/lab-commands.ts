// The command that plays a rack on one machine.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type Command, JSON_OPTION, numberOf, type OptionValues, textOf, usage } from './command.ts';

const placesOf = async (values: OptionValues) => new (await import('../lab/lab-places.ts')).LabPlaces(textOf(values, 'state') ?? 'lab');

async function start(values: OptionValues): Promise<number> {
  const { runLab } = await import('../lab/lab-run.ts');
  const pagePort = numberOf(values, 'page-port', 0, 65_535);
  return runLab({
    directory: textOf(values, 'state') ?? 'lab', count: numberOf(values, 'count', 1, 20), ratePerSecond: (numberOf(values, 'rate', 64, 1_000_000) ?? 1024) * 1024,
    inNamespaces: values['namespaces'] === true, json: values['json'] === true, pagePort: pagePort ?? (values['page'] === true ? 0 : undefined),
  });
}

async function breakOne(values: OptionValues, operand: string | undefined): Promise<number> {
  const places = await placesOf(values);
  const number = /^\d{1,2}$/.test(operand ?? '') ? Number(operand) : 0;
  if (number < 1 || number > places.count) throw usage(`ferry lab break: expected the number of a controller, 1 to ${places.count}, in ${places.root}, got ${operand ?? 'none'}`, 'lab');
  const [{ breakHub, eraseHub }, { HEADER_SIZE, LAB_IMAGE_SIZE }, { orderReset, readLabRecord }] = await Promise.all([import('../lab/break-hub.ts'), import('../lab/lab-image.ts'), import('../lab/lab-record.ts')]);
  if (!existsSync(places.hub(number))) throw usage(`ferry lab break: expected a firmware hub, ${places.hub(number)} is none`, 'lab');
  // Anywhere behind the header.
  const offset = values['erase'] === true ? 0 : HEADER_SIZE + randomInt((LAB_IMAGE_SIZE - 2 * HEADER_SIZE) / 256) * 256;
  const changed = values['erase'] === true ? eraseHub(places.hub(number)) : breakHub(places.hub(number), offset);
  const isReset = values['reset'] === true && readLabRecord(places) !== undefined;
  if (isReset) orderReset(places, number);
  const text = `bmc ${number}: ${changed} bytes of its BIOS from ${offset} on are damaged${isReset ? ', and its machine is reset' : ''}; nobody has told the controller`;
  process.stdout.write(values['json'] === true ? `${JSON.stringify({ event: 'broken', bmc: number, offset, changed, reset: isReset, text })}\n` : `${text}\n`);
  return 0;
}

async function status(values: OptionValues): Promise<number> {
  const [places, { readLabRecord }, { labTable }] = await Promise.all([placesOf(values), import('../lab/lab-record.ts'), import('../lab/lab-table.ts')]);
  const record = readLabRecord(places);
  if (record === undefined) throw usage(`ferry lab status: expected a lab that runs in ${places.root}, got none`, 'lab');
  const lines = values['json'] === true
    ? record.view.boards.map((board) => JSON.stringify({ event: 'board', ...board }))
    : labTable({ ...record.view, lines: [] }, { width: process.stdout.columns ?? 160, height: 1000, hasColours: false });
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return record.view.boards.every(({ phase, host }) => phase !== 'locked' && phase !== 'ended' && host !== 'stopped') ? 0 : 5;
}

async function stop(values: OptionValues): Promise<number> {
  const [places, { readLabRecord }, { isRunning }, { endLeftovers }] = await Promise.all([placesOf(values), import('../lab/lab-record.ts'), import('../process-identity.ts'), import('../lab/lab-leftovers.ts')]);
  const record = readLabRecord(places);
  const said = (text: string): number => {
    process.stdout.write(values['json'] === true ? `${JSON.stringify({ event: 'stopped', text })}\n` : `${text}\n`);
    return 0;
  };
  if (record === undefined && (await endLeftovers(places))) return said(`what a lab in ${places.root} has left that was killed has ended`);
  if (record === undefined) throw usage(`ferry lab stop: expected a lab that runs in ${places.root}, got none`, 'lab');
  process.kill(record.process.pid, 'SIGTERM');
  while (isRunning(record.process)) await new Promise((resolve) => setTimeout(resolve, 50));
  return said(`the lab in ${places.root} has ended; the same command starts it again as it is`);
}

const ACTIONS: Readonly<Record<string, (values: OptionValues, operand: string | undefined) => Promise<number>>> = { start, break: breakOne, status, stop };

const lab: Command = {
  name: 'lab',
  summary: 'play a small rack on this machine: controllers that bring back each other\'s BIOS',
  operands: '[start | break N | status | stop]',
  text: [
    'Starts controllers as processes of their own, each with a machine whose BIOS lies in its firmware hub, and a console that',
    'donates. `break N` damages one\'s BIOS as a bad write does; its controller finds that out by itself and gets another copy',
    'from its neighbours. On a terminal a table shows all of it; into a pipe go lines. Key and images are made for the lab',
    'and worth nothing elsewhere. Ctrl-C and `stop` end it and keep its state. The hardware is emulated, the rest is not.',
  ],
  options: [
    { name: 'state', value: 'DIR', text: 'where the lab keeps its things (default: lab)' },
    { name: 'count', value: 'N', text: 'controllers, 1 to 20 (default: as many as there are, at first 5)' },
    { name: 'rate', value: 'KIB', text: 'KiB a second that one donor gives, so that something can be seen (default: 1024)' },
    { name: 'namespaces', text: 'a network namespace for each, joined by a bridge: as root (default: loopback addresses)' },
    { name: 'page', text: 'serve a page that shows the rack, on loopback' },
    { name: 'page-port', value: 'PORT', text: 'the same, on this port' },
    { name: 'erase', text: 'with break: all of its firmware hub is erased, so that all of the image has to come' },
    { name: 'reset', text: 'with break: press the reset button of the machine, too, which then dies on the way up' },
    JSON_OPTION,
  ],
  examples: [
    ['ferry lab', 'a rack of five; in another terminal:'],
    ['ferry lab break 3', 'and look at what happens to the third'],
    ['ferry lab --page', 'in a browser'],
    ['ferry lab stop', 'ends it'],
  ],
  async run(values, [action = 'start', operand, ...more]) {
    const act = ACTIONS[action];
    if (act === undefined || more.length > 0 || (operand !== undefined && action !== 'break')) throw usage(`ferry lab: expected start, break N, status or stop, got ${[action, operand, ...more].filter((word) => word !== undefined).join(' ')}`, 'lab');
    return act(values, operand);
  },
};

export const LAB_COMMANDS: readonly Command[] = [lab];
