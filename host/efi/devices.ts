// The handles of the machine's devices: the console, the root bridge and what is behind it, the volume, random numbers,
// the time counter.
import type { BootServices } from './boot-services.ts';
import { DevicePath } from './device-path.ts';
import { BLOCK_IO_PROTOCOL, DEVICE_PATH_PROTOCOL, PCI_IO_PROTOCOL, PCI_ROOT_BRIDGE_IO_PROTOCOL, RNG_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL, SIMPLE_TEXT_INPUT_PROTOCOL, SIMPLE_TEXT_OUTPUT_PROTOCOL, TIMESTAMP_PROTOCOL } from './guid.ts';
import type { Handle, HandleDatabase } from './handle-database.ts';
import type { Platform } from './platform.ts';
import { enumeratePci } from './protocols/pci-root-bridge-io.ts';
import { platformRng } from './protocols/rng.ts';
import type { SimpleTextInput } from './protocols/simple-text-input.ts';
import type { SimpleTextOutput } from './protocols/simple-text-output.ts';
import { DIRECTORY_PARTITION, type SystemDisk } from './volume/system-disk.ts';

const ROOT_BRIDGE = new DevicePath({ type: 'pci-root', uid: 0 });

/** The disk at the first SATA port of an ICH9, as QEMU's Q35 has it. */
const SYSTEM_DISK = ROOT_BRIDGE.append({ type: 'pci', device: 0x1f, fn: 2 }, { type: 'sata', port: 0, multiplierPort: 0xffff, lun: 0 });
/** The EFI system partition when a directory stands for it. */
export const SYSTEM_PARTITION = SYSTEM_DISK.append(DIRECTORY_PARTITION);

/** Installs the console's protocols. */
export function installConsole(handles: HandleDatabase, conIn: SimpleTextInput, conOut: SimpleTextOutput): Handle {
  const handle = handles.install(undefined, SIMPLE_TEXT_INPUT_PROTOCOL, conIn);
  return handles.install(handle, SIMPLE_TEXT_OUTPUT_PROTOCOL, conOut);
}

/** Installs everything else. Answers how many PCI functions there are. */
export function installDevices(boot: BootServices, platform: Platform, disk: SystemDisk | undefined): number {
  boot.installProtocolInterface(undefined, RNG_PROTOCOL, platformRng(platform));
  boot.installProtocolInterface(undefined, TIMESTAMP_PROTOCOL, { getTimestamp: () => platform.clock.monotonic(), frequency: 1_000_000_000n });
  const functionCount = installPci(boot, platform);
  if (disk) installDisk(boot, disk);
  return functionCount;
}

/** The disk, and its partitions with a file system. Without a partition table both are the same handle. */
function installDisk(boot: BootServices, { volumes, blocks }: SystemDisk): void {
  const whole = blocks && boot.installProtocolInterface(undefined, DEVICE_PATH_PROTOCOL, SYSTEM_DISK);
  if (whole) boot.installProtocolInterface(whole, BLOCK_IO_PROTOCOL, blocks);
  for (const { volume, partition, blocks: own } of volumes) {
    const isWhole = whole && partition.length === 0;
    const handle = isWhole ? whole : boot.installProtocolInterface(undefined, DEVICE_PATH_PROTOCOL, SYSTEM_DISK.append(...partition));
    if (own) boot.installProtocolInterface(handle, BLOCK_IO_PROTOCOL, own);
    boot.installProtocolInterface(handle, SIMPLE_FILE_SYSTEM_PROTOCOL, volume);
  }
}

function installPci(boot: BootServices, { bus }: Platform): number {
  const rootBridge = { segmentNumber: 0, bus };
  const handle = boot.installProtocolInterface(undefined, DEVICE_PATH_PROTOCOL, ROOT_BRIDGE);
  boot.installProtocolInterface(handle, PCI_ROOT_BRIDGE_IO_PROTOCOL, rootBridge);
  const found = enumeratePci(rootBridge);
  for (const { pciIo, route } of found) {
    const path = ROOT_BRIDGE.append(...route.map(({ location: { device, fn } }) => ({ type: 'pci' as const, device, fn })));
    boot.installProtocolInterface(boot.installProtocolInterface(undefined, DEVICE_PATH_PROTOCOL, path), PCI_IO_PROTOCOL, pciIo);
  }
  return found.length;
}
