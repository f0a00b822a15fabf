// The loader under a virtual clock: its prompt, its commands, AUTO, and what goes wrong.
import { beforeAll, describe, expect, it } from 'vitest';
import { cyclePower } from '../../host/efi/power-cycle.ts';
import { words } from '../../host/isl/words.ts';
import { compileProbe, exitImage, trapImage, waitingImage } from '../efi/test-images.ts';
import { textIn, volumeWith } from '../lif/virtual-volume.ts';
import { boot, VirtualLoader, type VirtualLoaderOptions } from './virtual-loader.ts';

const REVISION = 'ISL Revision 1.00 (Ferry)\n';
const HANDOVER = 'ISL: handing over to the operating system.\n';
/** What the lines made the loader write, without the first and the last line. */
function typed(lines: readonly string[], options: VirtualLoaderOptions = {}): string {
  const { output } = boot({ lines, ...options });
  expect(output.startsWith(REVISION)).toBe(true);
  expect(output.endsWith(`ISL> ${HANDOVER}`)).toBe(true);
  return output.slice(REVISION.length, -`ISL> ${HANDOVER}`.length);
}

describe('a command line', () => {
  it.each([
    ['ferry -c ferry.ini', ['ferry', '-c', 'ferry.ini']], ['  a   b ', ['a', 'b']], ['a "b  c" ""', ['a', 'b  c', '']], ['', []], ['a-b.c', ['a-b.c']],
  ])('%j is taken apart', (line, expected) => expect(words(line)).toEqual(expected));
  it.each(['"a', 'a "b', 'a"b', '"a"b'])('%j is refused', (line) => expect(words(line)).toBeUndefined());
});

describe('the prompt', () => {
  it('comes where there is no AUTO; the end of the input hands over', () => {
    expect(boot({})).toMatchObject({ output: `${REVISION}ISL> ${HANDOVER}`, result: { kind: 'os', imageStatus: undefined } });
  });

  it('HELP names every command, and the utilities', () => {
    const help = typed(['help'], { files: { FERRY: exitImage(0) } });
    const names = [...help.matchAll(/^ {4}([A-Z?, ]+?) {2}/gm)].flatMap((match) => (match[1] as string).split(', '));
    expect(names).toEqual(['HELP', '?', 'LS', 'LISTF', 'LSAUTOFL', 'LISTAUTOFL', 'DISPLAY', 'DI', 'BOOT', 'RESET']);
    expect(help).toContain('\nFERRY      BIN     4 ');
    for (const name of names.filter((one) => !['BOOT', 'RESET'].includes(one))) expect(typed([name.toLowerCase()])).not.toContain('no command');
    expect(typed(['?'], { files: { FERRY: exitImage(0) } }).replace('ISL> ?', 'ISL> help')).toBe(help);
  });

  it('LS lists as lifls -l does; LISTF is the same', () => {
    const listing = typed(['LS'], { files: { FERRY: exitImage(0), NOTE: 'x' } });
    expect(listing).toMatch(/^ISL> LS\nUtilities on this system are:\n\nfilename +type +start +size +implement +created\n=+\nFERRY +BIN +4 +3 +\d+ +26\/03\/01 12:34:56\nNOTE +BIN +7 +1 +1 +26\/03\/01 12:34:56\n$/);
    expect(typed(['listf'], { files: { FERRY: exitImage(0), NOTE: 'x' } }).slice(11)).toBe(listing.slice(8));
  });

  it('LSAUTOFL shows AUTO, DISPLAY the paths and the flag, DISPLAY FILE a text', () => {
    const files = { AUTO: 'ferry -c ferry.ini\n', FERRY_INI: '[image bmc]\r\nfile = x' };
    const output = typed(['lsautofl', 'display', 'di ferry.ini', 'listautofl'], { files, autoboot: false });
    expect(output).toContain('ISL> lsautofl\nAuto-execute file contains:\nferry -c ferry.ini\nISL> ');
    expect(output).toContain('    Primary boot path is boot.lif\n    Console path is standard input and output\n    Autoboot is OFF\n');
    expect(output).toContain('ISL> di ferry.ini\n[image bmc]\nfile = x\nISL> listautofl\nAuto-execute file contains:\n');
    expect(typed(['lsautofl'])).toContain('There is no AUTO file on the volume.');
  });

  it('what is no text, no file, no name or no command is said, and the prompt comes again', () => {
    const output = typed(['display ferry', 'display none', 'display a/b', 'frobnicate', '$$$', 'ferry "x', '   ', 'note'], { files: { FERRY: exitImage(0), NOTE: 'a text' } });
    expect(output.split('\n').filter((line) => !line.startsWith('ISL>'))).toEqual([
      'FERRY: expected text, got other bytes',
      'no file NONE on the volume',
      '"a/b": expected a letter of A to Z, then letters, digits, "_", "." or "-"',
      'frobnicate: no command and no utility on the volume. Enter HELP for a list of both.',
      '$$$: no command and no utility on the volume. Enter HELP for a list of both.',
      'A quotation mark is not closed.',
      'NOTE is no utility: expected a WebAssembly module, got other bytes.',
      '',
    ]);
  });

  it('BOOT hands over at once; RESET resets', () => {
    expect(boot({ lines: ['boot', 'ls'] })).toMatchObject({ output: `${REVISION}ISL> boot\n${HANDOVER}`, result: { kind: 'os', imageStatus: undefined } });
    expect(boot({ lines: ['reset'] }).result).toEqual({ kind: 'reset', type: 'cold', imageStatus: undefined });
  });

  it('on a terminal lines can be corrected and given up', () => {
    const keys = [...'lx', '\x7f', ...'sautofl', '\r', ...'foo', '\x15', ...'di', '\x1b[A', '\r', ...'bar', '\x03', ...'boot', '\r'];
    const { output } = boot({ isTerminal: true, keys: [{ atMs: 10, keys }] });
    expect(output).toContain('ISL> lx\b \bsautofl\r\nThere is no AUTO file');
    expect(output).toContain(`foo${'\b \b'.repeat(3)}di\r\n    Primary boot path`);
    expect(output).toContain('ISL> bar\r\nISL> boot\r\n');
    expect(output).not.toContain('no command');
  });

  it('at which nobody ever presses a key gives up after five minutes', () => {
    const { output, result, loader } = boot({ isTerminal: true, isOpen: true });
    expect(result.kind).toBe('os');
    expect(Math.round(loader.elapsedMs / 1000)).toBe(300);
    expect(output).toContain('No key was pressed for 300 seconds');
    expect(boot({ isTerminal: true, keys: [{ atMs: 200_000, keys: ['\r'] }, { atMs: 900_000, keys: [...'boot\r'] }] }).loader.elapsedMs).toBe(900_000);
  });

  it('ends when the one who runs the machine asks for it', () => {
    expect(boot({ isTerminal: true, isOpen: true, stopAtMs: 1000 }).result).toEqual({ kind: 'shutdown', stopped: true, imageStatus: undefined });
  });
});

describe('AUTO', () => {
  const AUTO = 'ls\na\n\nb one\n';
  const files = { AUTO, A: exitImage(3), B: exitImage(2) };

  it('is executed line by line, then the loader hands over with the last exit code; the pipe is not asked', () => {
    const { output, result, loader } = boot({ files, lines: ['reset'], isOpen: true });
    expect(output.split('\n').filter((line) => /booting|returned|ISL>/.test(line))).toEqual(['ISL booting ls', 'ISL booting a', 'A returned 3', 'ISL booting b one', 'B returned 2']);
    expect(output.endsWith(HANDOVER)).toBe(true);
    expect(result).toEqual({ kind: 'os', imageStatus: 2n });
    expect(loader.elapsedMs).toBe(0);
  });

  it('has a countdown on a terminal', () => {
    const { output, loader } = boot({ files, isTerminal: true, isOpen: true, autoDelay: 5 });
    expect([...output.matchAll(/AUTO is executed in (\d) seconds; press any key to interrupt\./g)].map((match) => match[1])).toEqual(['5', '4', '3', '2', '1']);
    expect(loader.elapsedMs).toBe(5000);
    expect(output).toContain('A returned 3');
  });

  it('is interrupted by any key, and the prompt comes', () => {
    const { output, loader } = boot({ files, isTerminal: true, autoDelay: 5, keys: [{ atMs: 2500, keys: ['x'] }, { atMs: 3000, keys: [...'boot\r'] }] });
    expect(loader.elapsedMs).toBe(3000);
    expect(output).toContain('ISL> boot\r\n');
    expect(output).not.toContain('booting');
  });

  it('is interrupted by Ctrl-C in a utility: the utility is asked to stop, the rest is left out', () => {
    const { output, result } = boot({
      files: { AUTO: 'wait\nnever\n', WAIT: waitingImage(10_000) }, isTerminal: true,
      keys: [{ atMs: 2000, keys: ['\x03'] }, { atMs: 20_000, keys: [...'boot\r'] }],
    });
    expect(output).toContain('WAIT returned 4');
    expect(output).toContain('AUTO was interrupted.');
    expect(output).not.toContain('never');
    expect(result).toEqual({ kind: 'os', imageStatus: 4n });
  });

  it('is left out when autoboot is off', () => {
    expect(boot({ files, autoboot: false, lines: ['b'] }).output).toBe(`${REVISION}ISL> b\nB returned 2\nISL> ${HANDOVER}`);
  });

  it.each([
    ['a utility that is missing', { AUTO: 'ferry -c ferry.ini\n' }, 'ferry: no command and no utility'],
    ['a utility that traps', { AUTO: 'trap\n', TRAP: trapImage() }, '!!!! wasm trap - unreachable - utility TRAP !!!!'],
    ['a utility that is no program', { AUTO: 'x\n', X: 'text' }, 'X is no utility'],
    ['a utility that is cut off', { AUTO: 'x\n', X: exitImage(0).subarray(0, 20) }, 'X can not be loaded: '],
    ['an AUTO that is no text', { AUTO: Uint8Array.of(1, 2, 3) }, 'AUTO can not be executed: AUTO: expected text, got other bytes'],
  ])('with %s: the boot goes on to the operating system, with exit code 1', (_what, contents, message) => {
    const { output, result } = boot({ files: contents as VirtualLoaderOptions['files'] & object });
    expect(output).toContain(message);
    expect(output.endsWith(HANDOVER)).toBe(true);
    expect(result).toEqual({ kind: 'os', imageStatus: 1n });
  });

  it('that is empty hands over', () => {
    expect(boot({ files: { AUTO: '\n' } })).toMatchObject({ output: REVISION + HANDOVER, result: { kind: 'os', imageStatus: undefined } });
  });

  it('of a sector padded with zeros, as mkboot leaves it, is executed', () => {
    expect(boot({ files: { ...files, AUTO: 'a\n'.padEnd(256, '\0') } }).result).toEqual({ kind: 'os', imageStatus: 3n });
  });

  it('that takes longer than the watchdog allows resets the machine', () => {
    const { output, result, loader } = boot({ files: { AUTO: 'wait\n', WAIT: waitingImage(400_000) } });
    expect(result).toEqual({ kind: 'reset', type: 'cold', imageStatus: undefined });
    expect(loader.elapsedMs).toBe(300_000);
    expect(output).toContain('The watchdog timer expired: the machine is reset.');
  });

  it('that resets for ever ends at the limit', () => {
    const loader = new VirtualLoader({ files: { AUTO: 'a\nreset\n', A: exitImage(3) } });
    expect(cyclePower(() => loader.powerOn(), { value: 0 }, () => undefined)).toEqual({ handover: 'reset-limit', imageStatus: 3n });
  });

  it('a stop during a utility switches the machine off', () => {
    const { result } = boot({ files: { AUTO: 'wait\nwait\n', WAIT: waitingImage(10_000) }, stopAtMs: 1000 });
    expect(result).toEqual({ kind: 'shutdown', stopped: true, imageStatus: 4n });
  });
});

describe('a utility', () => {
  let probe: Uint8Array;
  beforeAll(async () => { probe = await compileProbe(); });
  const run = (lines: readonly string[], files: VirtualLoaderOptions['files'] = {}): string => typed(lines, { files: { PROBE: probe, ...files } });

  it('gets its arguments as they are, its own name first', () => {
    expect(run(['probe args -c "a b" Ferry.ini'])).toContain('<PROBE>\n<args>\n<-c>\n<a b>\n<Ferry.ini>\n');
  });

  it.each(['note.txt', 'NOTE_TXT', './note.txt', 'Note-Txt'])('finds a file as %s', (path) => {
    expect(run([`probe cat ${path}`], { NOTE_TXT: 'a note\n' })).toContain('a note\nPROBE returned 0');
  });

  it.each([['images/note.txt', 54], ['none.txt', 44], ['../note.txt', 76], ['.', 31], ['12', 28], ['notes-2026.txt', 37]])('does not find %s (errno %d)', (path, errno) => {
    expect(run([`probe cat ${path}`], { NOTE_TXT: 'a note\n' })).toContain(`errno ${errno}\n`);
  });

  it('writes a file that is on the volume afterwards, in place of the old one', () => {
    const volume = volumeWith({ PROBE: probe, OUT_TXT: 'a longer text of before' });
    boot({ volume, lines: ['probe write out.txt made', 'probe write fresh x'] });
    expect([textIn(volume, 'OUT_TXT'), textIn(volume, 'FRESH')]).toEqual(['made', 'x']);
  });

  it('that traps leaves the prompt alive and its volume whole', () => {
    const output = run(['probe trap', 'probe recurse', 'probe leak note', 'probe cat note'], { NOTE: 'a note\n' });
    expect(output.match(/!!!! wasm trap/g)?.length).toBe(3);
    expect(output).toContain('a note\nPROBE returned 0');
  });

  it('has clocks, random numbers, sleep and the bus', () => {
    const output = run(['probe clock', 'probe random', 'probe sleep 1500', 'probe pci']);
    expect(output).toContain(`${BigInt(Date.UTC(2026, 2, 1, 12, 34, 56)) * 1_000_000n}\n0\n`);
    expect(output).toContain(`${0x7a55300b}\n`);
    expect(output).toContain('ISL> probe pci\n8086\n');
  });
});
