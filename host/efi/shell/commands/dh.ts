import { DEVICE_PATH_PROTOCOL, LOADED_IMAGE_PROTOCOL, type ProtocolGuid } from '../../guid.ts';
import type { Handle } from '../../handle-database.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';

const MAXIMUM_DETAIL = 30;

/** `PciRoot(0x0)/Pci(0x0,0x0)`, or the end of what is too long. */
const shortened = (text: string): string => (text.length > MAXIMUM_DETAIL ? `..${text.slice(2 - MAXIMUM_DETAIL)}` : text);

function detail(shell: Shell, handle: Handle, protocol: ProtocolGuid<object>): string {
  if (protocol.guid === DEVICE_PATH_PROTOCOL.guid) return `(${shortened(shell.boot.handleProtocol(handle, DEVICE_PATH_PROTOCOL).text)})`;
  if (protocol.guid === LOADED_IMAGE_PROTOCOL.guid) return `(${shortened(shell.boot.handleProtocol(handle, LOADED_IMAGE_PROTOCOL).filePath.text)})`;
  return '';
}

const numberText = ({ number }: Handle): string => number.toString(16).toUpperCase().padStart(2, '0');

function row(shell: Shell, handle: Handle): string {
  const names = shell.boot.protocolsPerHandle(handle).map((protocol) => `${protocol.name}${detail(shell, handle, protocol)} `);
  return `${numberText(handle)}: ${names.join('')}\n`;
}

function handlesFor(shell: Shell, word: string | undefined, protocolName: string | undefined): Handle[] {
  const all = shell.boot.locateHandle();
  if (protocolName !== undefined) {
    const found = all.filter((handle) => shell.boot.protocolsPerHandle(handle).some(({ name, guid }) => [name, guid].some((own) => own.toLowerCase() === protocolName.toLowerCase())));
    if (found.length === 0) throw new CommandError('NOT_FOUND', `dh: No protocol named '${protocolName}' is on any handle.`);
    return found;
  }
  const found = word === undefined ? all : all.filter((handle) => numberText(handle) === word.toUpperCase().padStart(2, '0'));
  if (found.length === 0) throw new CommandError('INVALID_PARAMETER', `dh: Handle '${word}' not found`);
  return found;
}

export const dh: ShellCommand = {
  name: 'dh',
  summary: 'Shows the handles and the protocols on them.',
  usage: 'dh [-b] [HANDLE]\ndh [-b] -p PROTOCOL\n\n  -p - The handles with a protocol, by its name in the list or by its GUID.\n  -b - Stops after every screen.\nHANDLE is the hexadecimal number of the list.',
  setsLastError: true,
  run(shell, words) {
    const { flags, values } = parseOptions('dh', words, ['-p'], { most: 1 });
    const [word] = values;
    if (flags.has('-p') && word === undefined) throw new CommandError('INVALID_PARAMETER', "dh: Missing argument for flag - '-p'");
    const handles = flags.has('-p') ? handlesFor(shell, undefined, word) : handlesFor(shell, word, undefined);
    if (flags.has('-p')) shell.print(`Handle dump by protocol '${word}'\n`);
    else if (word === undefined) shell.print('Handle dump\n');
    handles.forEach((handle) => shell.print(row(shell, handle)));
  },
};
