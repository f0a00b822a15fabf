// `ferry lab`: runs a lab until it is told to end, and leaves its state for the next time.
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { usage } from '../cli/command.ts';
import { parseSignature } from '../trust/signature.ts';
import { parseTrustedComment } from '../trust/trusted-comment.ts';
import { Lab } from './lab.ts';
import { endLeftovers } from './lab-leftovers.ts';
import { LabPlaces } from './lab-places.ts';
import { readLabRecord, takeOrder, writeLabRecord } from './lab-record.ts';
import { makeScreen } from './lab-screen.ts';
import { setUpLab } from './lab-setup.ts';
import { LoopbackNetwork, NamespaceNetwork, type RackNetwork } from './rack-network.ts';

export interface RunLabOptions {
  readonly directory: string;
  /** As many as there are, or five, when not given. */
  readonly count: number | undefined;
  readonly ratePerSecond: number;
  readonly inNamespaces: boolean;
  /** The port of the page on loopback, 0 for any; without it there is no page. */
  readonly pagePort: number | undefined;
  readonly json: boolean;
}

const USUAL_COUNT = 5;
const RECORD_MS = 250;

/** A UDP port that nobody uses now. */
function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

export async function runLab(options: RunLabOptions): Promise<number> {
  const places = new LabPlaces(options.directory);
  places.expectOwn();
  if (readLabRecord(places) !== undefined) throw usage(`ferry lab: expected no lab that runs in ${places.root}, got one; \`ferry lab stop\` ends it`, 'lab');
  const stop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const settings = { count: options.count ?? (places.count || USUAL_COUNT), ratePerSecond: options.ratePerSecond, port: await freePort() };
  const screen = makeScreen(options.json);
  if (!options.json) process.stdout.write(`ferry lab: ${settings.count} machines in ${places.root}\n`);
  await endLeftovers(places);
  await setUpLab(places, settings);
  takeOrder(places);
  const network: RackNetwork = options.inNamespaces ? new NamespaceNetwork(`ferry-${randomBytes(3).toString('hex')}`, settings.count) : new LoopbackNetwork();
  const lab: Lab = new Lab({
    places, network, settings, sha256: digestOf(join(places.images, 'bios.bin.minisig')),
    changed: (line) => {
      screen.show(lab.view, line);
      page?.changed();
    },
  });
  const page = options.pagePort === undefined ? undefined : await (await import('./lab-page.ts')).servePage(options.pagePort, () => lab.view);
  if (page !== undefined) lab.page = page.url;
  // Written down now and then, so that a lab that is only looked at does not wear a disk.
  const timer = setInterval(() => {
    writeLabRecord(places, { view: lab.view, children: lab.children, ...(network.namespaces === undefined ? {} : { namespaces: network.namespaces }) });
  }, RECORD_MS);
  try {
    await Promise.race([lab.start(), stop]);
    if (process.stdout.isTTY !== true && !options.json) process.stdout.write(`ready: ${settings.count} controllers${page === undefined ? '' : `; the page: ${page.url}`}\n`);
    await stop;
    return 0;
  } finally {
    clearInterval(timer);
    screen.close(lab.view);
    await lab.close();
    await page?.close();
    network.remove();
    rmSync(places.record, { force: true });
  }
}

function digestOf(signature: string): string {
  return parseTrustedComment(parseSignature(readFileSync(signature), signature).comment, signature).sha256;
}
