// The commands that look at the firmware and change it: variables, boot options, handles, memory; and alias, hexdump, -b.
import { describe, expect, it } from 'vitest';
import { decodeLoadOption } from '../../../host/efi/boot-option.ts';
import { GLOBAL_VARIABLE } from '../../../host/efi/guid.ts';
import { VirtualMachine, type VirtualMachineOptions } from '../virtual-machine.ts';

/** Of the console of the virtual machine. */
const ROWS = 25;
const GUID = 'CEC8A751-3DC4-456C-ACB6-0EB0899ED6AE';

/** Types these lines at the prompt. Answers the output without prompts and lines, and the machine. */
function type(lines: readonly string[], options: VirtualMachineOptions = {}): { output: string; machine: VirtualMachine } {
  const machine = new VirtualMachine({ ...options, lines: ['fs0:', ...lines] });
  machine.powerOn();
  const output = machine.shellOutput.split('\n').filter((line) => !/^(Shell|FS0:.*)> /.test(line)).map((line) => `${line}\n`).join('').replace(/\n$/, '');
  return { output, machine };
}

describe('setvar and dmpstore', () => {
  it.each([
    ['=01020304', '01 02 03 04'], ['=S"a b"', '61 20 62'], ['=L"ab"', '61 00 62 00'], ['=0x0102', '02 01'], ['=0x3', '03'], ['=H0102', '01 02'],
    ['=S0x3', '30 78 33'], ['=xyz', '78 79 7A'], ['=012', '30 31 32'], ['=0102 =0304', '01 02 03 04'],
  ])('%s is %s, as the EDK II shell takes it', (data, bytes) => {
    const size = bytes.split(' ').length.toString().padStart(4, '0');
    expect(type([`setvar V -guid ${GUID} -bs -rt ${data}`, `setvar V -guid ${GUID}`]).output).toBe(`${GUID} - V - ${size} Bytes\n${bytes} \n`);
  });

  it('a variable keeps its attributes, a new one needs some, nothing deletes it', () => {
    const { output, machine } = type([
      `setvar V -guid ${GUID} =01`, `setvar V -guid ${GUID} -nv -bs -rt =01`, `setvar V -guid ${GUID} =02`, `dmpstore V -guid ${GUID}`, `setvar V -guid ${GUID} =`,
      `dmpstore -guid ${GUID}`, 'echo %lasterror%',
    ]);
    expect(output).toBe([
      `setvar: Unable to set - ${GUID} - V`, `Variable NV+RT+BS '${GUID}:V' DataSize = 0x01`, '  00000000: 02                                               *.*',
      `dmpstore: No matching variables found. Guid ${GUID}`, '0xE', '',
    ].join('\n'));
    expect(machine.options.variables.get(GUID, 'V')).toBeUndefined();
  });

  it('dmpstore shows patterns and all namespaces, and deletes', () => {
    const { output, machine } = type([`setvar V1 -guid ${GUID} -bs =01`, 'dmpstore boot00*', 'dmpstore -all v?', `dmpstore -d V* -guid ${GUID}`]);
    expect([...output.matchAll(/Variable (\S+) '([^']+)'/g)].map((match) => match[0])).toEqual([
      "Variable NV+RT+BS 'EFIGlobalVariable:Boot0000'", "Variable NV+RT+BS 'EFIGlobalVariable:Boot0001'", `Variable BS '${GUID}:V1'`,
    ]);
    expect(output).toContain(`Delete variable '${GUID}:V1': Success\n`);
    expect(machine.options.variables.get(GUID, 'V1')).toBeUndefined();
  });

  it.each([
    ['setvar V -guid xyz =01', "setvar: Invalid argument - 'xyz'"], ['setvar V -guid', "setvar: Missing argument for flag - '-guid'"], ['setvar', 'setvar: Too few arguments.'],
    ['setvar V 0102', "setvar: Invalid argument - '0102'"], ['dmpstore -z', "dmpstore: Unknown flag - '-z'"],
  ])('%s is refused', (line, message) => {
    expect(type([line, 'echo %lasterror%']).output).toBe(`${message}\n0x2\n`);
  });
});

describe('bcfg', () => {
  const path = 'PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,1B8A5C0E-7D42-4C0A-9A57-6F6572727901,0x800,0x100000)/\\a.wasm';

  it('adds, moves, renames, gives load options to and removes a boot option', () => {
    const { output, machine } = type(['bcfg boot add 0 a.wasm "One"', 'bcfg boot mv 0 2', 'bcfg boot mod 2 "Two"', 'bcfg boot -opt 0x2 "^"-c ferry.ini^""', 'bcfg boot rm 0', 'bcfg boot dump'], { files: { 'a.wasm': '' } });
    expect(output).toContain('Target = 0002.\nbcfg: Add Boot0002 as 0\n');
    expect(output).toContain(`Option: 01. Variable: Boot0002   \n  Desc    - Two\n  DevPath - ${path}\n  Optional- Y\n`);
    const { variables } = machine.options;
    expect(variables.get(GLOBAL_VARIABLE, 'Boot0000')).toBeUndefined();
    expect(variables.get(GLOBAL_VARIABLE, 'BootOrder')?.data).toEqual(Uint8Array.of(1, 0, 2, 0));
    expect(decodeLoadOption(variables.get(GLOBAL_VARIABLE, 'Boot0002')?.data ?? new Uint8Array(0)).optionalData).toBe('-c ferry.ini');
  });

  it.each([
    ['bcfg boot', 'bcfg: Too few arguments.'], ['bcfg driver dump', "bcfg: Invalid argument - 'driver'"], ['bcfg boot xyz', "bcfg: Invalid argument - 'xyz'"],
    ['bcfg boot rm 2', 'bcfg: Numbers must be under 2.'], ['bcfg boot rm x', "bcfg: Invalid argument - 'x'"], ['bcfg boot add 0 none "x"', "bcfg: Cannot open file - 'none'"],
  ])('%s is refused and changes nothing', (line, message) => {
    const { output, machine } = type([line, 'echo %lasterror%']);
    expect(output).toMatch(/\n0x[2E]\n$/);
    expect(output).toContain(`${message}\n`);
    expect(machine.options.variables.get(GLOBAL_VARIABLE, 'BootOrder')?.data).toEqual(Uint8Array.of(0, 0, 1, 0));
  });
});

describe('dh, devices and memmap', () => {
  it('dh shows handles with their protocols, one of them, or those with a protocol', () => {
    const { output } = type(['dh']);
    const [, number] = /\n([0-9A-F]{2}): .*DevicePath\(\.\.6F6572727901,0x800,0x100000\)\)/.exec(output) ?? [];
    expect(output).toMatch(/^Handle dump\n01: /);
    expect(output).toContain('PCIIO');
    expect(type([`dh ${number}`]).output).toMatch(new RegExp(`^${number}: .*SimpleFileSystem`));
    expect(type(['dh -p simplefilesystem']).output).toMatch(new RegExp(`^Handle dump by protocol 'simplefilesystem'\n${number}: [^\n]*\n$`));
    expect(type(['dh FFF', 'echo %lasterror%']).output).toBe("dh: Handle 'FFF' not found\n0x2\n");
    expect(type(['dh -p none', 'echo %lasterror%']).output).toBe("dh: No protocol named 'none' is on any handle.\n0xE\n");
  });

  it('devices shows what hangs on what', () => {
    const rows = type(['devices']).output.split('\n').filter((line) => /^ +[0-9A-F]+ [RBD] /.test(line));
    expect(rows.filter((row) => row.includes(' R '))).toEqual([expect.stringMatching(/^ +[0-9A-F]+ R - -  0  0 +\d+ PciRoot\(0x0\)$/)]);
    expect(rows.find((row) => row.includes('/HD('))).toMatch(/ D - -  1  0   0 PciRoot/);
  });

  it('memmap shows every range, and sums that fit', () => {
    const { output } = type(['memmap']);
    const ranges = [...output.matchAll(/^(\S+) +([0-9A-F]{16})-([0-9A-F]{16}) ([0-9A-F]{16}) [0-9A-F]{16}$/gm)];
    expect(ranges.length).toBeGreaterThan(5);
    const pages = ranges.filter(([, name]) => name === 'Available').reduce((sum, match) => sum + parseInt(match[4] as string, 16), 0);
    expect(output).toContain(`Available : ${pages.toLocaleString('en-US').padStart(14)} Pages (${(pages * 4096).toLocaleString('en-US')} Bytes)`);
    for (const [, , start, end, count] of ranges) expect(BigInt(`0x${end}`) - BigInt(`0x${start}`) + 1n).toBe(BigInt(`0x${count}`) * 4096n);
  });
});

describe('hexdump', () => {
  const files = { f: Uint8Array.from({ length: 20 }, (_, index) => 0x3c + index) };
  it('shows a file, or a part of it', () => {
    expect(type(['hexdump f'], { files }).output).toBe('  00000000: 3C 3D 3E 3F 40 41 42 43-44 45 46 47 48 49 4A 4B  *<=>?@ABCDEFGHIJK*\n  00000010: 4C 4D 4E 4F                                      *LMNO*\n');
    expect(type(['hexdump f 0x10 2'], { files }).output).toBe('  00000010: 4C 4D                                            *LM*\n');
    expect(type(['hexdump f 100'], { files }).output).toBe('');
  });

  it.each([['hexdump none', "hexdump: Cannot open file - 'none'\n0xE\n"], ['hexdump f x', "hexdump: Invalid argument - 'x'\n0x2\n"]])('%s is refused', (line, expected) => {
    expect(type([line, 'echo %lasterror%'], { files }).output).toBe(expected);
  });
});

describe('alias', () => {
  it('stands for a command with its options, and is kept over a reset unless it is volatile', () => {
    const { machine, output } = type(['alias say "echo -on"', 'say', 'alias -v hush "echo -off"', 'alias say', 'alias hush', 'reset'], {});
    expect(output).toContain('         say:echo -on\n*       hush:echo -off\n');
    const again = new VirtualMachine({ variables: machine.options.variables, lines: ['alias say', 'alias hush', 'alias -d say', 'alias say'] });
    again.powerOn();
    expect(again.shellOutput).toContain("         say:echo -on\nShell> alias hush\nalias: Invalid argument - 'hush'\n");
    expect(again.shellOutput).toMatch(/alias say\nalias: Invalid argument - 'say'\n/);
  });

  it('neither commands nor the aliases of the shell itself can be changed', () => {
    expect(type(['alias ls type', 'alias dir type', 'alias -d dir', 'dir x']).output).toBe("alias: Access denied.\nalias: Access denied.\nalias: Access denied.\nls: File Not Found - 'FS0:\\'\n");
  });
});

describe('-b', () => {
  const press = (keys: readonly string[]): string => {
    const machine = new VirtualMachine({ isTerminal: true, keys: [{ atMs: 0, keys: [...'help -b\r', ...keys, ...'exit\r'] }] });
    machine.powerOn();
    return machine.console.output;
  };

  it('stops after every screen until Enter', () => {
    const output = press(['x', '\r']);
    const [before = '', after = '', ...rest] = output.split("Press ENTER to continue or 'Q' break:\r\n");
    expect(before.split('\nalias ')[1]?.split('\r\n').length, 'a screen but for the line of the question').toBe(ROWS);
    expect(after).toContain('\r\nhelp COMMAND shows');
    expect(rest).toEqual([]);
    expect(output).toContain('\r\nver           - ');
  });

  it('ends with Q, and the shell goes on', () => {
    const output = press(['q']);
    expect(output).not.toContain('\r\nver           - ');
    expect(output).toContain('EFI Internal Shell" returned');
  });

  it('does not stop where nobody looks', () => {
    expect(type(['help -b']).output).toMatch(/\nver +- /);
  });
});
