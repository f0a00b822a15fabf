// Running a utility of the volume: a WASI command in a WebAssembly module, whatever its file type says.
import { FerryError } from '../error.ts';
import type { FileEntry } from '../lif/directory.ts';
import { runCommand } from '../wasi/command.ts';
import { isTrap } from '../wasi/exit.ts';
import type { WasiSystem } from '../wasi/system.ts';
import { inputStream, outputStream } from './console.ts';
import type { Loader } from './loader.ts';
import { openLifFile } from './wasi-volume.ts';

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const INPUT_POLL_MS = 10;
/** Frames of a trap that are shown: enough to find the place. */
const TRAP_FRAMES = 8;

/** Loads a file and runs it to its end. Answers its exit code; undefined, and the reason on the console, when it has none. */
export function runUtility(loader: Loader, file: FileEntry, args: readonly string[]): number | undefined {
  const bytes = loader.volume.read(file);
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    loader.print(`${file.name} is no utility: expected a WebAssembly module, got other bytes.\n`);
    return undefined;
  }
  try {
    return runCommand(new WebAssembly.Module(Uint8Array.from(bytes)), wasiSystem(loader, [file.name, ...args]), loader.options.bus);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) loader.print(`${file.name} can not be loaded: ${error.message}\n`);
    else if (error instanceof FerryError) loader.print(`${file.name}: ${error.message}\n${error.hint}\n`);
    else if (isTrap(error)) loader.print(trapText(file.name, error));
    else throw error;
    return undefined;
  }
}

function wasiSystem(loader: Loader, args: readonly string[]): WasiSystem {
  const { console, options } = loader;
  return {
    args,
    stdin: inputStream(console, () => loader.stall(INPUT_POLL_MS)),
    stdout: outputStream(console),
    stderr: outputStream(console),
    open: (path, how) => openLifFile(loader.volume, path, how, () => loader.now()),
    realtime: () => options.clock.now(),
    monotonic: () => options.clock.monotonic(),
    random: (into) => options.random(into),
    sleep: (milliseconds) => loader.stall(milliseconds),
  };
}

function trapText(name: string, error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.includes('wasm'));
  return [
    `!!!! wasm trap - ${error.message} - utility ${name} !!!!`,
    ...frames.slice(0, TRAP_FRAMES).map((line) => `  ${line.trim()}`),
    'The utility was aborted and its files are closed.\n',
  ].join('\n');
}
