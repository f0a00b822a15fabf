// All commands of the shell. `help` shows exactly these.
import type { ShellCommand } from '../command.ts';
import { aliasCommand } from './alias.ts';
import { bcfg } from './bcfg.ts';
import { cd } from './cd.ts';
import { cls } from './cls.ts';
import { cp } from './cp.ts';
import { date, time } from './date-time.ts';
import { devices } from './devices.ts';
import { dh } from './dh.ts';
import { dmpstore } from './dmpstore.ts';
import { echo } from './echo.ts';
import { exit } from './exit.ts';
import { endFor, forCommand } from './for.ts';
import { goto } from './goto.ts';
import { helpCommand } from './help.ts';
import { hexdump } from './hexdump.ts';
import { elseCommand, endIf, ifCommand } from './if.ts';
import { ls } from './ls.ts';
import { map } from './map.ts';
import { memmap } from './memmap.ts';
import { mkdir } from './mkdir.ts';
import { mv } from './mv.ts';
import { pci } from './pci.ts';
import { reset } from './reset.ts';
import { rm } from './rm.ts';
import { set } from './set.ts';
import { setvar } from './setvar.ts';
import { shift } from './shift.ts';
import { stall } from './stall.ts';
import { type } from './type.ts';
import { ver } from './ver.ts';

/** In the order of the alphabet. */
const COMMANDS: readonly ShellCommand[] = [
  aliasCommand((name) => commandNamed(name) !== undefined), bcfg, cd, cls, cp, date, devices, dh, dmpstore, echo, elseCommand, endFor, endIf, exit,
  forCommand, goto, helpCommand(() => COMMANDS), hexdump, ifCommand, ls, map, memmap, mkdir, mv, pci, reset, rm, set, setvar, shift, stall, time, type,
  ver,
];

const BY_NAME = new Map(COMMANDS.map((command) => [command.name, command]));

/** The names of all commands. */
export const commandNames = (): readonly string[] => COMMANDS.map(({ name }) => name);

/** The command of that name, whatever the case. */
export const commandNamed = (name: string): ShellCommand | undefined => BY_NAME.get(name.toLowerCase());
