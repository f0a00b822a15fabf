import { describe, expect, it } from 'vitest';
import type { Bus } from '../../host/bus/bus.ts';
import { FerryError } from '../../host/error.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { isTrap, ProgramFault } from '../../host/wasi/exit.ts';
import { Errno, WasiError } from '../../host/wasi/system.ts';
import { answerAt, call, handMade, PAGE, show, u32s } from './hand-made-program.ts';
import { MemoryFile, RecordingSystem } from './recording-system.ts';

const noBus: Bus = {
  readConfiguration: () => 0xffffffff, writeConfiguration() {}, readMemory: () => 0xffffffff, writeMemory() {},
  copyFromMemory: (_fn, _bar, _offset, into) => void into.fill(0xff), copyToMemory() {},
};

const READ = 0x2;
const WRITE = 0x40;
const SEEK = 0x4;

/** Runs steps and answers what each call answered. */
function answers(system: RecordingSystem, steps: Parameters<typeof handMade>[0]['steps'], data: object = {}, bus = noBus): number[] {
  const shown = show(answerAt(0), steps.length * 4);
  runCommand(handMade({ data: { ...data, ...shown.data }, steps: [...steps, shown.step] }), system, bus);
  return system.words.slice(-steps.length);
}

describe('a command', () => {
  it('ends with 0 when it returns and with its code when it exits', () => {
    const system = new RecordingSystem();
    expect(runCommand(handMade({ steps: [] }), system, noBus)).toBe(0);
    expect(runCommand(handMade({ steps: [call('proc_exit', 64), 'trap'] }), system, noBus)).toBe(64);
  });

  it('gets its arguments', () => {
    const system = new RecordingSystem();
    system.args = ['ferry', '-c', 'fähre.ini'];
    const steps = [call('args_sizes_get', 0, 4), call('args_get', 16, 64), call('fd_write', 1, 512, 1, 528)];
    runCommand(handMade({ data: { 512: u32s(0, 96) }, steps }), system, noBus);
    const [count, size] = system.words;
    expect([count, size]).toEqual([3, 20]);
    expect(system.words.slice(4, 7)).toEqual([64, 70, 73]);
    expect(system.stdout.text.slice(64)).toContain('ferry\0-c\0fähre.ini\0');
  });

  it('reads clocks, random bytes and nothing it was not given', () => {
    const system = new RecordingSystem();
    const steps = [call('clock_time_get', 0, 1, 0), call('clock_time_get', 1, 1, 8), call('clock_time_get', 2, 1, 8), call('random_get', 16, 4)];
    expect(answers(system, steps)).toEqual([0, 0, Errno.invalid, 0]);
  });

  it('opens, reads, seeks and closes files', () => {
    const system = new RecordingSystem();
    const file = new MemoryFile('0123456789');
    system.files.set('images/bmc.bin', file);
    const data = { 0: './images//x/../bmc.bin', 64: u32s(128, 4, 136, 4), 512: u32s(128, 16) };
    const fd = { at: 100 };
    const steps = [
      call('path_open', 3, 0, 0, 22, 0, READ | SEEK, 0, 0, 100), call('fd_seek', fd, 3, 0, 104), call('fd_read', fd, 64, 2, 112),
      call('fd_write', fd, 64, 1, 112), call('fd_close', fd), call('fd_read', fd, 64, 2, 112), call('fd_close', fd),
      call('fd_write', 1, 512, 1, 116),
    ];
    expect(answers(system, steps, data)).toEqual([0, 0, 0, Errno.notCapable, 0, Errno.badDescriptor, Errno.badDescriptor, 0]);
    expect(system.opened).toEqual([{ path: 'images/bmc.bin', options: { write: false, create: false, truncate: false } }]);
    expect(system.stdout.text.slice(0, 16)).toBe('3456\0\0\0\x00789\0\0\0\0\0');
    expect(file.closed).toBe(1);
  });

  it('creates and truncates files only with the right to write', () => {
    const system = new RecordingSystem();
    const data = { 0: 'report.json', 64: u32s(0, 6) };
    const steps = [
      call('path_open', 3, 0, 0, 11, 9, READ, 0, 0, 100), call('path_open', 3, 0, 0, 11, 9, WRITE, 0, 0, 100),
      call('fd_write', { at: 100 }, 64, 1, 104), call('fd_read', { at: 100 }, 64, 1, 104),
    ];
    expect(answers(system, steps, data)).toEqual([Errno.invalid, 0, 0, Errno.notCapable]);
    expect(system.files.get('report.json')?.text).toBe('report');
    expect(system.files.get('report.json')?.closed).toBe(1);
  });

  it('sees a terminal as a character device and the root as a directory', () => {
    const system = new RecordingSystem();
    system.stdout.isTerminal = true;
    const steps = [0, 1, 3].map((fd) => call('fd_fdstat_get', fd, fd * 24)).concat(call('fd_fdstat_get', 9, 0), call('fd_write', 1, 512, 1, 520));
    expect(answers(system, steps, { 512: u32s(0, 96) })).toEqual([0, 0, 0, Errno.badDescriptor, 0]);
    const types = [0, 24, 72].map((at) => system.stdout.content[at]);
    expect(types).toEqual([0, 2, 3]);
  });

  it('is answered with the errno of a failing file', () => {
    const system = new RecordingSystem();
    const file = new MemoryFile();
    file.failure = { after: 1, error: new WasiError('noSpace', 'full') };
    system.files.set('a', file);
    const data = { 0: 'a', 64: u32s(0, 1, 0, 1) };
    const steps = [call('path_open', 3, 0, 0, 1, 0, WRITE, 0, 0, 100), call('fd_write', { at: 100 }, 64, 2, 104), call('fd_write', { at: 100 }, 64, 2, 108)];
    const failAgain = new MemoryFile();
    failAgain.failure = { after: 0, error: new WasiError('noSpace', 'full') };
    expect(answers(system, steps, data).slice(0, 2)).toEqual([0, 0]);
    expect(file.content.length, 'what was written before the failure is reported, not lost').toBe(3);
    system.files.set('a', failAgain);
    expect(answers(system, steps.slice(0, 2), data)).toEqual([0, Errno.noSpace]);
  });

  it.each([
    ['', Errno.noEntry], ['/etc/passwd', Errno.notCapable], ['../x', Errno.notCapable], ['a/../../x', Errno.notCapable],
    ['a\0b', Errno.invalid], ['.', Errno.isDirectory], ['a/..', Errno.isDirectory], ['missing', Errno.noEntry],
  ])('is refused the path %j', (path, errno) => {
    const size = new TextEncoder().encode(path).length;
    expect(answers(new RecordingSystem(), [call('path_open', 3, 0, 0, size, 0, READ, 0, 0, 100)], { 0: path })).toEqual([errno]);
  });

  it('is refused a path that is not UTF-8, one too long, and descriptors that are no directory', () => {
    const steps = [
      call('path_open', 3, 0, 0, 2, 0, READ, 0, 0, 100), call('path_open', 3, 0, 0, 5000, 0, READ, 0, 0, 100),
      call('path_open', 1, 0, 0, 1, 0, READ, 0, 0, 100), call('path_open', 3, 0, 0, 1, 4, READ, 0, 0, 100),
      call('path_open', 3, 0, 0, 1, 0, READ, 0, 1, 100), call('fd_read', 3, 64, 0, 100), call('fd_seek', 1, 0, 0, 104),
    ];
    const expected = [Errno.invalid, Errno.nameTooLong, Errno.notDirectory, Errno.invalid, Errno.invalid, Errno.isDirectory, Errno.notCapable];
    expect(answers(new RecordingSystem(), steps, { 0: [0xff, 0xfe] })).toEqual(expected);
  });

  it('is told when it leaks descriptors, and none stays open', () => {
    const system = new RecordingSystem();
    const file = new MemoryFile('a');
    system.files.set('a', file);
    const steps = Array.from({ length: 64 }, () => call('path_open', 3, 0, 0, 1, 0, READ, 0, 0, 100));
    const answered = answers(system, steps, { 0: 'a' });
    expect(answered.slice(0, 60).every((errno) => errno === 0)).toBe(true);
    expect(answered.slice(60)).toEqual(Array(4).fill(Errno.tooManyFiles));
    expect(file.closed).toBe(60);
  });
});

describe('a pointer outside the memory of the program', () => {
  const end = PAGE - 3;
  it.each([
    ['fd_read result', call('fd_read', 0, 0, 1, end)], ['fd_read iovecs', call('fd_read', 0, -8, 2, 0)],
    ['fd_read buffer', call('fd_read', 0, 16, 1, 0)], ['fd_read wrapping size', call('fd_read', 0, 24, 1, 0)],
    ['fd_write iovecs', call('fd_write', 1, PAGE, 1, 0)], ['fd_write many iovecs', call('fd_write', 1, 0xff00, 1024, 0)],
    ['fd_fdstat_get', call('fd_fdstat_get', 1, PAGE - 23)], ['args_sizes_get', call('args_sizes_get', 0, end)],
    ['args_get pointers', call('args_get', PAGE - 7, 0)], ['args_get bytes', call('args_get', 0, PAGE - 9)],
    ['clock_time_get', call('clock_time_get', 0, 0, PAGE - 7)], ['random_get', call('random_get', 1, PAGE)],
    ['random_get at -1', call('random_get', -1, 1)], ['path_open path', call('path_open', 3, 0, 1, PAGE, 0, READ, 0, 0, 0)],
    ['path_open result', call('path_open', 3, 0, 0, 1, 9, WRITE, 0, 0, end)], ['fd_seek result', call('fd_seek', 0, 0, 0, PAGE - 7)],
  ])('is the errno fault: %s', (_name, step) => {
    const system = new RecordingSystem();
    system.stdin.content = new Uint8Array(16);
    const data = { 16: u32s(PAGE - 1, 2, 16, 0xffffffff) };
    expect(answers(system, [step], data)).toEqual([Errno.fault]);
    expect(system.opened, 'nothing was opened or created').toEqual([]);
    expect(system.stdin.position, 'nothing was read').toBe(0);
  });

  it('is allowed once the memory has grown to it', () => {
    expect(answers(new RecordingSystem(), [call('random_get', PAGE, 4), 'grow', call('random_get', PAGE, 4)])).toEqual([Errno.fault, 0, 0]);
  });
});

describe('the module bus', () => {
  it('passes every call on, with unsigned numbers and views of the program’s memory', () => {
    const seen: unknown[][] = [];
    const bus: Bus = {
      readConfiguration: (...args) => (seen.push(args), 0x80000001), writeConfiguration: (...args) => void seen.push(args),
      readMemory: (...args) => (seen.push(args), 0xffffffff), writeMemory: (...args) => void seen.push(args),
      copyFromMemory: (fn, bar, offset, into) => { seen.push([fn, bar, offset, into.length]); into.fill(0x11); },
      copyToMemory: (fn, bar, offset, from) => void seen.push([fn, bar, offset, [...from]]),
    };
    const steps = [
      call('pci_config_read', 0x100, 0, 4), call('pci_config_write', 0x100, 4, 2, -1), call('memory_read', 0x100, 0, 8, 4),
      call('memory_write', 0x100, 0, 8, 1, 7), 'grow' as const, call('memory_copy_from', 0x100, 2, -4096, 0, 4),
      call('memory_copy_to', 0x100, 2, 16, 0, 4), call('sleep', -1),
    ];
    const system = new RecordingSystem();
    system.stop = true;
    const answered = answers(system, steps, {}, bus);
    expect([answered[0], answered[2], answered[7]]).toEqual([0x80000001, 0xffffffff, 1]);
    expect(seen).toEqual([
      [0x100, 0, 4], [0x100, 4, 2, 0xffffffff], [0x100, 0, 8, 4], [0x100, 0, 8, 1, 7], [0x100, 2, 0xfffff000, 4],
      [0x100, 2, 16, [0x11, 0x11, 0x11, 0x11]],
    ]);
    expect(system.slept).toEqual([0xffffffff]);
  });

  it.each([
    ['memory_copy_from', call('memory_copy_from', 0, 2, 0, PAGE - 1, 2)], ['memory_copy_to', call('memory_copy_to', 0, 2, 0, -1, 1)],
    ['memory_read', call('memory_read', 0, 0, 0, 8)], ['pci_config_write', call('pci_config_write', 0, 0, 3, 0)],
  ])('ends the program when %s breaks its contract, and says so', (name, step) => {
    let caught: unknown;
    try { runCommand(handMade({ steps: [step] }), new RecordingSystem(), noBus); } catch (error) { caught = error; }
    expect(caught).toBeInstanceOf(ProgramFault);
    expect((caught as Error).message).toContain(`bus.${name}: `);
    expect(isTrap(caught)).toBe(true);
  });
});

describe('when a program stops unexpectedly', () => {
  it('the trap reaches the caller after every file has been closed, even when closing one fails', () => {
    const system = new RecordingSystem();
    const files = ['a', 'b', 'c'].map((name) => {
      const file = new MemoryFile(name);
      system.files.set(name, file);
      return file;
    });
    files[0]!.close = () => { throw new WasiError('io', 'the disk is gone'); };
    const opens = [0, 1, 2].map((at) => call('path_open', 3, 0, at, 1, 0, READ, 0, 0, 100));
    expect(() => runCommand(handMade({ data: { 0: 'abc' }, steps: [...opens, 'trap'] }), system, noBus)).toThrow(WebAssembly.RuntimeError);
    expect(files.slice(1).map((file) => file.closed)).toEqual([1, 1]);
    expect(system.stdout.closed, 'streams belong to the environment').toBe(0);
  });

  it('an error of the environment that is no WasiError goes through', () => {
    const system = new RecordingSystem();
    system.open = () => { throw new TypeError('a mistake of ours'); };
    expect(() => runCommand(handMade({ data: { 0: 'a' }, steps: [call('path_open', 3, 0, 0, 1, 0, READ, 0, 0, 100)] }), system, noBus)).toThrow(TypeError);
  });
});

describe('a module is refused', () => {
  const refusal = (recipe: Parameters<typeof handMade>[0]): unknown => {
    try { runCommand(handMade(recipe), new RecordingSystem(), noBus); } catch (error) { return error; }
    return undefined;
  };
  it.each([
    ['env.abort'], ['wasi_snapshot_preview1.path_unlink_file'], ['wasi_snapshot_preview1.toString'], ['bus.reboot'], ['toString.call'],
  ])('when it imports %s, which is named', (name) => {
    const error = refusal({ steps: [], extraImports: [name] }) as FerryError;
    expect(error).toBeInstanceOf(FerryError);
    expect(error.code).toBe('program-refused');
    expect(error.message).toContain(`the function ${name}`);
  });
  it('when it has no _start or no memory', () => {
    expect((refusal({ steps: [], startName: 'main' }) as Error).message).toContain('_start');
    expect((refusal({ steps: [], memoryName: 'm' }) as Error).message).toContain('memory');
  });
});
