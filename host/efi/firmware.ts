// The firmware: one power-on of the machine, from its first line on the console until the operating system, a reset or
// the end of the power.
import { INTERNAL_SHELL, bootManager } from './boot-manager.ts';
import { BootServices } from './boot-services.ts';
import { installConsole, installDevices } from './devices.ts';
import { HandleDatabase } from './handle-database.ts';
import { ImageServices, type EntryPoint } from './image-services.ts';
import type { Platform } from './platform.ts';
import { PowerEvent, type PowerEnd } from './power-event.ts';
import { ConsoleTextInput } from './protocols/simple-text-input.ts';
import { ConsoleTextOutput } from './protocols/simple-text-output.ts';
import { RuntimeServices } from './runtime-services.ts';
import { shellImage } from './shell/main.ts';
import { EfiError } from './status.ts';
import { SystemTable } from './system-table.ts';
import type { VariableStore } from './variable-store.ts';
import { DirectoryVolume } from './volume/volume-directory.ts';
import { Watchdog } from './watchdog.ts';
import { wasiImageFormat } from './wasi-image.ts';

const FIRMWARE_VENDOR = 'Ferry';
const FIRMWARE_REVISION = 0x00010000;
/** UEFI 2.10, section 3.1.2: a boot option has five minutes. */
const WATCHDOG_SECONDS = 300;
const MEBIBYTE = 1024 * 1024;

export interface PowerOnOptions extends Platform {
  /** The directory behind FS0:. */
  readonly volumeDirectory: string;
  /** Outlives the power-on: what is non-volatile is still there after a reset. */
  readonly variables: VariableStore;
  /** Seconds of the countdown before `startup.nsh`. */
  readonly startupDelay: number;
  /** How long a boot option may take; five minutes when not given. */
  readonly watchdogSeconds?: number | undefined;
}

/** How a power-on ended, and the status of the last image that came from a file. */
export type PowerOnResult = PowerEnd & { readonly imageStatus: bigint | undefined };

/** Powers the machine on and runs it to the end of this power-on. */
export function powerOn(options: PowerOnOptions): PowerOnResult {
  const machine = assemble(options);
  try {
    return bootManager(machine.system, options.watchdogSeconds ?? WATCHDOG_SECONDS);
  } catch (event) {
    if (event instanceof PowerEvent) return { ...event.end, imageStatus: machine.images.lastStatus };
    throw event;
  }
}

/** A machine with its tables, before the boot manager. */
export interface Machine {
  readonly system: SystemTable;
  readonly handles: HandleDatabase;
  readonly images: ImageServices;
  readonly volume: DirectoryVolume | undefined;
}

/** Builds the tables, finds the devices, shows the banner. */
export function assemble(options: PowerOnOptions): Machine {
  options.variables.reset();
  const runtimeServices = new RuntimeServices(options.clock, options.variables);
  const conIn = new ConsoleTextInput(options.console);
  const conOut = new ConsoleTextOutput(options.console);
  const watchdog = new Watchdog(options.clock, () => {
    conOut.outputString('\nThe watchdog timer expired: the machine is reset.\n');
    return runtimeServices.resetSystem('cold');
  }, (deadline) => options.watchdogChanged?.(deadline));
  const handles = new HandleDatabase();
  const built = new Map<string, EntryPoint>();
  const images = new ImageServices(handles, [wasiImageFormat(() => system)], built);
  const bootServices = new BootServices(handles, images, watchdog, options);
  const system = new SystemTable({
    firmwareVendor: FIRMWARE_VENDOR, firmwareRevision: FIRMWARE_REVISION, consoleHandle: installConsole(handles, conIn, conOut),
    conIn, conOut, stdErr: conOut, bootServices, runtimeServices,
  });
  built.set(INTERNAL_SHELL.text, shellImage(() => system, options.startupDelay));
  const volume = openVolume(options.volumeDirectory, conOut);
  const functionCount = installDevices(bootServices, options, volume);
  conOut.outputString(banner(system, options.memoryBytes, functionCount));
  return { system, handles, images, volume };
}

/** A machine without its volume still boots: the shell is in the firmware. */
function openVolume(directory: string, conOut: ConsoleTextOutput): DirectoryVolume | undefined {
  try {
    return new DirectoryVolume(directory);
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    conOut.outputString(`No boot volume: ${error.message}\n`);
    return undefined;
  }
}

function banner({ header, firmwareVendor, firmwareRevision }: SystemTable, memoryBytes: number, functionCount: number): string {
  const [major, minor] = [firmwareRevision >>> 16, firmwareRevision & 0xffff];
  const uefi = `${header.revision >>> 16}.${(header.revision & 0xffff) / 10}`;
  const memory = Math.floor(memoryBytes / MEBIBYTE).toLocaleString('en-US');
  return `${firmwareVendor} firmware ${major}.${minor}, UEFI ${uefi}\n${memory} MiB of memory, ${functionCount} PCI functions\n`;
}
