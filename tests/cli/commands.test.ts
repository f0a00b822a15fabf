// The table by which a command is found without loading the others.
import { expect, it } from 'vitest';
import { allCommands, COMMAND_FILES, COMMAND_NAMES, findCommand } from '../../host/cli/commands.ts';

it.each(COMMAND_FILES)('the file of $names has these commands, in this order, and no others', async ({ names, load }) => {
  expect((await load()).map(({ name }) => name)).toEqual(names);
});

it('every command is found by its name, and a name that is none finds nothing', async () => {
  for (const { name } of await allCommands()) expect((await findCommand(name))?.name).toBe(name);
  expect(new Set(COMMAND_NAMES).size).toBe(COMMAND_NAMES.length);
  for (const name of ['', 'toString', 'runs', undefined]) expect(await findCommand(name)).toBeUndefined();
});
