// Where each command lives. A command line loads the file of its command and no other: what a script runs every minute
// must not read the code of twenty commands.
import type { Command } from './command.ts';

interface CommandFile {
  /** In the order of the file. */
  readonly names: readonly string[];
  load(): Promise<readonly Command[]>;
}

/** In the order of the help. */
export const COMMAND_FILES: readonly CommandFile[] = [
  { names: ['run', 'plan', 'check', 'inventory', 'status', 'serve'], load: async () => (await import('./program-commands.ts')).PROGRAM_COMMANDS },
  { names: ['boot', 'bmc', 'demo'], load: async () => (await import('./machine-commands.ts')).MACHINE_COMMANDS },
  { names: ['isl', 'lif'], load: async () => (await import('./isl-commands.ts')).ISL_COMMANDS },
  { names: ['keygen', 'sign', 'verify'], load: async () => (await import('./trust-commands.ts')).TRUST_COMMANDS },
  { names: ['trust'], load: async () => (await import('./trust-store-commands.ts')).TRUST_STORE_COMMANDS },
  { names: ['delta'], load: async () => (await import('./delta-commands.ts')).DELTA_COMMANDS },
  { names: ['flash'], load: async () => (await import('./flash-commands.ts')).FLASH_COMMANDS },
  { names: ['donor'], load: async () => (await import('./donor-commands.ts')).DONOR_COMMANDS },
  { names: ['lab'], load: async () => (await import('./lab-commands.ts')).LAB_COMMANDS },
  { names: ['history'], load: async () => (await import('./history-commands.ts')).HISTORY_COMMANDS },
  { names: ['recover'], load: async () => (await import('./recover-commands.ts')).RECOVER_COMMANDS },
];

/** Every command's name. */
export const COMMAND_NAMES: readonly string[] = COMMAND_FILES.flatMap(({ names }) => names);

/** The command of this name; undefined when there is none. */
export async function findCommand(name: string | undefined): Promise<Command | undefined> {
  const file = COMMAND_FILES.find(({ names }) => names.some((one) => one === name));
  return (await file?.load())?.find((command) => command.name === name);
}

/** All of them. */
export const allCommands = async (): Promise<readonly Command[]> => (await Promise.all(COMMAND_FILES.map(({ load }) => load()))).flat();
