// A played board behind the real HTTPS server, and a client that logs in.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { RecoveryDesk } from '../../../host/bmc/recovery-desk.ts';
import { chassis } from '../../../host/bmc/redfish/chassis.ts';
import { firmwareInventory } from '../../../host/bmc/redfish/firmware-inventory.ts';
import { managers } from '../../../host/bmc/redfish/managers.ts';
import { startNetwork } from '../../../host/bmc/redfish/server.ts';
import { systems } from '../../../host/bmc/redfish/systems.ts';
import { taskService } from '../../../host/bmc/redfish/task-service.ts';
import { updateService } from '../../../host/bmc/redfish/update-service.ts';
import type { ControllerEvent } from '../../../host/bmc/event-log.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { PlayedBoard } from './played-board.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // Whatever the resource is: tests look into it by name.
  readonly body: any;
}

export interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly raw?: Readable | Buffer;
}

const PASSWORD = 'correct horse battery';
const AUTHORIZATION = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
const PLUGINS = [updateService, firmwareInventory, taskService, systems, chassis, managers];

export async function serveBoard(board: PlayedBoard = new PlayedBoard(), recovery?: RecoveryDesk) {
  const scratch = scratchDirectory();
  const stateDirectory = join(scratch.path, 'state');
  mkdirSync(stateDirectory);
  writeFileSync(join(scratch.path, 'password'), `${PASSWORD}\n`);
  const events: ControllerEvent[] = [];
  const network = await startNetwork({
    listen: '127.0.0.1:0', stateDirectory, management: board, recovery, log: (event) => events.push(event), print: (event) => events.push(event),
    passwordFile: join(scratch.path, 'password'), plugins: PLUGINS, hashCost: { cost: 1024, blockSize: 8, parallelization: 1 },
  });
  const agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true });
  const ask = (method: string, path: string, { headers = {}, body, raw }: Question = {}): Promise<Answer> => new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const request = https.request(`${network.url}${path}`, { method, agent, headers: { Authorization: AUTHORIZATION, ...json, ...headers } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece)).once('error', reject).once('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) });
      });
    });
    request.once('error', reject);
    if (raw instanceof Readable) raw.pipe(request);
    else request.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
  });
  return {
    board, network, events, ask, agent,
    authorization: AUTHORIZATION,
    get: (path: string) => ask('GET', path),
    post: (path: string, body: unknown = {}) => ask('POST', path, { body }),
    /** Files that lie in the spool. */
    spooled: () => readdirSync(join(stateDirectory, 'network', 'uploads')),
    async close() {
      agent.destroy();
      await network.close();
      scratch.remove();
    },
  };
}

export type ServedBoard = Awaited<ReturnType<typeof serveBoard>>;

/** Waits until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never came to be: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const BOUNDARY = 'ferry-test-boundary';
export const MULTIPART = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };

export interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  readonly type?: string;
  readonly file?: string;
}

/** The body of an upload. */
export function multipartOf(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, content, type, file }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`,
    content, '\r\n',
  ]);
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** An image as fwupd sends it. */
export function upload(image: Buffer, parameters: object = {}, others: readonly Part[] = []): Buffer {
  return multipartOf([
    { name: 'UpdateParameters', type: 'application/json', content: JSON.stringify(parameters) },
    { name: 'UpdateFile', type: 'application/octet-stream', file: 'bmc.bin', content: image },
    ...others,
  ]);
}
