// All commands of the shell. `help` shows exactly these.
import type { ShellCommand } from '../command.ts';
import { cd } from './cd.ts';
import { cls } from './cls.ts';
import { cp } from './cp.ts';
import { date, time } from './date-time.ts';
import { echo } from './echo.ts';
import { exit } from './exit.ts';
import { endFor, forCommand } from './for.ts';
import { goto } from './goto.ts';
import { helpCommand } from './help.ts';
import { elseCommand, endIf, ifCommand } from './if.ts';
import { ls } from './ls.ts';
import { map } from './map.ts';
import { mkdir } from './mkdir.ts';
import { mv } from './mv.ts';
import { pci } from './pci.ts';
import { reset } from './reset.ts';
import { rm } from './rm.ts';
import { set } from './set.ts';
import { shift } from './shift.ts';
import { stall } from './stall.ts';
import { type } from './type.ts';
import { ver } from './ver.ts';

/** In the order of the alphabet. */
const COMMANDS: readonly ShellCommand[] = [
  cd, cls, cp, date, echo, elseCommand, endFor, endIf, exit, forCommand, goto, helpCommand(() => COMMANDS), ifCommand, ls, map, mkdir, mv, pci, reset,
  rm, set, shift, stall, time, type, ver,
];

const BY_NAME = new Map(COMMANDS.map((command) => [command.name, command]));

/** The command of that name, whatever the case. */
export const commandNamed = (name: string): ShellCommand | undefined => BY_NAME.get(name.toLowerCase());
