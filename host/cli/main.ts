// The entry of `ferry`: finds the command, parses its options, turns errors into words and exit codes.
import { FerryError } from '../error.ts';
import { type Command, parseOptions, usage } from './command.ts';
import { DELTA_COMMANDS } from './delta-commands.ts';
import { DONOR_COMMANDS } from './donor-commands.ts';
import { FLASH_COMMANDS } from './flash-commands.ts';
import { commandHelp, generalHelp } from './help.ts';
import { HISTORY_COMMANDS } from './history-commands.ts';
import { ISL_COMMANDS } from './isl-commands.ts';
import { LAB_COMMANDS } from './lab-commands.ts';
import { MACHINE_COMMANDS } from './machine-commands.ts';
import { PROGRAM_COMMANDS } from './program-commands.ts';
import { RECOVER_COMMANDS } from './recover-commands.ts';
import { TRUST_COMMANDS } from './trust-commands.ts';
import { TRUST_STORE_COMMANDS } from './trust-store-commands.ts';
import { VERSION } from '../version.ts';

const COMMANDS: readonly Command[] = [...PROGRAM_COMMANDS, ...MACHINE_COMMANDS, ...ISL_COMMANDS, ...TRUST_COMMANDS, ...TRUST_STORE_COMMANDS, ...DELTA_COMMANDS, ...FLASH_COMMANDS, ...DONOR_COMMANDS, ...LAB_COMMANDS, ...HISTORY_COMMANDS, ...RECOVER_COMMANDS];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = COMMANDS.find((command) => command.name === rest[0]);
    process.stdout.write(about === undefined ? generalHelp(COMMANDS) : commandHelp(about));
    return name === undefined ? 64 : 0;
  }
  if (name === '--version' || name === 'version') {
    process.stdout.write(`ferry ${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    throw usage(`unknown command ${JSON.stringify(name)}: expected ${COMMANDS.map((one) => one.name).join(', ')}`);
  }
  const { values, operands } = parseOptions(command, rest);
  if (values['help'] === true) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  return command.run(values, operands);
}

function report(error: unknown, json: boolean): number {
  const known = error instanceof FerryError ? error : undefined;
  const failed = error instanceof Error ? error.message : String(error);
  const advice = known?.hint ?? 'run it again; if it stays, report it with this message';
  const exitCode = known?.exitCode ?? 1;
  if (json) process.stdout.write(`${JSON.stringify({ event: 'error', failed, advice, code: known?.code ?? 'unexpected' })}\n`);
  else process.stderr.write(`ferry: ${failed}\n  do:  ${advice}\n`);
  if (known === undefined && error instanceof Error && process.env['FERRY_DEBUG']) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

const args = process.argv.slice(2);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(1);
  throw error;
});
process.exitCode = await main(args).catch((error: unknown) => report(error, args.includes('--json')));
