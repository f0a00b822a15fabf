// What `ferry --help` and `ferry COMMAND --help` show.
import { HELP_OPTION, type Command, type CommandOption } from './command.ts';

const EXIT_CODES = `exit codes say what state the device is in:
  0 done   2 nothing to do   3 done, reset needed   4 paused, run again to go on
  1 failed, the device is on its old image   5 failed, needs attention
  64 wrong command line or config, nothing touched`;

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

const optionWords = (option: CommandOption): string => {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`;
};

/** The list of commands. */
export function generalHelp(commands: readonly Command[]): string {
  return `Ferry carries firmware images from a server's host to its management controller.

usage: ferry COMMAND [OPTIONS]
       ferry COMMAND --help

commands:
${columns(commands.map((command) => [command.name, command.summary] as const))}

examples:
${columns([
    ['ferry demo', 'the whole way, on an emulated machine'],
    ['ferry run -c ferry.ini', 'carry out ferry.ini on this machine, after the OS'],
    ['ferry plan -c ferry.ini', 'what that would do, and why'],
  ])}

${EXIT_CODES}
`;
}

/** One command's page. */
export function commandHelp(command: Command): string {
  const options = [...command.options, HELP_OPTION];
  return `ferry ${command.name}: ${command.summary}

usage: ferry ${command.name}${command.options.length > 0 ? ' [OPTIONS]' : ''}${command.operands === undefined ? '' : ` ${command.operands}`}

${command.text.join('\n')}

options:
${columns(options.map((option) => [optionWords(option), option.text] as const))}

examples:
${columns(command.examples)}

${EXIT_CODES}
`;
}
