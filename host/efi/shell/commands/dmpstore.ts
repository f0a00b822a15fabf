import { GLOBAL_VARIABLE } from '../../guid.ts';
import { EfiError, statusText } from '../../status.ts';
import type { Variable } from '../../variable-store.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { hexDump } from '../hex-dump.ts';
import { parseOptions } from '../options.ts';
import { wildcardPattern } from '../paths.ts';
import type { Shell } from '../shell.ts';
import { attributeText, namespaceText, takeGuid } from '../variable-words.ts';

function show(shell: Shell, { name, guid, attributes, data }: Variable): void {
  shell.print(`Variable ${attributeText(attributes)} '${namespaceText(guid)}:${name}' DataSize = 0x${data.length.toString(16).toUpperCase().padStart(2, '0')}\n${hexDump(data)}`);
}

function remove(shell: Shell, { name, guid }: Variable): void {
  try {
    shell.system.runtimeServices.setVariable(name, guid, 0, new Uint8Array(0));
    shell.print(`Delete variable '${namespaceText(guid)}:${name}': Success\n`);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    shell.print(`Delete variable '${namespaceText(guid)}:${name}': ${statusText(error.status)}\n`);
  }
}

export const dmpstore: ShellCommand = {
  name: 'dmpstore',
  summary: 'Shows or deletes variables of the firmware.',
  usage: 'dmpstore [-b] [-d] [-all | [NAME] [-guid GUID]]\n\n  -all  - The variables of all namespaces.\n  -guid - Those of a namespace; of the UEFI specification when not given.\n  -d    - Deletes them.\n  -b    - Stops after every screen.\nNAME may be a pattern with * ? [.',
  setsLastError: true,
  run(shell, words) {
    const { guid = GLOBAL_VARIABLE, rest } = takeGuid('dmpstore', words);
    const { flags, values } = parseOptions('dmpstore', rest, ['-all', '-d'], { most: 1 });
    const [name] = values;
    const pattern = name === undefined ? undefined : wildcardPattern(name);
    const found = [...shell.system.runtimeServices.getNextVariableName()]
      .filter((variable) => (flags.has('-all') || variable.guid === guid) && (pattern?.test(variable.name) ?? true));
    if (found.length === 0) {
      const where = flags.has('-all') ? '' : ` Guid ${guid}`;
      throw new CommandError('NOT_FOUND', `dmpstore: No matching variables found.${where}${name === undefined ? '' : `${where && ','} Name ${name}`}`);
    }
    found.forEach((variable) => (flags.has('-d') ? remove(shell, variable) : show(shell, variable)));
  },
};
