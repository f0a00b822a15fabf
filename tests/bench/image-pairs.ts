// Pairs of images, an older one and a newer one, to measure with: of Debian packages where they are installed, and otherwise
// bytes made like them.
import { existsSync, readFileSync } from 'node:fs';
import { firmware, seeded, successor } from '../flash/content.ts';

export interface ImagePair {
  readonly name: string;
  readonly old: Uint8Array;
  readonly wanted: Uint8Array;
}

const INSTALLED: readonly (readonly [name: string, old: string, wanted: string])[] = [
  ['OVMF 4M plain to secboot', '/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd'],
  ['OVMF VARS 4M to .ms', '/usr/share/OVMF/OVMF_VARS_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'],
  ['u-boot x86 to x86_64', '/usr/lib/u-boot/qemu-x86/u-boot.rom', '/usr/lib/u-boot/qemu-x86_64/u-boot.rom'],
];

export function imagePairs(): readonly ImagePair[] {
  const found = INSTALLED.filter(([, old, wanted]) => existsSync(old) && existsSync(wanted))
    .map(([name, old, wanted]) => ({ name, old: new Uint8Array(readFileSync(old)), wanted: new Uint8Array(readFileSync(wanted)) }));
  if (found.length > 0) return found;
  const random = seeded(1);
  const old = firmware(random, 1024 * 1024);
  return [{ name: 'made-up firmware', old, wanted: successor(random, old) }];
}
