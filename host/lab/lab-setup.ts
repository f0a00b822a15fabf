// Makes what a lab needs: a key, a signed BIOS, a board, and one machine with that BIOS from which the others are copied,
// as the machines of a series leave the factory.
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeMachineDirectory } from '../bus/machine-directory.ts';
import { makeSampleKey, writeSignedImage } from '../cli/sample-signing.ts';
import { LAB_IMAGE_SIZE, makeLabImage } from './lab-image.ts';
import type { LabPlaces } from './lab-places.ts';
import { FerryProcess } from './ferry-process.ts';
import type { RackNetwork } from './rack-network.ts';

const PLATFORM = 'lab-board';
export const LAB_VERSION = '1.10.0';
const BOARD = { platform: PLATFORM, components: [{ name: 'bios', part: 'W25Q128JV', slots: 1, 'slot-size': LAB_IMAGE_SIZE }] };
/** What a machine of a series has of its own, or what belongs to a run. */
const OWN = ['uuid', 'machine.json', 'controller-lock', 'recovery', 'history', 'events.log'];

export interface LabSettings {
  readonly count: number;
  /** Bytes a second that one donor gives. */
  readonly ratePerSecond: number;
  readonly port: number;
}

/** Makes what is not there yet. */
export async function setUpLab(places: LabPlaces, { count }: Pick<LabSettings, 'count'>): Promise<void> {
  mkdirSync(places.images, { recursive: true, mode: 0o700 });
  if (!existsSync(places.board)) {
    const key = makeSampleKey(places.secretKey, places.publicKey);
    writeSignedImage(join(places.images, 'bios.bin'), makeLabImage(LAB_VERSION), { component: 'bios', platform: PLATFORM, version: LAB_VERSION, security: 1 }, key);
    writeFileSync(places.groupKey, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    writeFileSync(places.board, `${JSON.stringify(BOARD)}\n`);
  }
  if (places.count >= count) return;
  await makeFactoryMachine(places);
  for (let number = places.count + 1; number <= count; number++) copyMachine(places.factory, places.state(number));
  removeMachineDirectory(places.factory);
  rmSync(places.factory, { recursive: true, force: true });
}

/** A controller that finds no BIOS in its hub, and puts the one of the lab there. */
async function makeFactoryMachine({ factory, board, publicKey, images, root }: LabPlaces): Promise<void> {
  rmSync(factory, { recursive: true, force: true });
  const config = join(root, 'factory.ini');
  writeFileSync(config, `[recovery]\nboots = 0\n[component bios]\n[source factory]\nkind = directory\npath = ${basename(images)}\n`);
  const controller = new FerryProcess([], ['bmc', '--state', factory, '--board', board, '--trust', publicKey, '--recovery', config, '--json']);
  try {
    await controller.says('recovery-healthy');
  } finally {
    await controller.stop();
    rmSync(config, { force: true });
  }
}

/** The same flash, keys and signatures; another name. */
export function copyMachine(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (source) => !OWN.includes(basename(source)) });
}

/** The recovery.ini of one controller. */
export function writeRecoveryConfig(places: LabPlaces, network: RackNetwork, number: number, { port, ratePerSecond }: LabSettings): string {
  const path = places.recovery(number);
  writeFileSync(path, `; made by \`ferry lab\`: short times, so that everything can be watched
[recovery]
check-every    = 2s
back-off       = 500ms
back-off-limit = 4s
cool-down      = 5s
boot-time      = 15s

[donor]
to         = group
uploads    = 2
rate-limit = ${ratePerSecond}

[component bios]

[source rack]
kind       = peers
interfaces = ${network.interfaceOf(number)}
port       = ${port}
group-key  = ../group.key
`);
  return path;
}
