// Images as a killed process leaves them.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import { seeded } from '../random.ts';
import { format, type FormatOptions } from './format.ts';
import { MemoryDevice } from './memory-device.ts';
import { makeDirectory, mount, writeFile } from './volumes.ts';

/** How many processes are killed. */
export const KILLS = 30;
const LONGEST_MS = 60;
/** The least that every tool takes for FAT32. */
const FAT32_CLUSTERS = 66_000;
const LOG_START = Buffer.from('what was logged before\n');

/** What was on the volume before, by path; the log is appended to. */
export const OLD: Readonly<Record<string, Buffer>> = {
  'startup.nsh': Buffer.alloc(700, 1), 'EFI/an image with a long name.bin': Buffer.alloc(300_000, 2), 'EFI/B.BIN': Buffer.alloc(4096, 3), 'EFI/log.txt': LOG_START,
};

export interface Killed { readonly image: string; readonly where: string }

/** Kills one process after the other; each image is handed out before the next process starts. */
export async function* killedImages(directory: string, seed: number, clustersOf32 = FAT32_CLUSTERS): AsyncGenerator<Killed> {
  const formats: readonly FormatOptions[] = [{ width: 12, clusterCount: 2000, sectorsPerCluster: 8 }, { width: 16, clusterCount: 9000 }, { width: 32, clusterCount: clustersOf32 }];
  bundle({ writer: 'tests/fat/writer.ts' }, directory);
  const random = seeded(seed);
  const wholes = formats.map(whole);
  for (let kill = 0; kill < KILLS; kill++) {
    const image = join(directory, 'disk.img');
    writeFileSync(image, wholes[kill % wholes.length] as Buffer);
    const delay = random() * LONGEST_MS;
    await killedWriter(join(directory, 'writer.mjs'), image, seed + kill, delay);
    yield { image, where: `SEED=${seed} kill ${kill} (FAT${formats[kill % formats.length]?.width}) after ${delay.toFixed(1)} ms` };
  }
}

function whole(options: FormatOptions): Buffer {
  const device = new MemoryDevice(format(options));
  const system = mount(device);
  makeDirectory(system, 'EFI');
  makeDirectory(system, 'work');
  for (const [path, content] of Object.entries(OLD)) writeFile(system, path, content);
  system.close();
  return device.bytes;
}

function killedWriter(script: string, image: string, seed: number, delayMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, image, String(seed)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stderr.on('data', (piece: Buffer) => { output += piece.toString(); });
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delayMs));
    child.once('error', reject);
    child.once('close', (code, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error(`the writer ended with ${code}: ${output}`))));
  });
}
