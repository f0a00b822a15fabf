// The commands that are in the loader itself. A name that is none of them is a utility of the volume.
import { PowerEvent } from '../efi/power-event.ts';
import type { FileEntry } from '../lif/directory.ts';
import { LifError } from '../lif/lif-error.ts';
import { fileTable } from '../lif/listing.ts';
import { AUTO_FILE, autoLines, textOf } from './text-file.ts';
import { EXIT_FAILED, type Loader } from './loader.ts';
import { runUtility } from './utility.ts';
import { words } from './words.ts';

interface IslCommand {
  /** The name that HELP shows, then others for the same. */
  readonly names: readonly [string, ...string[]];
  readonly help: string;
  run(loader: Loader, args: readonly string[]): void;
}

const COMMANDS: readonly IslCommand[] = [
  { names: ['HELP', '?'], help: 'Help facility', run: help },
  { names: ['LS', 'LISTF'], help: 'List ISL utilities', run: list },
  { names: ['LSAUTOFL', 'LISTAUTOFL'], help: 'List contents of autoboot file', run: listAuto },
  { names: ['DISPLAY', 'DI'], help: 'Display boot and console paths; DISPLAY FILE: the text of a file', run: display },
  { names: ['BOOT'], help: 'Hand over to the operating system', run: (loader) => loader.handOver() },
  { names: ['RESET'], help: 'Reset the machine; the loader starts anew', run: () => { throw new PowerEvent({ kind: 'reset', type: 'cold' }); } },
];

/** Carries out a line: a command, or a utility with its arguments. Every failure is said, none is thrown. */
export function execute(loader: Loader, line: string): void {
  const [name, ...args] = words(line) ?? [];
  if (name === undefined) {
    if (line.trim() !== '') refuse(loader, 'A quotation mark is not closed.');
    return;
  }
  const command = COMMANDS.find(({ names }) => names.includes(name.toUpperCase()));
  try {
    if (command) command.run(loader, args);
    else startUtility(loader, name, args);
  } catch (error) {
    if (!(error instanceof LifError)) throw error;
    refuse(loader, error.message);
  }
}

function startUtility(loader: Loader, name: string, args: readonly string[]): void {
  const file = found(loader, name);
  if (!file) {
    refuse(loader, `${name}: no command and no utility on the volume. Enter HELP for a list of both.`);
    return;
  }
  loader.console.clearBreak();
  const code = runUtility(loader, file, args);
  if (code !== undefined) loader.print(`${file.name} returned ${code}\n`);
  loader.lastCode = code ?? EXIT_FAILED;
}

/** What is no LIF name is no file either. */
function found(loader: Loader, name: string): FileEntry | undefined {
  try {
    return loader.volume.find(name);
  } catch (error) {
    if (error instanceof LifError && (error.code === 'bad-name' || error.code === 'long-name')) return undefined;
    throw error;
  }
}

function refuse(loader: Loader, message: string): void {
  loader.lastCode = EXIT_FAILED;
  loader.print(`${message}\n`);
}

function help(loader: Loader): void {
  const rows = COMMANDS.map(({ names, help: text }) => `    ${names.join(', ').padEnd(22)}${text}\n`);
  loader.print(`${rows.join('')}    ${'NAME [ARGUMENTS]'.padEnd(22)}Run a utility of the volume\n`);
  list(loader);
}

function list(loader: Loader): void {
  loader.print(`Utilities on this system are:\n\n${fileTable(loader.volume.directory())}`);
}

function listAuto(loader: Loader): void {
  const lines = autoLines(loader.volume);
  loader.print(lines ? `Auto-execute file contains:\n${lines.map((line) => `${line}\n`).join('')}` : `There is no ${AUTO_FILE} file on the volume.\n`);
}

function display(loader: Loader, [name]: readonly string[]): void {
  const { options: { volumeName, autoboot }, console } = loader;
  if (name !== undefined) {
    const text = textOf(loader.volume, loader.volume.get(name));
    loader.print(text === '' || text.endsWith('\n') ? text : `${text}\n`);
    return;
  }
  const consolePath = console.isTerminal ? 'the terminal' : 'standard input and output';
  loader.print(`    Primary boot path is ${volumeName}\n    Console path is ${consolePath}\n    Autoboot is ${autoboot ? 'ON' : 'OFF'}\n`);
}
