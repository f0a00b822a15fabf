// Bytes on the bus from an older to a newer image, of consecutive builds as Debian ships them: a patch as `ferry delta` makes it,
// against bsdiff, against zstd of the whole image, and against what burn_my_bmc and ipmitool send.
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePatch } from '../../host/patch/make-patch.ts';
import { wholeSize } from '../../host/patch/whole-size.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { debianImage } from './debian-images.ts';
import type { Comparison } from './measure.ts';

const U_BOOT = 'usr/lib/u-boot';
const SBI = 'usr/lib/riscv64-linux-gnu/opensbi/generic';
const OVMF = 'usr/share/OVMF';
const QEMU_EFI = 'usr/share/qemu-efi-aarch64/QEMU_EFI.fd';
const BULLSEYE = ['2021.01+dfsg-5', '2021.01+dfsg-5+deb11u3'] as const;

/** A package, its older and newer version, and the file in both; a second file when the newer one has another name. */
const PAIRS: readonly (readonly [what: string, name: string, versions: readonly [string, string], path: string, newPath?: string])[] = [
  ['u-boot arm64 deb11 to u3', 'u-boot-qemu', BULLSEYE, `${U_BOOT}/qemu_arm64/u-boot.bin`],
  ['u-boot arm deb11 to u3', 'u-boot-qemu', BULLSEYE, `${U_BOOT}/qemu_arm/u-boot.bin`],
  ['u-boot x86 deb11 to u3', 'u-boot-qemu', BULLSEYE, `${U_BOOT}/qemu-x86/u-boot.rom`],
  ['u-boot riscv64 deb11 to u3', 'u-boot-qemu', BULLSEYE, `${U_BOOT}/qemu-riscv64/u-boot.bin`],
  ['u-boot ppc deb11 to u3', 'u-boot-qemu', BULLSEYE, `${U_BOOT}/qemu-ppce500/u-boot.bin`],
  ['u-boot arm64 2023.01 to 2025.01', 'u-boot-qemu', ['2023.01+dfsg-2+deb12u3', '2025.01-3+deb13u1'], `${U_BOOT}/qemu_arm64/u-boot.bin`],
  ['SeaBIOS 1.16.2 to 1.16.3', 'seabios', ['1.16.2-1', '1.16.3-2~bpo12+1'], 'usr/share/seabios/bios-256k.bin'],
  ['SeaBIOS 1.16.3 rebuilt', 'seabios', ['1.16.3-2~bpo12+1', '1.16.3-2'], 'usr/share/seabios/bios-256k.bin'],
  ['OpenSBI dynamic to jump', 'opensbi', ['1.1-2', '1.1-2'], `${SBI}/fw_dynamic.bin`, `${SBI}/fw_jump.bin`],
  ['OpenSBI 1.5.1 to 1.6', 'opensbi', ['1.5.1-1~bpo12+2', '1.6-1'], `${SBI}/fw_dynamic.bin`],
  ['OVMF deb12u1 to u2', 'ovmf', ['2022.11-6+deb12u1', '2022.11-6+deb12u2'], `${OVMF}/OVMF_CODE_4M.fd`],
  ['OVMF VARS to .ms', 'ovmf', ['2022.11-6+deb12u2', '2022.11-6+deb12u2'], `${OVMF}/OVMF_VARS_4M.fd`, `${OVMF}/OVMF_VARS_4M.ms.fd`],
  ['AAVMF deb12u1 to u2', 'qemu-efi-aarch64', ['2022.11-6+deb12u1', '2022.11-6+deb12u2'], QEMU_EFI],
];

/** Bytes of a message's header and fields in front of a chunk of 64 KiB. */
const CHUNK_HEAD = 32;
/** Requests of IPMI: NetFn, command and fields before the data, and the data of each. */
const BLOBS = { head: 14, data: 50 };
const HPM = { head: 4, data: 36 };

const onBus = (size: number, { head, data } = { head: CHUNK_HEAD, data: 65_536 }): number => size + Math.ceil(size / data) * head;

/** Bytes of what a program makes of two files; undefined without the program. */
function madeBy(program: string, args: readonly string[], file: string): number | undefined {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return statSync(file).size;
  } catch {
    return undefined;
  }
}

function comparePair(what: string, directory: string, old: Uint8Array, image: Uint8Array): Comparison[] {
  const [oldFile, imageFile, made] = ['old', 'new', 'made'].map((name) => join(directory, name)) as [string, string, string];
  writeFileSync(oldFile, old);
  writeFileSync(imageFile, image);
  const patch = makePatch(old, image).length;
  const whole = wholeSize(image);
  const ours = onBus(Math.min(patch, whole));
  const peers: readonly (readonly [peer: string, bytes: number | undefined])[] = [
    ['bsdiff', madeBy('bsdiff', [oldFile, imageFile, made], made)],
    ['zstd -19 of the whole', madeBy('zstd', ['-19', '-q', '-f', imageFile, '-o', made], made)],
    ['the whole in LZ4 blocks', onBus(whole)],
    ['burn_my_bmc, by its blocks of 50 bytes', onBus(image.length, BLOBS)],
    ['ipmitool hpm, by its blocks of 36 bytes', onBus(image.length, HPM)],
  ];
  return peers.filter(([, bytes]) => bytes !== undefined).map(([peer, bytes]) => {
    const ratio = (bytes ?? 0) / ours;
    return { job: `bytes, ${what}`, peer, ours: ours / 1024, theirs: (bytes ?? 0) / 1024, unit: 'KiB', ratio, lowest: ratio, highest: ratio };
  });
}

export async function benchDelta(): Promise<Comparison[]> {
  const place = scratchDirectory();
  try {
    return PAIRS.flatMap(([what, name, [older, newer], path, newPath = path]) => {
      const [old, image] = [debianImage(name, older, path), debianImage(name, newer, newPath)];
      return old === undefined || image === undefined ? [] : comparePair(what, place.path, old, image);
    });
  } finally {
    place.remove();
  }
}
