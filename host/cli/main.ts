// The entry of `ferry`: finds the command, parses its options, turns errors into words and exit codes.
import { FerryError } from '../error.ts';
import { VERSION } from '../version.ts';

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === 'version') {
    process.stdout.write(`ferry ${VERSION}\n`);
    return 0;
  }
  const { allCommands, COMMAND_NAMES, findCommand } = await import('./commands.ts');
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const { commandHelp, generalHelp } = await import('./help.ts');
    const about = await findCommand(rest[0]);
    process.stdout.write(about === undefined ? generalHelp(await allCommands()) : commandHelp(about));
    return name === undefined ? 64 : 0;
  }
  const { parseOptions, usage } = await import('./command.ts');
  const command = await findCommand(name);
  if (command === undefined) throw usage(`unknown command ${JSON.stringify(name)}: expected ${COMMAND_NAMES.join(', ')}`);
  const { values, operands } = parseOptions(command, rest);
  if (values['help'] === true) {
    process.stdout.write((await import('./help.ts')).commandHelp(command));
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
