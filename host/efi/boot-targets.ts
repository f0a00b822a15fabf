// What the device path of a boot option stands for (UEFI 2.10, section 3.1.2): images in the firmware, full paths, short
// forms that begin with a partition or a file, and volumes, whose image has the name for removable media.
import { DevicePath } from './device-path.ts';
import { nodeText } from './device-path-nodes.ts';
import { DEVICE_PATH_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL } from './guid.ts';
import type { BootServices } from './boot-services.ts';
import { EfiError } from './status.ts';
import { isWasm } from './wasi-image.ts';

/** The shell in the firmware volume, with the file name that OVMF gives it. */
export const INTERNAL_SHELL = new DevicePath(
  { type: 'fv', guid: '7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1' }, { type: 'fv-file', guid: '7C04A583-9E3E-4F1C-AD65-E05268D0B4D1' },
);
/** What stands for the operating system: reaching it ends the firmware's work. */
export const OPERATING_SYSTEM = new DevicePath({ type: 'vendor-hardware', guid: 'D2E1B6A4-5F0C-4E0B-9E7D-3C1A7F45B201' });

/** The image of a medium that nobody made a boot option for (UEFI 2.10, section 3.5.1.1). */
export const REMOVABLE_MEDIA_FILE = '\\EFI\\BOOT\\BOOTX64.EFI';

/** The device paths of all volumes. */
function volumePaths(boot: BootServices): DevicePath[] {
  try {
    return boot.locateHandle(SIMPLE_FILE_SYSTEM_PROTOCOL).map((handle) => boot.handleProtocol(handle, DEVICE_PATH_PROTOCOL));
  } catch (error) {
    if (error instanceof EfiError) return [];
    throw error;
  }
}

/** The full paths that an option's path may mean, in the order in which they are tried. */
export function bootTargets(boot: BootServices, path: DevicePath): DevicePath[] {
  const volumes = volumePaths(boot);
  return expanded(volumes, path).map((full) => {
    const isVolume = volumes.some((volume) => volume.text === full.text);
    return isVolume ? full.append({ type: 'file', path: REMOVABLE_MEDIA_FILE }) : full;
  });
}

function expanded(volumes: readonly DevicePath[], path: DevicePath): DevicePath[] {
  const [first, ...rest] = path.nodes;
  if (first?.type === 'file') return volumes.map((volume) => volume.append(...path.nodes));
  if (first?.type !== 'hd') return [path];
  return volumes.filter((volume) => volume.nodes.some((node) => nodeText(node) === nodeText(first))).map((volume) => volume.append(...rest));
}

/** The volumes whose image for removable media is one that this firmware can run. */
export function removableMedia(boot: BootServices): DevicePath[] {
  return volumePaths(boot).filter((volume) => {
    try {
      return startsAsWasm(boot, volume);
    } catch (error) {
      if (error instanceof EfiError) return false;
      throw error;
    }
  });
}

/** On a real system partition the file of that name is the machine code of an operating system's loader. */
function startsAsWasm(boot: BootServices, volume: DevicePath): boolean {
  const { handle } = boot.locateDevicePath(SIMPLE_FILE_SYSTEM_PROTOCOL, volume);
  const root = boot.handleProtocol(handle, SIMPLE_FILE_SYSTEM_PROTOCOL).openVolume();
  try {
    const file = root.open(REMOVABLE_MEDIA_FILE, 'read');
    try {
      const start = new Uint8Array(4);
      return file.read(start) === start.length && isWasm(start);
    } finally {
      file.close();
    }
  } finally {
    root.close();
  }
}
