import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { managementFunction, REGISTERS_SIZE, WINDOW_SIZE } from '../../host/bus/management-function.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';
import { LoggedStream, RunLog } from '../../host/os/log.ts';
import { runOnNode } from '../../host/os/runner.ts';
import { StopFlag } from '../../host/os/stop.ts';
import { Errno, WasiError } from '../../host/wasi/system.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { answerAt, call, handMade, show, u32s } from '../wasi/hand-made-program.ts';
import { MemoryFile } from '../wasi/recording-system.ts';

let scratch: ReturnType<typeof scratchDirectory>;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

const noon = (): Date => new Date(Date.UTC(2025, 0, 2, 12));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a program on Node', () => {
  it('reaches its volume, the bus and the stop flag', () => {
    writeFileSync(join(scratch.path, 'FERRY.INI'), 'config');
    const stdout = new MemoryFile();
    const stop = new StopFlag();
    stop.request();
    const shown = show(answerAt(0), 16);
    const module = handMade({
      data: { 0: 'ferry.ini', 64: u32s(128, 100), ...shown.data },
      steps: [
        call('path_open', 3, 0, 0, 9, 0, 0x2, 0, 0, 200), call('fd_read', { at: 200 }, 64, 1, 204),
        call('pci_config_read', 0x100, 0, 4), call('sleep', 600_000), shown.step, call('proc_exit', 4),
      ],
    });
    const bus = emulatedBus(managementFunction(new LocalMemory(REGISTERS_SIZE), new LocalMemory(WINDOW_SIZE)));
    const options = { module, args: ['ferry'], volumeRoot: scratch.path, bus, stop, stdout, stderr: stdout };
    expect(runOnNode(options)).toBe(4);
    expect([...new Uint32Array(stdout.content.slice().buffer)]).toEqual([0, 0, 0x00014652, 1]);
  });

  it('is answered clocks that go on and randomness that differs', () => {
    const stdout = new MemoryFile();
    const shown = show(0x1000, 32);
    const module = handMade({
      data: shown.data,
      steps: [
        call('clock_time_get', 1, 0, 0x1000), call('clock_time_get', 1, 0, 0x1008), call('random_get', 0x1010, 8), call('random_get', 0x1018, 8), shown.step,
      ],
    });
    runOnNode({ module, args: [], volumeRoot: scratch.path, bus: emulatedBus(undefined), stop: new StopFlag(), stdout, stderr: stdout });
    const [first, second, random, other] = new BigUint64Array(stdout.content.slice().buffer);
    expect(second! >= first!).toBe(true);
    expect(random).not.toBe(other);
  });
});

describe('the log', () => {
  const lines = (): string[] => readFileSync(join(scratch.path, 'log'), 'utf8').split('\n').slice(0, -1);
  const logOf = (): RunLog => new RunLog(join(scratch.path, 'log'), () => {}, noon);

  it('holds every line with its time, and of a line that is drawn again only what stays', () => {
    const target = new MemoryFile();
    const stream = new LoggedStream(target, logOf());
    const output = ['one\ntw', 'o\r\n', '\r 10 %', '\r 20 %\r', '\x1b[K100 %, stored\n', '\n', 'fäh'];
    for (const part of output) stream.write(bytes(part));
    stream.flush();
    stream.flush();
    expect(lines()).toEqual(['one', 'two', '100 %, stored', '', 'fäh'].map((line) => `2025-01-02T12:00:00.000Z ${line}`));
    expect(target.text, 'the terminal gets everything').toBe(output.join(''));
  });

  it('of a program ends with its last line, also when the program traps', () => {
    const stdout = new MemoryFile();
    const module = handMade({ data: { 0: 'half a line', 64: u32s(0, 11) }, steps: [call('fd_write', 1, 64, 1, 72), 'trap'] });
    const options = { module, args: [], volumeRoot: scratch.path, bus: emulatedBus(undefined), stop: new StopFlag(), stdout, stderr: stdout, log: logOf() };
    expect(() => runOnNode(options)).toThrow(WebAssembly.RuntimeError);
    expect(lines()).toEqual(['2025-01-02T12:00:00.000Z half a line']);
  });

  it('cuts endless lines instead of keeping them', () => {
    const stream = new LoggedStream(new MemoryFile(), logOf());
    stream.write(new Uint8Array(65536 + 3).fill(0x61));
    expect(lines()).toHaveLength(1);
  });

  it('on a full disk complains once and does not stop the run', () => {
    const complaints: string[] = [];
    const stream = new LoggedStream(new MemoryFile(), new RunLog('/dev/full', (message) => complaints.push(message)));
    for (let i = 0; i < 3; i++) expect(stream.write(bytes('line\n'))).toBe(5);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('/dev/full ends here');
  });

  it('that can not be opened is an error before anything is sent', () => {
    expect(() => new RunLog(scratch.path, () => {})).toThrow(/can not be opened.*nothing was sent/);
  });

  it('does not hide that the stream itself fails', () => {
    const target = new MemoryFile();
    target.failure = { after: 0, error: new WasiError('io', 'the reader is gone') };
    const module = handMade({ data: { 64: u32s(0, 1) }, steps: [call('fd_write', 1, 64, 1, 72), call('proc_exit', { at: answerAt(0) })] });
    const options = { module, args: [], volumeRoot: scratch.path, bus: emulatedBus(undefined), stop: new StopFlag(), stdout: target, stderr: target, log: logOf() };
    expect(runOnNode(options)).toBe(Errno.io);
  });
});
