// The firmware: one power-on of the machine, from its first line on the console until the operating system, a reset or
// the end of the power.
import { bootManager } from './boot-manager.ts';
import { PostCode } from '../bus/post-code.ts';
import { BootServices } from './boot-services.ts';
import { INTERNAL_SHELL, OPERATING_SYSTEM } from './boot-targets.ts';
import { Checkpoints } from './checkpoints.ts';
import { installConsole, installDevices } from './devices.ts';
import { EventServices } from './events.ts';
import { SIMPLE_TEXT_INPUT_EX_PROTOCOL } from './guid.ts';
import { HandleDatabase } from './handle-database.ts';
import { ImageServices, type EntryPoint } from './image-services.ts';
import { MemoryMap } from './memory-map.ts';
import { MemoryPool } from './memory-pool.ts';
import { osLoader } from './os-loader.ts';
import type { Platform } from './platform.ts';
import { PowerEvent, type PowerEnd } from './power-event.ts';
import { textInputEx } from './protocols/simple-text-input-ex.ts';
import { ConsoleTextInput } from './protocols/simple-text-input.ts';
import { ConsoleTextOutput } from './protocols/simple-text-output.ts';
import { RuntimeServices } from './runtime-services.ts';
import { announceSecureBoot, isEnrolled, verifyImage } from './secure-boot.ts';
import { shellImage } from './shell/main.ts';
import { EfiError } from './status.ts';
import { SystemTable } from './system-table.ts';
import type { VariableStore } from './variable-store.ts';
import { openSystemDisk, type SystemDisk } from './volume/system-disk.ts';
import type { Volume } from './volume/volume.ts';
import { Waiting } from './waiting.ts';
import { Watchdog } from './watchdog.ts';
import { wasiImageFormat } from './wasi-image.ts';

const FIRMWARE_VENDOR = 'Ferry';
const FIRMWARE_REVISION = 0x00010000;
/** UEFI 2.10, section 3.1.2: a boot option has five minutes. */
const WATCHDOG_SECONDS = 300;
const MEBIBYTE = 1024 * 1024;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

export interface PowerOnOptions extends Platform {
  /** The directory behind FS0:, or the file with the image of a disk. */
  readonly volumeDirectory: string;
  /** Outlives the power-on: what is non-volatile is still there after a reset. */
  readonly variables: VariableStore;
  /** Seconds of the countdown before `startup.nsh`. */
  readonly startupDelay: number;
  /** How long a boot option may take; five minutes when not given. */
  readonly watchdogSeconds?: number | undefined;
  /** Seconds of the boot manager's countdown on a terminal when no variable Timeout says otherwise; none when not given. */
  readonly bootTimeout?: number | undefined;
  /** How often in a row the watchdog has reset the machine before this power-on. */
  readonly watchdogResets?: number | undefined;
}

/** How a power-on ended, and the status of the last image that came from a file. */
export type PowerOnResult = PowerEnd & { readonly imageStatus: bigint | undefined };

/** Powers the machine on and runs it to the end of this power-on. */
export function powerOn(options: PowerOnOptions): PowerOnResult {
  const checkpoints = new Checkpoints(options);
  let machine: Machine | undefined;
  try {
    machine = assemble(options, checkpoints);
    return bootManager(machine.system, {
      watchdogSeconds: options.watchdogSeconds ?? WATCHDOG_SECONDS, timeout: options.bootTimeout ?? 0, watchdogResets: options.watchdogResets ?? 0, checkpoints,
    });
  } catch (event) {
    if (!(event instanceof PowerEvent)) throw event;
    if (event.end.kind === 'os') checkpoints.progress('bootComplete');
    if (event.end.kind === 'reset') checkpoints.reach(PostCode.systemReset);
    return { ...event.end, imageStatus: machine?.images.lastStatus };
  } finally {
    closeDisk(machine?.disk, options.console);
  }
}

/** A machine with its tables, before the boot manager. */
export interface Machine {
  readonly system: SystemTable;
  readonly handles: HandleDatabase;
  readonly images: ImageServices;
  readonly events: EventServices;
  readonly memory: MemoryMap;
  readonly pool: MemoryPool;
  /** The first volume. */
  readonly volume: Volume | undefined;
  readonly disk: SystemDisk | undefined;
}

/** Builds the tables, finds the devices, shows the banner. */
export function assemble(options: PowerOnOptions, checkpoints = new Checkpoints(options)): Machine {
  checkpoints.reach(PostCode.powerOn);
  const memory = new MemoryMap(options.memoryBytes);
  checkpoints.reach(PostCode.memoryInstalled);
  checkpoints.reach(PostCode.dxeStarted);
  checkpoints.reach(PostCode.variables);
  options.variables.reset();
  announceSecureBoot(options.variables);
  const runtimeServices = new RuntimeServices(options.clock, options.variables);
  const events = new EventServices(options.clock);
  const conIn = new ConsoleTextInput(options.console);
  const conOut = new ConsoleTextOutput(options.console);
  const watchdog = watchdogOf(options, conOut);
  const handles = new HandleDatabase();
  const pool = new MemoryPool(memory);
  const built = new Map<string, EntryPoint>();
  const images = new ImageServices({
    handles, memory, pool, built, formats: [wasiImageFormat(() => system)], verify: (file) => verifyImage(options.variables, file),
  });
  const bootServices = new BootServices({
    handles, images, events, memory, pool, watchdog, waiting: new Waiting(watchdog, events, options), runtime: runtimeServices,
    exited: () => system.bootServicesExited(),
  });
  checkpoints.reach(PostCode.consoleOutput);
  checkpoints.reach(PostCode.consoleInput);
  const consoleHandle = installConsole(handles, conIn, conOut);
  handles.install(consoleHandle, SIMPLE_TEXT_INPUT_EX_PROTOCOL, textInputEx(conIn, events));
  const system = new SystemTable({
    firmwareVendor: FIRMWARE_VENDOR, firmwareRevision: FIRMWARE_REVISION, consoleHandle, conIn, conOut, stdErr: conOut, bootServices, runtimeServices,
  });
  built.set(INTERNAL_SHELL.text, shellImage(() => system, options.startupDelay));
  built.set(OPERATING_SYSTEM.text, osLoader(() => system));
  checkpoints.reach(PostCode.diskDetect);
  const disk = openDisk(options, conOut);
  checkpoints.reach(PostCode.pciEnumeration);
  const functionCount = installDevices(bootServices, options, disk);
  conOut.outputString(banner(system, options.memoryBytes, functionCount));
  if (isEnrolled(options.variables)) conOut.outputString('Secure Boot is on: images need a signature of an enrolled key.\n');
  return { system, handles, images, events, memory, pool, volume: disk?.volumes[0]?.volume, disk };
}

/** When it expires, it says so and resets the machine. */
function watchdogOf({ clock, watchdogChanged }: PowerOnOptions, conOut: ConsoleTextOutput): Watchdog {
  return new Watchdog(clock, () => {
    conOut.outputString('\nThe watchdog timer expired: the machine is reset.\n');
    throw new PowerEvent({ kind: 'reset', type: 'cold', byWatchdog: true });
  }, (deadline) => watchdogChanged?.(deadline));
}

/** A machine without its volume still boots: the shell is in the firmware. */
function openDisk({ volumeDirectory, clock }: PowerOnOptions, conOut: ConsoleTextOutput): SystemDisk | undefined {
  try {
    const disk = openSystemDisk(volumeDirectory, () => Number(clock.now() / NANOSECONDS_PER_MILLISECOND));
    for (const warning of disk.warnings) conOut.outputString(`${warning}\n`);
    return disk;
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    conOut.outputString(`No boot volume: ${error.message}\n`);
    return undefined;
  }
}

/** A disk that fails at the very end is told; the boot goes on. */
function closeDisk(disk: SystemDisk | undefined, console: PowerOnOptions['console']): void {
  try {
    disk?.close();
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    console.write(`The boot volume was not closed cleanly: ${error.message}\n`);
  }
}

function banner({ header, firmwareVendor, firmwareRevision }: SystemTable, memoryBytes: number, functionCount: number): string {
  const [major, minor] = [firmwareRevision >>> 16, firmwareRevision & 0xffff];
  const uefi = `${header.revision >>> 16}.${(header.revision & 0xffff) / 10}`;
  const memory = Math.floor(memoryBytes / MEBIBYTE).toLocaleString('en-US');
  return `${firmwareVendor} firmware ${major}.${minor}, UEFI ${uefi}\n${memory} MiB of memory, ${functionCount} PCI functions\n`;
}
