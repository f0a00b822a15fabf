// The EDK II shell in a virtual machine: QEMU with Debian's OVMF, a disk with an EFI system partition made by mtools, the
// serial console in a file.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { guidBytes } from '../../../host/efi/guid.ts';
import { scratchDirectory } from '../../scratch-directory.ts';

const CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd';
const TOOLS = { 'qemu-system-x86': '/usr/bin/qemu-system-x86_64', mtools: '/usr/bin/mcopy', ovmf: CODE } as const;

/** The packages that are needed and not installed. */
export const missingPackages = Object.entries(TOOLS).filter(([, path]) => !existsSync(path)).map(([name]) => name);

const SECTOR = 512;
const START = 0x800;
const SECTORS = 0x100000;
const DISK_SECTORS = START + SECTORS + 2048;
const ENTRIES_SIZE = 128 * 128;
/** The same partition as the device path of this project's directory volumes names. */
const PARTITION = '1B8A5C0E-7D42-4C0A-9A57-6F6572727901';
const EFI_SYSTEM_PARTITION = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
const DEADLINE_MS = 120_000;

/** A GPT header (UEFI 2.10, section 5.3.2). */
function gptHeader(own: number, other: number, entriesAt: number, entriesCrc: number): Buffer {
  const header = Buffer.alloc(92);
  header.write('EFI PART', 0, 'ascii');
  header.writeUInt32LE(0x00010000, 8);
  header.writeUInt32LE(header.length, 12);
  [own, other, 34, DISK_SECTORS - 34].forEach((sector, index) => header.writeBigUInt64LE(BigInt(sector), 24 + index * 8));
  header.set(guidBytes(PARTITION.replace(/01$/, '00')), 56);
  header.writeBigUInt64LE(BigInt(entriesAt), 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(entriesCrc, 88);
  header.writeUInt32LE(checksum(header), 16);
  return header;
}

/** Node 20.15 and later have it; the types of an older one may not. */
const checksum = (bytes: Uint8Array): number => (crc32 as (data: Uint8Array) => number)(bytes);

function writePartitionTable(file: string): void {
  const entries = Buffer.alloc(ENTRIES_SIZE);
  entries.set(guidBytes(EFI_SYSTEM_PARTITION), 0);
  entries.set(guidBytes(PARTITION), 16);
  entries.writeBigUInt64LE(BigInt(START), 32);
  entries.writeBigUInt64LE(BigInt(START + SECTORS - 1), 40);
  const protective = Buffer.alloc(SECTOR);
  protective.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff, 1, 0, 0, 0], 446);
  protective.writeUInt32LE(DISK_SECTORS - 1, 458);
  protective.set([0x55, 0xaa], 510);
  const crc = checksum(entries);
  const [last, backup] = [DISK_SECTORS - 1, DISK_SECTORS - 33];
  const disk = openSync(file, 'w');
  ftruncateSync(disk, DISK_SECTORS * SECTOR);
  const parts: [Buffer, number][] = [[protective, 0], [gptHeader(1, last, 2, crc), 1], [entries, 2], [entries, backup], [gptHeader(last, 1, backup, crc), last]];
  for (const [bytes, sector] of parts) writeSync(disk, bytes, 0, bytes.length, sector * SECTOR);
  closeSync(disk);
}

function makeDisk(file: string, volume: string): void {
  writePartitionTable(file);
  const partition = `${file}@@${START * SECTOR}`;
  execFileSync('mformat', ['-i', partition, '-F', '-T', `${SECTORS}`, '-h', '255', '-s', '63', '-H', `${START}`, '::']);
  const files = readdirSync(volume).sort().map((name) => join(volume, name));
  execFileSync('mcopy', ['-s', '-i', partition, ...files, '::']);
}

/** Boots the shell with these files on FS0:. Its startup.nsh switches the machine off. Answers the serial console. */
export async function runRealShell(volume: string): Promise<string> {
  const scratch = scratchDirectory();
  try {
    const [disk, serial] = [join(scratch.path, 'disk.img'), join(scratch.path, 'serial.txt')];
    makeDisk(disk, volume);
    const drive = (options: string): string[] => ['-drive', `format=raw,${options}`];
    const child = spawn(TOOLS['qemu-system-x86'], [
      '-accel', 'tcg', '-machine', 'q35', '-m', '256', '-display', 'none', '-nodefaults', '-net', 'none', '-serial', `file:${serial}`,
      ...drive(`if=pflash,readonly=on,file=${CODE}`), ...drive(`if=pflash,snapshot=on,file=${VARIABLES}`), ...drive(`file=${disk}`),
    ], { stdio: 'ignore', timeout: DEADLINE_MS });
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    const output = readFileSync(serial, 'utf8');
    if (code !== 0) throw new Error(`QEMU ended with ${String(code)}, expected the machine to be switched off: ${output.slice(-2000)}`);
    return output;
  } finally {
    scratch.remove();
  }
}
