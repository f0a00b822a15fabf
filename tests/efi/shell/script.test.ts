// What scripts do, each as a script and what the shell writes then. Names are those of the UEFI Shell specification 2.2.
import { describe, expect, it } from 'vitest';
import { exitImage } from '../test-images.ts';
import { runShellScript, VirtualMachine } from '../virtual-machine.ts';

type Case = readonly [name: string, script: string, expected: string];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  if: [
    ['runs its commands when the condition is true', 'if 1 == 1 then\necho yes\nendif\necho after', 'yes\nafter\n'],
    ['skips them when it is false', 'if 1 == 2 then\necho yes\nendif\necho after', 'after\n'],
    ['has an else', 'if 1 == 2 then\necho yes\nelse\necho no\nendif', 'no\n'],
    ['passes the else when the condition was true', 'if 1 == 1 then\necho yes\nelse\necho no\nendif\necho after', 'yes\nafter\n'],
    ['nests, with else at every level', 'if 1 == 1 then\nif 1 == 2 then\necho a\nelse\nif 3 == 3 then\necho b\nendif\nendif\nelse\nif 1 == 1 then\necho c\nelse\necho d\nendif\nendif\necho e', 'b\ne\n'],
    ['skips nested blocks whole', 'if 1 == 2 then\nif 1 == 1 then\necho a\nelse\necho b\nendif\nelse\necho c\nendif', 'c\n'],
    ['may be indented and written in capitals', 'IF 1 == 1 THEN\n    Echo yes\n  ELSE\n    echo no\nEndIf', 'yes\n'],
    ['compares numbers as numbers, decimal and hexadecimal', 'if 0x10 eq 16 then\necho a\nendif\nif 2 lt 10 then\necho b\nendif\nif -1 lt 0 then\necho c\nendif', 'a\nb\nc\n'],
    ['compares numbers as text with /s, and texts never by case', 'if /s 2 gt 10 then\necho a\nendif\nif /i abc == ABC then\necho b\nendif\nif abc == ABC and abd gt ABC then\necho c\nendif', 'a\nb\nc\n'],
    ['knows gt, lt, ge, le, ne and the ones without sign', 'if 2 gt 1 and 1 lt 2 and 2 ge 2 and 2 le 2 and 1 ne 2 and -1 ugt 1 and 1 ult -1 and -1 uge 1 and 1 ule -1 then\necho all\nendif', 'all\n'],
    ['joins with and and or, decided from the left', 'if 1 == 2 and 1 == 1 or 1 == 1 then\necho a\nelse\necho b\nendif\nif 1 == 1 or nonsense == 1 then\necho c\nendif', 'b\nc\n'],
    ['negates with not', 'if not 1 == 2 then\necho a\nendif\nif not exist fs0:\\startup.nsh then\necho b\nendif', 'a\n'],
    ['asks for files with exist', 'if exist fs0:\\startup.nsh then\necho a\nendif\nif exist(fs0:\\none) then\necho b\nendif\nif exists fs9:\\x then\necho c\nendif\nif exist fs0:\\*.nsh then\necho d\nendif\nif exist fs0:\\*.none then\necho e\nendif', 'a\nd\n'],
    ['asks for files on the path with available, and for numbers with isint', 'if available(startup.nsh) then\necho a\nendif\nif isint(0x1f) then\necho b\nendif\nif isint(x) then\necho c\nendif', 'a\nb\n'],
    ['knows the numbers of errors', 'if efierror(14) == 0x800000000000000E then\necho a\nendif', 'a\n'],
    ['takes an empty variable in quotes', 'if "%none%" == "" then\necho empty\nendif', 'empty\n'],
  ],
  for: [
    ['goes through a set', 'for %a in one two "three 3"\necho <%a>\nendfor\necho after', '<one>\n<two>\n<three 3>\nafter\n'],
    ['takes parentheses around the set', 'for %a in (one two)\necho <%a>\nendfor', '<one>\n<two>\n'],
    ['counts with run, both ends included', 'for %i run (1 3)\necho %i\nendfor', '1\n2\n3\n'],
    ['counts down and by steps', 'for %i run (3 1)\necho %i\nendfor\nfor %i run (0 10 5)\necho %i\nendfor\nfor %i run (2 -2 -2)\necho %i\nendfor', '3\n2\n1\n0\n5\n10\n2\n0\n-2\n'],
    ['nests', 'for %a in x y\nfor %i run (1 2)\necho %a%i\nendfor\nendfor', 'x1\nx2\ny1\ny2\n'],
    ['stands for files by a pattern', 'for %a in fs0:\\s*.nsh fs0:\\*.none\necho %a\nendfor', 'FS0:\\shift.nsh\nFS0:\\startup.nsh\nFS0:\\sub.nsh\nfs0:\\*.none\n'],
    ['is left and entered again by goto', 'set -v n 0\n:again\nfor %i run (1 3)\nif %i == 2 then\ngoto out\nendif\necho %n% %i\nendfor\n:out\nif %n% == 0 then\nset -v n 1\ngoto again\nendif\necho end', '0 1\n1 1\nend\n'],
    ['does not touch the variable outside', 'for %a in x\nendfor\necho %a', '%a\n'],
    ['jumps over a set that has no member left', 'for %i run (1 1)\necho %i\nendfor\nfor %i run (5 6 -1)\necho never\nendfor\necho after', '1\nafter\n'],
  ],
  goto: [
    ['goes forward to a label', 'goto there\necho no\n:there\necho yes', 'yes\n'],
    ['goes back to a label before it', 'set -v n 0\n:back\nif %n% == 0 then\nset -v n 1\ngoto back\nendif\necho %n%', '1\n'],
    ['finds labels whatever the case', 'goto THERE\necho no\n  :There\necho yes', 'yes\n'],
    ['does not see a label inside of another loop', 'goto inner\nfor %i run (1 2)\n:inner\necho %i\nendfor', "No matching ':inner' for 'Goto' statement found. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
  ],
  '%lasterror%': [
    ['is 0x0 at first', 'echo %lasterror%', '0x0\n'],
    ['is the exit code of an image', 'fs0:\nthree\necho %lasterror%\nif %lasterror% == 3 then\necho equal\nendif', '0x3\nequal\n'],
    ['is 0xE after a command that is not there', 'nope\necho %lasterror%', "'nope' is not recognized as an internal or external command, operable program, or script file.\n0xE\n"],
    ['tells a broken image from any exit code', 'fs0:\ntext.efi\necho %lasterror%', "'FS0:\\text.efi' is not recognized as an executable image: expected a WebAssembly module.\n0x8000000000000003\n"],
    ['is the status of a command of the shell, without its error bit', 'cd fs0:\necho %lasterror%\nfs0:\ncd none\necho %lasterror%\ncd \\\necho %lasterror%', "cd: Current directory not specified.\n0xE\ncd: 'FS0:\\none' is not a directory.\n0xE\n0x0\n"],
    ['is left alone by echo, set, if, for and goto', 'nope\nset x 1\nif 1 == 1 then\nendif\nfor %i run (1 1)\nendfor\necho x\necho %lasterror%', "'nope' is not recognized as an internal or external command, operable program, or script file.\nx\n0xE\n"],
  ],
  'arguments and exit': [
    ['%0 to %9 are the arguments, %0 with the full name', 'fs0:\nsub.nsh one "two 2"', 'FS0:\\sub.nsh one two 2 <>\n'],
    ['shift moves them by one', 'fs0:\nshift.nsh a b c', 'a b\nb c\nc \n'],
    ['exit /b leaves the script and sets %lasterror%', 'fs0:\nleave.nsh 7\necho %lasterror%\nleave.nsh 0x1F\necho %lasterror%', 'leaving\n0x7\nleaving\n0x1F\n'],
    ['exit leaves all scripts and the shell', 'fs0:\nexit.nsh\necho never', 'exiting\n'],
    ['a script that ends returns to the one that called it', 'fs0:\nsub.nsh x\necho back', 'FS0:\\sub.nsh x  <>\nback\n'],
    ['a script needs no suffix, and is found on the path', 'sub a b', 'FS0:\\sub.nsh a b <>\n'],
  ],
  'echo and comments': [
    ['lines are shown before they run unless echo is off', 'echo -on\necho a\n@echo b\necho -off\necho c', 'Shell> echo a\na\nb\nShell> echo -off\nc\n'],
    ['the prompt of a shown line has the current directory', 'fs0:\necho -on\ncd efi\ncd ..\necho -off', 'FS0:\\> cd efi\nFS0:\\efi\\> cd ..\nFS0:\\> echo -off\n'],
    ['echo tells its state', 'echo', 'Echo is off.\n'],
    ['comments are left out, labels and empty lines do nothing', '# comment\n; comment\n\n   \n:label\necho a # b\necho ^# c', 'a\n# c\n'],
    ['a line with an open quotation mark is left out and said, the script goes on', 'echo "a\necho %lasterror%', 'echo "a: a quotation mark is not closed\n0x2\n'],
    ['words that begin with a sign of an option are not written', 'echo -x\necho a +x\necho /i\necho -5', "echo: Unknown flag - '-x'\necho: Unknown flag - '+x'\necho: Unknown flag - '/i'\n-5\n"],
    ['spaces inside of quotes stay', 'echo "a   b"   c', 'a   b c\n'],
    ['a carriage return at the end of a line is no part of it', 'echo a\r\nif 1 == 1 then\r\necho b\r\nendif\r', 'a\nb\n'],
  ],
  'an error in the structure ends the script': [
    ['if without endif', 'if 1 == 1 then\necho never', "No matching 'EndIf' for 'If' statement found. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['if without then', 'if 1 == 1\necho never\nendif', "No matching 'Then' for 'If' statement found. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['for without endfor', 'for %a in x\necho never', "No matching 'EndFor' for 'For' statement found. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['endfor without for', 'endfor', "No matching 'For' for 'EndFor' statement found. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['goto to nowhere', 'goto none', "No matching ':none' for 'Goto' statement found. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['an operator that is none', 'if 1 is 1 then\nendif', "Binary operator not found first in 'is'\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['a range that is none', 'for %i run (1 x)\nendfor', "The argument '(1 x' is incorrect. Line: 2\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['a loop variable that is none', 'for a in x\nendfor', "The script's Indexvar 'a' is incorrect\nScript Error Status: Aborted (line number 2)\nShell> \n"],
    ['a volume that is not there', 'fs9:\necho never', "'fs9:' is not a valid mapping.\nShell> \n"],
  ],
};

const FILES = {
  'three.wasm': exitImage(3),
  'text.efi': 'MZ',
  'efi/empty': '',
  'sub.nsh': 'echo %0 %1 %2 <%3>',
  'shift.nsh': 'echo %1 %2\nshift\necho %1 %2\nshift\necho %1 %2',
  'leave.nsh': 'echo leaving\nif 1 == 1 then\nexit /b %1\nendif\necho never',
  'exit.nsh': 'echo exiting\nexit\necho never',
};

describe.each(Object.entries(CASES))('%s', (_group, cases) => {
  it.each(cases)('%s', (_name, script, expected) => {
    expect(runShellScript(script, { files: FILES })).toBe(expected);
  });
});

describe('outside of a script', () => {
  it.each(['if 1 == 1 then', 'else', 'endif', 'for %a in x', 'endfor', 'goto x'])('%s is refused and the shell goes on', (line) => {
    const machine = new VirtualMachine({ lines: [line, 'echo on it goes'] });
    machine.powerOn();
    expect(machine.shellOutput).toContain(`The command '${line.split(' ')[0]}' is incorrect outside of a script\nCommand Error Status: Aborted\n`);
    expect(machine.shellOutput).toContain('\non it goes\n');
  });
});
