// Starting an image from the shell: LoadImage, the shell parameters, StartImage. Its status becomes `%lasterror%`.
import type { DevicePath } from '../device-path.ts';
import { LOADED_IMAGE_PROTOCOL, SHELL_PARAMETERS_PROTOCOL } from '../guid.ts';
import { EfiError, EfiStatus } from '../status.ts';
import { fullName, type FoundFile } from './paths.ts';
import type { Shell } from './shell.ts';

/**
 * Runs an image. What it returns is its status. An image that can not be loaded is reported, and its status keeps the
 * error bit that the EDK II shell takes off: without it EFI_UNSUPPORTED would be 3, which `ferry` uses for `reset needed`.
 */
export function runImage(shell: Shell, file: FoundFile, words: readonly string[]): bigint {
  const path = file.mapping.devicePath.append({ type: 'file', path: `\\${file.names.join('\\')}` });
  const status = loadAndStart(shell, file, path, words);
  shell.setLastError(status);
  return status;
}

function loadAndStart(shell: Shell, file: FoundFile, path: DevicePath, words: readonly string[]): bigint {
  const { boot, image: parent } = shell;
  try {
    const image = boot.loadImage(parent, path);
    boot.handleProtocol(image, LOADED_IMAGE_PROTOCOL).loadOptions = words.join(' ');
    const parameters = { argv: words };
    boot.installProtocolInterface(image, SHELL_PARAMETERS_PROTOCOL, parameters);
    try {
      return boot.startImage(image);
    } finally {
      boot.uninstallProtocolInterface(image, SHELL_PARAMETERS_PROTOCOL, parameters);
    }
  } catch (error) {
    if (!(error instanceof EfiError)) throw error;
    shell.print(`'${fullName(file)}' ${reason(error)}\n`);
    return error.status;
  }
}

function reason(error: EfiError): string {
  if (error.status === EfiStatus.UNSUPPORTED) return 'is not recognized as an executable image: expected a WebAssembly module.';
  return `can not be started: ${error.message}`;
}
