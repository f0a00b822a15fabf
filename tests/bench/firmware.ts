// Firmware to measure with: images of Debian packages where they are installed, and otherwise bytes made like them.
import { existsSync, readFileSync } from 'node:fs';
import { firmware, seeded } from '../flash/content.ts';

export interface FirmwareImage {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where it lies; undefined when it was made. */
  readonly path?: string;
}

const INSTALLED: readonly (readonly [name: string, path: string])[] = [
  ['u-boot arm64', '/usr/lib/u-boot/qemu_arm64/u-boot.bin'],
  ['u-boot x86 rom', '/usr/lib/u-boot/qemu-x86/u-boot.rom'],
  ['SeaBIOS 256K', '/usr/share/seabios/bios-256k.bin'],
  ['OVMF 4M', '/usr/share/OVMF/OVMF_CODE_4M.fd'],
];

export function firmwareImages(): readonly FirmwareImage[] {
  const found = INSTALLED.filter(([, path]) => existsSync(path)).map(([name, path]) => ({ name, path, bytes: new Uint8Array(readFileSync(path)) }));
  return found.length > 0 ? found : [{ name: 'made-up firmware', bytes: firmware(seeded(1), 1024 * 1024) }];
}
