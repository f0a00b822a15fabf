// The state of a running shell: what its commands and scripts share. Knows neither how a line is run nor any command.
import type { BootServices } from '../boot-services.ts';
import type { Handle } from '../handle-database.ts';
import { Colour } from '../protocols/simple-text-output.ts';
import { statusNumber } from '../status.ts';
import type { SystemTable } from '../system-table.ts';
import { Aliases } from './aliases.ts';
import { Environment } from './environment.ts';
import type { Script } from './script/script.ts';
import type { Mapping } from './volume-map.ts';
import { VolumeMap } from './volume-map.ts';

/** Version of the UEFI Shell specification that the shell follows. */
export const SHELL_VERSION = '2.2';
/** Level 3: interactive, with all commands for scripts. */
const SHELL_SUPPORT_LEVEL = '3';

/** One shell. */
export class Shell {
  readonly system: SystemTable;
  readonly image: Handle;
  readonly environment: Environment;
  readonly volumes: VolumeMap;
  readonly aliases: Aliases;
  /** The scripts that run, the innermost last. */
  readonly scripts: Script[] = [];
  isEchoOn = true;
  /** Set by `exit`: the whole shell ends. */
  exitCode: bigint | undefined;
  /** Set by `exit /b`: the innermost script ends. */
  scriptExitCode: bigint | undefined;

  constructor(system: SystemTable, image: Handle) {
    this.system = system;
    this.image = image;
    this.environment = new Environment(system.runtimeServices);
    this.volumes = new VolumeMap(system.bootServices);
    this.aliases = new Aliases(system.runtimeServices);
    this.refreshVolumes();
    const [major, minor] = [system.header.revision >>> 16, system.header.revision & 0xffff];
    this.environment.setInternal('lasterror', '0x0');
    this.environment.setInternal('uefishellsupport', SHELL_SUPPORT_LEVEL);
    this.environment.setInternal('uefishellversion', SHELL_VERSION);
    this.environment.setInternal('uefiversion', `${major}.${minor}`);
  }

  get boot(): BootServices {
    return this.system.bootServices;
  }

  get script(): Script | undefined {
    return this.scripts.at(-1);
  }

  print(text: string): void {
    this.system.conOut.outputString(text);
  }

  printColoured(colour: number, text: string): void {
    this.system.conOut.setAttribute(colour);
    this.system.conOut.outputString(text);
    this.system.conOut.setAttribute(Colour.lightGray);
  }

  /** `Shell> `, or `FS0:\> ` once there is a current directory. */
  get prompt(): string {
    const directory = this.environment.get('cwd');
    return directory === undefined ? 'Shell> ' : `${directory}\\> `;
  }

  setLastError(status: bigint): void {
    this.environment.setInternal('lasterror', statusNumber(status));
  }

  /** Makes a volume or a directory current. */
  changeDirectory(mapping: Mapping, directory: readonly string[], options: { readonly makeCurrent: boolean }): void {
    mapping.directory = directory;
    if (options.makeCurrent) this.volumes.current = mapping;
    this.#showDirectory();
  }

  /** Looks for volumes anew and puts them on the path, as `map -r` does. */
  refreshVolumes(): void {
    this.volumes.refresh();
    const path = this.volumes.all.flatMap(({ name }) => [`${name}:\\efi\\tools\\`, `${name}:\\efi\\boot\\`, `${name}:\\`]).join(';');
    this.environment.setInternal('path', path === '' ? undefined : path);
    this.#showDirectory();
  }

  #showDirectory(): void {
    const { current } = this.volumes;
    this.environment.setInternal('cwd', current && [`${current.name}:`, ...current.directory].join('\\'));
  }
}
