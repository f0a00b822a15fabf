// A board behind the real HTTPS server, for browsers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Management } from '../../../host/bmc/management.ts';
import type { RecoveryDesk } from '../../../host/bmc/recovery-desk.ts';
import { startNetwork } from '../../../host/bmc/redfish/server.ts';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { PASSWORD } from './browser.ts';

/** Cheap, so that a test does not wait for a hash that is meant to be slow. */
const HASH_COST = { cost: 1024, blockSize: 8, parallelization: 1 };

export interface Served {
  readonly url: string;
  /** Ends every connection; nothing listens then. */
  stop(): Promise<void>;
  /** Listens again, at the same address. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function serve(management: Management, log: (event: ControllerEvent) => void = () => undefined, recovery?: RecoveryDesk): Promise<Served> {
  const scratch = scratchDirectory();
  const stateDirectory = join(scratch.path, 'state');
  const passwordFile = join(scratch.path, 'password');
  mkdirSync(stateDirectory);
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const listen = (at: string) => startNetwork({ listen: at, stateDirectory, management, recovery, log, print: () => undefined, passwordFile, hashCost: HASH_COST });
  let network = await listen('127.0.0.1:0');
  const { url, address } = network;
  return {
    url,
    stop: () => network.close(),
    async start() {
      network = await listen(`${address.host}:${address.port}`);
    },
    async remove() {
      await network.close();
      scratch.remove();
    },
  };
}
