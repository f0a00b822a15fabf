import { GLOBAL_VARIABLE } from '../../guid.ts';
import { EfiError } from '../../status.ts';
import type { Variable } from '../../variable-store.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import type { Shell } from '../shell.ts';
import { attributesOf, dataOf, takeGuid } from '../variable-words.ts';

function present(shell: Shell, name: string, guid: string): Variable | undefined {
  try {
    return shell.system.runtimeServices.getVariable(name, guid);
  } catch (error) {
    if (error instanceof EfiError) return undefined;
    throw error;
  }
}

function show(shell: Shell, name: string, guid: string): void {
  const variable = present(shell, name, guid);
  if (!variable) throw new CommandError('ACCESS_DENIED', `setvar: Unable to get - ${guid} - ${name}`);
  const bytes = [...variable.data].map((byte) => `${byte.toString(16).toUpperCase().padStart(2, '0')} `).join('');
  shell.print(`${guid} - ${name} - ${variable.data.length.toString(16).toUpperCase().padStart(4, '0')} Bytes\n${bytes}\n`);
}

/** What is there keeps its attributes when none are given. No data delete it. */
function change(shell: Shell, name: string, guid: string, attributes: number, data: Uint8Array): void {
  const old = present(shell, name, guid);
  try {
    shell.system.runtimeServices.setVariable(name, guid, attributes || (old?.attributes ?? 0), data);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    throw new CommandError('ACCESS_DENIED', `setvar: Unable to set - ${guid} - ${name}`);
  }
}

export const setvar: ShellCommand = {
  name: 'setvar',
  summary: 'Shows, sets or deletes a variable of the firmware.',
  usage: 'setvar NAME [-guid GUID] [-bs] [-rt] [-nv] [=DATA...]\n\n  -guid - The namespace; that of the UEFI specification when not given.\n  -bs   - Boot services may use it.   -rt - The operating system too.   -nv - It is kept.\nDATA is hexadecimal digits, a number as 0x12, S"text" in ASCII or L"text" in UCS-2; nothing\ndeletes the variable. A new one needs attributes. Without = the variable is shown.',
  setsLastError: true,
  run(shell, words) {
    const { guid = GLOBAL_VARIABLE, rest } = takeGuid('setvar', words);
    const { flags, values } = parseOptions('setvar', rest, ['-bs', '-rt', '-nv'], { least: 1 });
    const [name = '', ...data] = values;
    if (data.length === 0) return show(shell, name, guid);
    const strange = data.find((word) => !word.startsWith('='));
    if (strange !== undefined) throw new CommandError('INVALID_PARAMETER', `setvar: Invalid argument - '${strange}'`);
    change(shell, name, guid, attributesOf(flags), Buffer.concat(data.map(dataOf)));
  },
};
