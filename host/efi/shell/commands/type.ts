import { isDirectory, readWhole } from '../../protocols/simple-file-system.ts';
import type { ShellCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { parseOptions } from '../options.ts';
import { matchesOf, withFile } from '../paths.ts';
import { decodeText } from '../text-file.ts';

/** What a screen would obey instead of showing it. */
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g;

export const type: ShellCommand = {
  name: 'type',
  summary: 'Shows what is in text files.',
  usage: 'type [-b] FILE...\n\n  -b - Stops after every screen.\nA file that begins with a byte order mark is read as UCS-2, any other as UTF-8.\nControl characters are shown as a dot.',
  setsLastError: true,
  run(shell, words) {
    const { values } = parseOptions('type', words, [], { least: 1 });
    for (const path of values) {
      const found = matchesOf(shell.volumes, path);
      if (found.length === 0) throw new CommandError('NOT_FOUND', `type: Cannot open file - '${path}'`);
      for (const file of found) {
        if (isDirectory(file.info)) throw new CommandError('NOT_FOUND', `type: '${file.info.fileName}' is a directory`);
        const bytes = withFile(file, 'read', readWhole);
        if (!bytes) throw new CommandError('OUT_OF_RESOURCES', `type: '${file.info.fileName}' is too large to be shown`);
        shell.print(`${decodeText(bytes).replace(CONTROL, '.')}\n`);
      }
    }
  },
};
