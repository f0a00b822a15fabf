// The main job on one computer: a machine with older firmware is powered on, updated before its operating system
// starts, and looked at after it.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { artifactPath, configPath } from '../artifacts.ts';
import { removeMachineDirectory } from '../bus/machine-directory.ts';
import { bootMachine } from '../efi/boot.ts';
import { FerryError } from '../error.ts';
import { runPostOs } from '../os/run.ts';
import { DEFAULT_BOARD } from '../bmc/board.ts';
import { usage } from './command.ts';
import { sampleBiosImage, sampleBmcImage } from './sample-images.ts';
import { makeSampleKey, writeSignedImage } from './sample-signing.ts';

const EXIT_NOTHING_TO_DO = 2;
/** Short, so that nobody waits for it. */
const TRIAL_SECONDS = '1';
const TRIAL_PATIENCE_MS = 60_000;

interface DemoPlace {
  readonly root: string;
  readonly esp: string;
  readonly machine: string;
  readonly factory: string;
  /** The public key that the board trusts. */
  readonly publicKey: string;
}

/** Says which part of the story comes now. */
function chapter(title: string): void {
  process.stdout.write(`\n== ${title}\n`);
}

function makePlace(keep: string | undefined): DemoPlace {
  const root = keep === undefined ? mkdtempSync(join(tmpdir(), 'ferry-demo-')) : resolve(keep);
  if (existsSync(root) && readdirSync(root).length > 0) throw usage(`--keep: expected an empty directory, ${root} is not empty`, 'demo');
  const place = { root, esp: join(root, 'esp'), machine: join(root, 'machine'), factory: join(root, 'factory'), publicKey: join(root, 'vendor.pub') };
  for (const directory of [place.machine, join(place.esp, 'images'), join(place.factory, 'images')]) mkdirSync(directory, { recursive: true });
  return place;
}

function config(bmcVersion: string, biosVersion: string): string {
  return `; made by \`ferry demo\`
[upgrade]
bus      = mailbox
activate = now
report   = ferry-report.json

[image bmc]
file      = images\\bmc.bin
component = bmc
version   = ${bmcVersion}

[image bios]
file      = images\\bios.bin
component = bios
version   = ${biosVersion}
`;
}

/**
 * The EFI system partition that an operator would prepare, and what the factory had put on the machine before; every
 * image signed by its vendor. Answers the id of the vendor's key.
 */
function fillPlace(place: DemoPlace): string {
  const key = makeSampleKey(join(place.root, 'vendor.key'), place.publicKey);
  const put = (volume: string, component: string, version: string, security: number, image: Uint8Array): void =>
    writeSignedImage(join(volume, 'images', `${component}.bin`), image, { component, platform: DEFAULT_BOARD.platform, version, security }, key);
  put(place.esp, 'bmc', '2.4.1', 2, sampleBmcImage('2.4.1', 1));
  put(place.esp, 'bios', '1.10.0', 2, sampleBiosImage('1.10.0', 1));
  writeFileSync(join(place.esp, 'ferry.ini'), config('2.4.1', '1.10.0'));
  copyFileSync(artifactPath('ferry.wasm'), join(place.esp, 'ferry.wasm'));
  copyFileSync(configPath('startup.nsh'), join(place.esp, 'startup.nsh'));
  put(place.factory, 'bmc', '2.3.0', 1, sampleBmcImage('2.3.0', 0));
  put(place.factory, 'bios', '1.9.2', 1, sampleBiosImage('1.9.2', 0));
  writeFileSync(join(place.factory, 'ferry.ini'), config('2.3.0', '1.9.2'));
  return key.publicKey.keyId;
}

/** Starts the management controller as a process of its own and waits until it is ready. */
async function startController(place: DemoPlace): Promise<ChildProcess> {
  const child = spawn(process.execPath, [
    artifactPath('ferry.js'), 'bmc', '--state', place.machine, '--trust', place.publicKey, '--trial', TRIAL_SECONDS, '--json',
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((ready, fail) => {
    lines.on('line', (line) => {
      const { event } = JSON.parse(line) as { event?: string };
      if (event === 'ready') ready();
    });
    child.once('exit', (code) => fail(new FerryError('controller-failed', `the management controller ended with code ${code} before it was ready`, {
      hint: 'see its message above',
    })));
  });
  return child;
}

async function stopController(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
  child.kill('SIGTERM');
  await ended;
}

function program(place: DemoPlace, volume: string, ...args: string[]): Promise<number> {
  return runPostOs({ args: ['ferry', ...args], volumeRoot: volume, stateDirectory: place.machine });
}

/** Runs a command of its own process, quietly; answers its exit code and its lines. */
async function quietly(...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, [artifactPath('ferry.js'), ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const code = await new Promise<number | null>((resolveEnd) => child.once('close', resolveEnd));
  return { code, lines };
}

/** Waits until the controller has committed what it runs. */
async function trialsEnded(place: DemoPlace): Promise<void> {
  const since = performance.now();
  while (performance.now() - since < TRIAL_PATIENCE_MS) {
    const { lines } = await quietly('inventory', '--machine', place.machine);
    if (!lines.some((line) => 'trialAttempt' in (JSON.parse(line) as object))) return;
  }
  throw new FerryError('controller-failed', 'the management controller has not committed its firmware within a minute', { hint: 'see its messages above' });
}

/** Puts the older firmware on the machine, the same way, without showing every step. */
async function installFactoryFirmware(place: DemoPlace): Promise<void> {
  const { code } = await quietly('run', '-c', join(place.factory, 'ferry.ini'), '--machine', place.machine);
  if (code !== 0 && code !== 3) {
    throw new FerryError('controller-failed', `installing the factory firmware ended with exit code ${code}`, { hint: 'see its message above' });
  }
  await trialsEnded(place);
}

async function story(place: DemoPlace): Promise<number> {
  chapter('a machine with factory firmware');
  const keyId = fillPlace(place);
  const controller = await startController(place);
  process.stdout.write(`the management controller is process ${controller.pid}, its state in ${place.machine}\n`);
  process.stdout.write(`it takes images that key ${keyId} has signed, and no others\n`);
  try {
    await installFactoryFirmware(place);
    const before = await program(place, place.esp, 'inventory');
    if (before !== 0) return before;
    chapter('power on: before the operating system');
    const boot = await bootMachine({ volumeDirectory: place.esp, stateDirectory: place.machine, startupDelay: 0, bootTimeout: 0 });
    if (boot.handover !== 'os') {
      throw new FerryError('controller-failed', `expected the firmware to hand over to the operating system, got ${boot.handover}`, { hint: 'see its messages above' });
    }
    chapter('after the operating system is up: the same program, the same config');
    const after = await program(place, place.esp, 'run', '-c', 'ferry.ini', '--after-os');
    chapter('what the management controller says');
    await trialsEnded(place);
    const view = await program(place, place.esp, 'inventory');
    if (after !== EXIT_NOTHING_TO_DO) return after === 0 ? 1 : after;
    return view;
  } finally {
    await stopController(controller);
  }
}

/** Runs the demo; answers 0 when both halves of it went as they should. */
export async function runDemo(keep: string | undefined): Promise<number> {
  const place = makePlace(keep);
  const since = process.hrtime.bigint();
  try {
    const code = await story(place);
    const seconds = Number(process.hrtime.bigint() - since) / 1e9;
    process.stdout.write(`\n${code === 0 ? 'done' : 'failed'} in ${seconds.toFixed(1)} s\n`);
    return code;
  } finally {
    removeMachineDirectory(place.machine);
    if (keep === undefined) rmSync(place.root, { recursive: true, force: true });
  }
}
