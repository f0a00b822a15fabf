// What the commands of the shell write and do.
import { chmodSync, existsSync, readFileSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualMachine, type VirtualMachineOptions } from '../virtual-machine.ts';

/** Types these lines at the prompt of a machine. Answers what came after the first prompt, without the prompts and lines. */
function type(lines: readonly string[], options: VirtualMachineOptions = {}, prepare: (machine: VirtualMachine) => void = () => undefined): { output: string; machine: VirtualMachine } {
  const machine = new VirtualMachine({ ...options, lines: ['fs0:', ...lines] });
  prepare(machine);
  machine.powerOn();
  const output = machine.shellOutput.split('\n').filter((line) => !/^(Shell|FS0:.*)> /.test(line)).map((line) => `${line}\n`).join('').replace(/\n$/, '');
  return { output, machine };
}

const STAMP = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
const stamp = (machine: VirtualMachine, ...paths: string[]): void => paths.forEach((path) => utimesSync(join(machine.volume, path), STAMP, STAMP));

describe('ls', () => {
  it('lists a directory with times, sizes and totals', () => {
    const { output } = type(['ls'], { files: { 'b.bin': new Uint8Array(1234567), 'EFI/x': '' } }, (machine) => stamp(machine, 'b.bin', 'EFI'));
    expect(output).toBe([
      'Directory of: FS0:\\',
      '01/02/2026  03:04 <DIR>             0  EFI',
      '01/02/2026  03:04           1,234,567  b.bin',
      '          1 File(s)   1,234,567 bytes',
      '          1 Dir(s)', '',
    ].join('\n'));
  });

  it('marks read-only files', () => {
    const { output } = type(['ls a'], { files: { a: '' } }, (machine) => {
      stamp(machine, 'a');
      chmodSync(join(machine.volume, 'a'), 0o444);
    });
    expect(output).toContain('01/02/2026  03:04       r           0  a\n');
  });

  it('lists what a pattern fits, and everything below with -r', () => {
    const files = { 'a.nsh': '', 'b.NSH': '', 'c.ini': '', 'd/e.nsh': '', 'd/f/g.txt': '' };
    const names = (output: string): string[] => output.split('\n').filter((line) => /^\d\d\//.test(line)).map((line) => line.slice(38).trim());
    expect(names(type(['ls *.nsh'], { files }).output)).toEqual(['a.nsh', 'b.NSH']);
    expect(names(type(['ls [ac].*'], { files }).output)).toEqual(['a.nsh', 'c.ini']);
    expect(names(type(['ls *\\?.nsh'], { files }).output)).toEqual(['e.nsh']);
    expect(names(type(['ls -r *.nsh'], { files }).output)).toEqual(['a.nsh', 'b.NSH', 'e.nsh']);
    expect(names(type(['ls -r'], { files }).output)).toEqual(['a.nsh', 'b.NSH', 'c.ini', 'd', '.', '..', 'e.nsh', 'f', '.', '..', 'g.txt']);
  });

  it.each([['ls none', "ls: File Not Found - 'FS0:\\'"], ['ls fs7:\\', "ls: File Not Found - 'fs7:\\'"], ['ls -x', "ls: Unknown flag - '-x'"], ['ls a b', 'ls: Too many arguments.']])('%s fails', (line, message) => {
    expect(type([line, 'echo %lasterror%']).output).toMatch(new RegExp(`^${message.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\n0x[2E]\n$`));
  });
});

describe('cd, map and volumes', () => {
  it('goes down, up and to the root, and never above it', () => {
    const { output } = type(['cd efi', 'cd', 'cd boot\\..', 'cd', 'cd ..', 'cd', 'cd ..\\..', 'cd', 'cd \\EFI\\Boot', 'cd', 'cd FS0:\\', 'cd'], { files: { 'EFI/Boot/x': '' } });
    expect(output).toBe(['FS0:\\efi', 'FS0:\\efi', 'FS0:\\', 'FS0:\\', 'FS0:\\EFI\\Boot', 'FS0:\\', ''].join('\n'));
  });

  it('%cwd% is the directory, relative names start there', () => {
    expect(type(['cd EFI', 'echo %cwd%', 'type a', 'type fs0:a', 'type \\b', 'fs0:', 'echo %cwd%'], { files: { 'EFI/a': 'A', b: 'B' } }).output).toBe('FS0:\\EFI\nA\nA\nB\nFS0:\\EFI\n');
  });

  it('map shows volumes by name and alias', () => {
    const entry = '      FS0: Alias(s):HD0a65535a1:\n          PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,1B8A5C0E-7D42-4C0A-9A57-6F6572727901,0x800,0x100000)\n';
    for (const line of ['map', 'map fs0', 'map -r', 'map hd0a65535a1:']) expect(type([line]).output, line).toBe(`Mapping table\n${entry}`);
    expect(type(['map fs3']).output).toBe("Mapping table\nmap: Cannot find mapped device - 'fs3'\n");
    expect(type(['hd0A65535a1:', 'cd']).output).toBe('FS0:\\\n');
  });
});

describe('files', () => {
  it('type shows text of both kinds, and dots for control characters', () => {
    const ucs2 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('zwölf', 'utf16le')]);
    expect(type(['type a b', 'type *.x', 'type d'], { files: { a: 'one\r\ntwo', b: ucs2, 'c.x': '\x1b[31m\x07', 'd/e': '' } }).output).toBe("one\ntwo\nzwölf\n.[31m.\ntype: 'd' is a directory\n");
  });

  it('mkdir, cp, mv and rm', () => {
    const { output, machine } = type(['mkdir new', 'cp a new', 'cp a copy', 'mv copy new\\moved', 'mkdir other', 'cp -r new other', 'rm new', 'mkdir other'], { files: { a: 'content' } });
    expect(readFileSync(join(machine.volume, 'other', 'new', 'moved'), 'utf8')).toBe('content');
    expect(readdirSync(machine.volume).sort()).toEqual(['a', 'other']);
    expect(output).toBe([
      '- [ok]', '- [ok]', 'Moving FS0:\\copy -> FS0:\\new\\moved', '- [ok]',
      '- [ok]',
      "Deleting 'FS0:\\new\\a'", 'Delete successful.', "Deleting 'FS0:\\new\\moved'", 'Delete successful.', "Deleting 'FS0:\\new'", 'Delete successful.',
      "Directory 'other' already exists.", '',
    ].join('\n'));
  });

  it('cp and mv replace a file without a question', () => {
    const { machine } = type(['cp a b', 'mv a c'], { files: { a: 'new', b: 'old and longer', c: 'old' } });
    expect(readFileSync(join(machine.volume, 'b'), 'utf8')).toBe('new');
    expect(readFileSync(join(machine.volume, 'c'), 'utf8')).toBe('new');
    expect(existsSync(join(machine.volume, 'a'))).toBe(false);
  });

  it('mkdir makes what is missing on the way', () => {
    const { machine } = type(['mkdir x\\y\\z']);
    expect(readdirSync(machine.volume, { recursive: true }).sort()).toEqual(['x', 'x/y', 'x/y/z']);
  });

  it('mv changes the case of a name, and nothing is lost', () => {
    const { machine } = type(['mv a.txt A.TXT'], { files: { 'a.txt': 'x' } });
    expect(readdirSync(machine.volume)).toEqual(['A.TXT']);
  });

  it.each([
    ['cp d other', 'cp: Copying a directory requires -r.'],
    ['cp -r d d\\e', 'cp: The source and destination are the same.'],
    ['cp a a', 'cp: The source and destination are the same.'],
    ['cp a b none', "cp: 'none' is not a directory."],
    ['cp none b', "cp: File not found - 'none'"],
    ['mv d d\\e', 'Cannot move a directory into itself or its subdirectory.'],
    ['rm none', "rm: File not found - 'none'"],
    ['rm \\', "Delete error.  Invalid target 'FS0:\\'"],
    ['mkdir a\\b', "Directory 'a\\b' unable to create."],
    ['cp -r d new', "cp: 'new' is not a directory."],
    ['mv a none\\b', 'mv: Status: Not Found'],
  ])('%s is refused and changes nothing', (line, message) => {
    const { output, machine } = type([line, 'echo %lasterror%'], { files: { a: 'A', b: 'B', 'd/e/x': '' } });
    expect(output).toContain(message);
    expect(output).toMatch(/\n0x[2EF]\n$/);
    expect(readdirSync(machine.volume, { recursive: true }).sort()).toEqual(['a', 'b', 'd', 'd/e', 'd/e/x']);
    expect(readFileSync(join(machine.volume, 'a'), 'utf8')).toBe('A');
  });
});

describe('redirection', () => {
  it('> writes UCS-2 with a byte order mark, >> goes on behind it', () => {
    const { machine, output } = type(['echo one > f', 'echo two >> f', 'type f']);
    expect(readFileSync(join(machine.volume, 'f'))).toEqual(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('one\r\ntwo\r\n', 'utf16le')]));
    expect(output).toBe('one\ntwo\n\n');
  });

  it('>a and >>a write bytes', () => {
    const { machine } = type(['echo one >a f', 'echo two >>a f', 'echo new >>a g']);
    expect(readFileSync(join(machine.volume, 'f'), 'utf8')).toBe('one\r\ntwo\r\n');
    expect(readFileSync(join(machine.volume, 'g'), 'utf8')).toBe('new\r\n');
  });

  it('>v writes a variable, >>v appends to one', () => {
    expect(type(['echo one >v x', 'echo <%x%>', 'echo two >>v x', 'set x', 'echo >v lasterror']).output).toContain('<one>\n       x = onetwo\n');
  });

  it('a file NUL swallows everything, whatever the case', () => {
    const { machine, output } = type(['echo one > NUL', 'echo two >>a nul']);
    expect(output).toBe('');
    expect(readdirSync(machine.volume)).toEqual([]);
  });

  it('what is appended has to be of the kind that is there', () => {
    const { output, machine } = type(['echo x >> f', 'echo x >a u', 'echo y > u', 'echo z >>a u', 'echo on'], { files: { f: 'ascii' } });
    expect(output).toContain('Unable to redirect file. expected a UCS-2 file to append to\nCommand Error Status: Invalid Parameter\n');
    expect(output).toContain('Unable to redirect file. expected an ASCII file to append to\n');
    expect(output).toMatch(/\non\n$/);
    expect(readFileSync(join(machine.volume, 'f'), 'utf8')).toBe('ascii');
  });

  it('a script that is redirected goes there with everything that it writes', () => {
    const { machine } = type(['s > NUL', 's >a out'], { files: { 's.nsh': '@echo -off\necho a\nnope\necho b >a other' } });
    expect(readFileSync(join(machine.volume, 'out'), 'utf8')).toBe("a\r\n'nope' is not recognized as an internal or external command, operable program, or script file.\r\n");
    expect(readFileSync(join(machine.volume, 'other'), 'utf8')).toBe('b\r\n');
  });
});

describe('the other commands', () => {
  it('set shows, sets and deletes; what the shell sets can not be set', () => {
    expect(type(['set a 1', 'set a', 'set -d a', 'set a', 'set lasterror 5', 'set -d none']).output).toBe([
      '       a = 1', "set: Environment Variable 'a' not defined.", 'set: Unable to set lasterror', "set: Environment Variable 'none' could not be deleted.", '',
    ].join('\n'));
  });

  it('ver, date and time', () => {
    expect(type(['ver', 'ver -s', 'ver -terse', 'date', 'time']).output).toBe([
      'UEFI Interactive Shell v2.2', 'Ferry', 'UEFI v2.100 (Ferry, 0x00010000)', '2.2', 'UEFI Interactive Shell v2.2', '03/01/2026', '12:34:56 (UTC+00:00)', '',
    ].join('\n').replace(/^[^]*?UEFI v2\.100.*\n/, ''));
  });

  it('stall lets the time pass, and Ctrl-C ends it', () => {
    expect(type(['stall 2500000']).machine.clock.elapsedMs).toBeGreaterThanOrEqual(2500);
    const machine = new VirtualMachine({ isTerminal: true, keys: [{ atMs: 0, keys: [...'stall 60000000\r'] }, { atMs: 5000, keys: ['\x03'] }, { atMs: 6000, keys: [...'exit\r'] }] });
    machine.powerOn();
    expect(machine.clock.elapsedMs).toBeLessThan(7000);
    expect(type(['stall -1']).output).toBe("stall: Invalid argument - '-1'\n");
  });

  it('help lists exactly the commands that there are, and each tells how it is used', () => {
    const { output } = type(['help']);
    const names = [...output.matchAll(/^(\S+) +- /gm)].map((match) => match[1] as string);
    expect(names.join(' ')).toBe('alias bcfg cd cls cp date devices dh dmpstore echo else endfor endif exit for goto help hexdump '
      + 'if ls map memmap mkdir mv pci reset rm set setvar shift stall time type ver');
    for (const name of names) {
      expect(type([`help ${name}`]).output, name).toContain(name);
      expect(type([`${name} -?`]).output, name).toBe(type([`help ${name}`]).output);
    }
    expect(type(['help none']).output).toBe("No help could be found for command 'none'.\n");
  });
});
