import asc from 'assemblyscript/asc';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emulatedBus } from '../../host/bus/emulated-machine.ts';
import { runCommand } from '../../host/wasi/command.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { RecordingSystem } from './recording-system.ts';

/** A program as people write them in AssemblyScript, through the whole of the shim that ferry.wasm is built with. */
const SOURCE = `
@external("bus", "sleep") declare function sleep(milliseconds: u32): u32;
const argv = process.argv;
console.log(argv.join("|"));
if (argv[1] == "stdin") {
  const buffer = new ArrayBuffer(64);
  const size = process.stdin.read(buffer);
  process.stderr.write(String.UTF8.decode(buffer.slice(0, size)));
}
if (argv[1] == "time") console.log((Date.now() / 1000).toString());
if (argv[1] == "abort") abort("on purpose", "program.ts", 1, 2);
if (argv[1] == "trap") load<u8>(<usize>-1);
process.exit(sleep(7) ? 4 : 0);
`;

/** The options of the target "ferry" in asconfig.json that make an AssemblyScript program a WASI command. */
function commandOptions(): string[] {
  const { lib, use } = JSON.parse(readFileSync('asconfig.json', 'utf8')).targets.ferry as { lib: string[]; use: string[] };
  return [...lib.flatMap((path) => ['--lib', path]), ...use.flatMap((alias) => ['--use', alias]), '--exportStart', '_start', '--runtime', 'stub'];
}

const scratch = scratchDirectory();
let module: WebAssembly.Module;

beforeAll(async () => {
  const source = join(scratch.path, 'program.ts');
  const binary = join(scratch.path, 'program.wasm');
  writeFileSync(source, SOURCE);
  const { error, stderr } = await asc.main([source, '--outFile', binary, ...commandOptions()]);
  if (error) throw new Error(`asc failed: ${stderr.toString()}`);
  module = new WebAssembly.Module(readFileSync(binary));
});
afterAll(() => scratch.remove());

function run(system: RecordingSystem, ...args: string[]): number {
  system.args = ['ferry', ...args];
  return runCommand(module, system, emulatedBus(undefined));
}

describe('an AssemblyScript program with the WASI shim', () => {
  it('gets its arguments, writes, and ends with its code', () => {
    const system = new RecordingSystem();
    expect(run(system, '-c', 'fähre.ini')).toBe(0);
    expect(system.stdout.text).toBe('ferry|-c|fähre.ini\n');
    expect(system.slept).toEqual([7]);
  });

  it('ends as asked when it is told to stop', () => {
    const system = new RecordingSystem();
    system.stop = true;
    expect(run(system, '')).toBe(4);
  });

  it('reads its input and the clock', () => {
    const system = new RecordingSystem();
    system.stdin.content = new TextEncoder().encode('input');
    run(system, 'stdin');
    run(system, 'time');
    expect(system.stderr.text).toBe('input');
    expect(system.stdout.text).toContain('1700000000');
  });

  it('says where it aborted, and traps when it reads outside its memory', () => {
    const system = new RecordingSystem();
    expect(run(system, 'abort')).toBe(255);
    expect(system.stderr.text).toContain('on purpose in program.ts(1:2)');
    expect(() => run(system, 'trap')).toThrow(WebAssembly.RuntimeError);
  });
});
