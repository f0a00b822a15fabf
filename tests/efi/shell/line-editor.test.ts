import { describe, expect, it } from 'vitest';
import { applyKey, visiblePart, type EditedLine } from '../../../host/efi/shell/line-editor.ts';
import { Scan } from '../../../host/efi/protocols/simple-text-input.ts';
import { VirtualMachine, type TypedKeys } from '../virtual-machine.ts';

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const LEFT = '\x1b[D';
const RIGHT = '\x1b[C';

/** Types keys on a terminal. Answers the lines that `echo` wrote. */
function echoed(...keys: string[]): string[] {
  const machine = new VirtualMachine({ isTerminal: true, keys: [{ atMs: 0, keys: [...keys, ...'exit\r'] }] as TypedKeys });
  machine.powerOn();
  return machine.console.output.split('\r\n').filter((line) => /^<.*>$/.test(line));
}
const line = (text: string): string[] => [...`echo <${text}>\r`];

describe('on a terminal', () => {
  it('characters are put in where the cursor is', () => {
    expect(echoed(...'echo <ac>', LEFT, LEFT, 'b', '\r')).toEqual(['<abc>']);
    expect(echoed(...'cho <x>', '\x1b[H', 'e', '\x1b[F', LEFT, 'y', '\r')).toEqual(['<xy>']);
    expect(echoed(...'echo <x>', LEFT, LEFT, RIGHT, 'y', '\r')).toEqual(['<xy>']);
  });

  it('Backspace and Delete remove them, Insert writes over them', () => {
    expect(echoed(...'echo <abX>', LEFT, '\x7f', 'c', '\r')).toEqual(['<abc>']);
    expect(echoed(...'echo <aXb>', LEFT, LEFT, LEFT, '\x1b[3~', '\r')).toEqual(['<ab>']);
    expect(echoed(...'echo <aXb>', LEFT, LEFT, LEFT, '\x1b[2~', 'o', '\r')).toEqual(['<aob>']);
  });

  it('ESC clears the line and Ctrl-C gives it up', () => {
    expect(echoed(...'echo <no>', '\x1b', ...line('yes'))).toEqual(['<yes>']);
    expect(echoed(...'echo <no>', '\x03', ...line('yes'))).toEqual(['<yes>']);
  });

  it('earlier lines come back with the arrow up, later ones with the arrow down', () => {
    expect(echoed(...line('1'), ...line('2'), UP, UP, '\r', UP, UP, DOWN, '\r')).toEqual(['<1>', '<2>', '<1>', '<1>']);
    expect(echoed(...line('1'), ...'echo <new>', UP, DOWN, '\r')).toEqual(['<1>', '<new>']);
  });

  it('the history keeps no empty lines and no line twice in a row', () => {
    expect(echoed(...line('1'), '\r', ' ', '\r', ...line('2'), ...line('2'), UP, UP, '\r')).toEqual(['<1>', '<2>', '<2>', '<1>']);
  });

  it('keys that mean nothing change nothing', () => {
    expect(echoed(...'echo <a', '\x1b[15~', '\x1b[5~', '\x00', '\t', ...'b>\r')).toEqual(['<ab>']);
  });
});

describe('from a pipe', () => {
  it('lines are taken as they come, shown behind the prompt, and the end of the input ends the shell', () => {
    const machine = new VirtualMachine({ lines: ['echo one', '', 'echo two'] });
    expect(machine.powerOn()).toMatchObject({ kind: 'os' });
    expect(machine.shellOutput).toBe('Shell> echo one\none\nShell> \nShell> echo two\ntwo\nShell> \n');
  });

  it('a last line without its end is run too', () => {
    const machine = new VirtualMachine({ keys: [{ atMs: 0, keys: [...'echo last'] }] });
    machine.powerOn();
    expect(machine.shellOutput).toBe('Shell> echo last\nlast\nShell> \n');
  });

  it('nothing of a terminal is written: no colours, no cursor', () => {
    const machine = new VirtualMachine({ lines: ['ls', 'map', 'cls', 'pci', 'help'] });
    machine.powerOn();
    expect(machine.console.output).not.toMatch(/[\x1b\r]/);
  });
});

describe('a line while it is edited', () => {
  const edited = (text: string, cursor: number): EditedLine => ({ text, cursor, isOverwriting: false });

  it('has its cursor inside, whatever keys come', () => {
    for (const scanCode of Object.values(Scan)) {
      for (const unicodeChar of ['', 'x', '\b', '\x7f', '\x01', '😀']) {
        for (const [text, cursor] of [['', 0], ['abc', 0], ['abc', 3]] as const) {
          const { text: after, cursor: at } = applyKey(edited(text, cursor), { scanCode, unicodeChar });
          expect(at >= 0 && at <= after.length, `${scanCode} ${JSON.stringify(unicodeChar)}`).toBe(true);
        }
      }
    }
  });

  it('that is longer than the screen is shown around the cursor', () => {
    expect(visiblePart(edited('0123456789', 10), 4)).toEqual({ text: '789', cursor: 3 });
    expect(visiblePart(edited('0123456789', 0), 4)).toEqual({ text: '0123', cursor: 0 });
    expect(visiblePart(edited('0123456789', 5), 4)).toEqual({ text: '2345', cursor: 3 });
  });
});

describe('Tab', () => {
  /** The lines that were run, as the history shows them: what `echo` or another command was given. */
  const after = (keys: readonly string[], files: Readonly<Record<string, string>> = {}): string => {
    const machine = new VirtualMachine({ files, isTerminal: true, keys: [{ atMs: 0, keys: [...'fs0:\r', ...keys, ...'exit\r'] }] });
    machine.powerOn();
    return machine.console.output.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
  };

  it('completes commands, one after the other', () => {
    expect(after([...'dev\t\r'])).toContain('CTRL E G G');
    expect(after([...'ec\t <one>\r'])).toContain('\r\n<one>\r\n');
    expect(after([...'mk\t -?\r'])).toContain('Makes directories.');
    expect(after([...'sh\t\t\t\r'])).toContain('shift');
    expect(after([...'d\t\t\t\t\t -?\r'])).toContain('Shows the date.');
  });

  it('completes files, directories and volumes, whatever the case, and goes on in them', () => {
    const files = { 'Ferry.ini': 'the config', 'EFI/Boot/a file.txt': 'content', 'other.txt': '' };
    expect(after([...'type fer\t\r'], files)).toContain('\r\nthe config\r\n');
    expect(after([...'type e\tb\ta\t\r'], files)).toContain('\r\ncontent\r\n');
    expect(after([...'type fs0:\\f\t\r'], files)).toContain('\r\nthe config\r\n');
    expect(after([...'dir F\t\r'], { 'f1': '' })).toContain('Directory of: FS0:\\');
  });

  it('leaves what has no completion, and what follows the cursor', () => {
    expect(after([...'echo <none\t>\r'])).toContain('\r\n<none>\r\n');
    expect(after([...'echo a f c', LEFT, LEFT, '\t', '\r'], { 'ferry.ini': '' })).toContain('\r\na ferry.ini c\r\n');
  });
});
