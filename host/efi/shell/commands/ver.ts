import type { SystemTable } from '../../system-table.ts';
import type { ShellCommand } from '../command.ts';
import { parseOptions } from '../options.ts';
import { SHELL_VERSION } from '../shell.ts';

/** The lines that the shell shows when it starts, and for `ver`. */
export function versionText({ header, firmwareVendor, firmwareRevision }: SystemTable): string {
  const uefi = `${header.revision >>> 16}.${String(header.revision & 0xffff).padStart(2, '0')}`;
  const revision = `0x${firmwareRevision.toString(16).toUpperCase().padStart(8, '0')}`;
  return `UEFI Interactive Shell v${SHELL_VERSION}\n${firmwareVendor}\nUEFI v${uefi} (${firmwareVendor}, ${revision})\n`;
}

export const ver: ShellCommand = {
  name: 'ver',
  summary: 'Shows the versions of shell and firmware.',
  usage: 'ver [-s|-terse]\n\n  -s     - The number of the shell version only.\n  -terse - The line of the shell only.',
  setsLastError: true,
  run(shell, words) {
    const { flags } = parseOptions('ver', words, ['-s', '-t', '-terse'], { most: 0 });
    if (flags.has('-s')) shell.print(`${SHELL_VERSION}\n`);
    else if (flags.size > 0) shell.print(`${versionText(shell.system).split('\n', 1)[0]}\n`);
    else shell.print(versionText(shell.system));
  },
};
