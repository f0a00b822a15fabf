// The handles of the machine's devices: the console, the root bridge and what is behind it, the volume, random numbers,
// the time counter.
import type { BootServices } from './boot-services.ts';
import { DevicePath } from './device-path.ts';
import { DEVICE_PATH_PROTOCOL, PCI_IO_PROTOCOL, PCI_ROOT_BRIDGE_IO_PROTOCOL, RNG_PROTOCOL, SIMPLE_FILE_SYSTEM_PROTOCOL, SIMPLE_TEXT_INPUT_PROTOCOL, SIMPLE_TEXT_OUTPUT_PROTOCOL, TIMESTAMP_PROTOCOL } from './guid.ts';
import type { Handle, HandleDatabase } from './handle-database.ts';
import type { Platform } from './platform.ts';
import { enumeratePci } from './protocols/pci-root-bridge-io.ts';
import type { SimpleFileSystem } from './protocols/simple-file-system.ts';
import type { SimpleTextInput } from './protocols/simple-text-input.ts';
import type { SimpleTextOutput } from './protocols/simple-text-output.ts';

const ROOT_BRIDGE = new DevicePath({ type: 'pci-root', uid: 0 });

/** The EFI system partition: first partition of the disk at the first SATA port of an ICH9, as QEMU's Q35 has it. */
export const SYSTEM_PARTITION = ROOT_BRIDGE.append(
  { type: 'pci', device: 0x1f, fn: 2 }, { type: 'sata', port: 0, multiplierPort: 0xffff, lun: 0 },
  { type: 'hd', partition: 1, guid: '1B8A5C0E-7D42-4C0A-9A57-6F6572727901', start: 0x800, size: 0x100000 },
);

/** Installs the console's protocols. */
export function installConsole(handles: HandleDatabase, conIn: SimpleTextInput, conOut: SimpleTextOutput): Handle {
  const handle = handles.install(undefined, SIMPLE_TEXT_INPUT_PROTOCOL, conIn);
  return handles.install(handle, SIMPLE_TEXT_OUTPUT_PROTOCOL, conOut);
}

/** Installs everything else. Answers how many PCI functions there are. */
export function installDevices(boot: BootServices, platform: Platform, volume: SimpleFileSystem | undefined): number {
  boot.installProtocolInterface(undefined, RNG_PROTOCOL, { getRng: (into) => platform.random(into) });
  boot.installProtocolInterface(undefined, TIMESTAMP_PROTOCOL, { getTimestamp: () => platform.clock.monotonic(), frequency: 1_000_000_000n });
  const functionCount = installPci(boot, platform);
  if (volume) {
    const handle = boot.installProtocolInterface(undefined, DEVICE_PATH_PROTOCOL, SYSTEM_PARTITION);
    boot.installProtocolInterface(handle, SIMPLE_FILE_SYSTEM_PROTOCOL, volume);
  }
  return functionCount;
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
