// The image format of this firmware: a WASI command in a WebAssembly module. What it imports is given to it over the
// protocols, the same that an image of a real machine would use.
import { FerryError } from '../error.ts';
import { runCommand } from '../wasi/command.ts';
import { isTrap } from '../wasi/exit.ts';
import { WasiError, type WasiSystem } from '../wasi/system.ts';
import { parameters } from './command-line.ts';
import { LOADED_IMAGE_PROTOCOL, RNG_PROTOCOL, SHELL_PARAMETERS_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL, TIMESTAMP_PROTOCOL, type ProtocolGuid } from './guid.ts';
import type { Handle } from './handle-database.ts';
import type { ImageFormat } from './image-services.ts';
import { PciIoBus } from './pci-io-bus.ts';
import type { LoadedImage } from './protocols/loaded-image.ts';
import { EfiError, EfiStatus } from './status.ts';
import type { SystemTable } from './system-table.ts';
import { nanosecondsOf } from './time.ts';
import { memorySize } from './wasm-memory.ts';
import { inputStream, openWasiFile, outputStream } from './wasi-files.ts';

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const INPUT_POLL_MICROSECONDS = 10_000;
/** Frames of a trap that are shown: enough to find the place. */
const TRAP_FRAMES = 8;

/** Whether bytes begin as a WebAssembly module does. */
export const isWasm = (bytes: Uint8Array): boolean => MAGIC.every((byte, index) => bytes[index] === byte);

/** WebAssembly modules as images. */
export function wasiImageFormat(systemTable: () => SystemTable): ImageFormat {
  return {
    load(bytes) {
      if (!isWasm(bytes)) return undefined;
      const module = compiled(bytes);
      return { entry: (image) => run(module, image, systemTable()), dataSize: memorySize(bytes) };
    },
  };
}

function compiled(bytes: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new EfiError('LOAD_ERROR', `the WebAssembly module is broken: ${(error as Error).message}`, { cause: error });
  }
}

/** Runs to the end. A trap becomes EFI_ABORTED, a program made for another environment EFI_UNSUPPORTED. */
function run(module: WebAssembly.Module, image: Handle, system: SystemTable): bigint {
  const open = <T extends object>(protocol: ProtocolGuid<T>): T => openFirst(system, image, protocol);
  const loaded = system.bootServices.openProtocol(image, LOADED_IMAGE_PROTOCOL, image);
  const bus = new PciIoBus(system.bootServices, image);
  try {
    return BigInt(runCommand(module, wasiSystem(system, image, loaded, open), bus));
  } catch (error) {
    if (isTrap(error)) return trapped(system, loaded, error);
    if (!(error instanceof FerryError)) throw error;
    system.stdErr.outputString(`${loaded.filePath.text}: ${error.message}\n${error.hint}\n`);
    return EfiStatus.UNSUPPORTED;
  }
}

function openFirst<T extends object>(system: SystemTable, image: Handle, protocol: ProtocolGuid<T>): T {
  const [first] = system.bootServices.locateHandle(protocol);
  return system.bootServices.openProtocol(first as Handle, protocol, image);
}

function wasiSystem(system: SystemTable, image: Handle, loaded: LoadedImage, open: <T extends object>(protocol: ProtocolGuid<T>) => T): WasiSystem {
  const { bootServices, runtimeServices, conIn } = system;
  const timestamp = open(TIMESTAMP_PROTOCOL);
  const rng = open(RNG_PROTOCOL);
  const sleep = (milliseconds: number): boolean => bootServices.stall(milliseconds * 1000) || conIn.breakPressed();
  return {
    args: argumentsOf(system, image, loaded),
    stdin: inputStream(conIn, system.conOut.mode.isTerminal, () => bootServices.stall(INPUT_POLL_MICROSECONDS) || conIn.breakPressed()),
    stdout: outputStream(system.conOut),
    stderr: outputStream(system.stdErr),
    open: (path, options) => {
      if (!loaded.deviceHandle) throw new WasiError('noEntry', 'this image was not loaded from a volume, so it has no files');
      const root = bootServices.openProtocol(loaded.deviceHandle, SIMPLE_FILE_SYSTEM_PROTOCOL, image).openVolume();
      try {
        return openWasiFile(root, path, options);
      } finally {
        root.close();
      }
    },
    realtime: () => nanosecondsOf(runtimeServices.getTime()),
    monotonic: () => (timestamp.getTimestamp() * 1_000_000_000n) / timestamp.frequency,
    random: (into) => { if (into.length > 0) rng.getRng(into); },
    sleep,
  };
}

/** The shell's parameters when a shell started it; else the load options, the file's name first as argv wants it. */
function argumentsOf(system: SystemTable, image: Handle, loaded: LoadedImage): readonly string[] {
  try {
    return system.bootServices.openProtocol(image, SHELL_PARAMETERS_PROTOCOL, image).argv;
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    const name = loaded.filePath.filePath?.split('\\').at(-1) ?? '';
    return [name, ...parameters(loaded.loadOptions).map(({ text }) => text)];
  }
}

function trapped(system: SystemTable, loaded: LoadedImage, error: Error): bigint {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.includes('wasm'));
  system.stdErr.outputString([
    `!!!! wasm trap - ${error.message} - image ${loaded.filePath.text} !!!!`,
    ...frames.slice(0, TRAP_FRAMES).map((line) => `  ${line.trim()}`),
    'The image was aborted and its files are closed.\n',
  ].join('\n'));
  return EfiStatus.ABORTED;
}
