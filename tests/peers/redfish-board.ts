// A real controller with its network side, and signed images for it: what the tools of others are let loose on.
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { softwareId } from '../../host/bmc/redfish/software-id.ts';
import { attachment } from '../../host/trust/attached-signature.ts';
import { digestImage } from '../../host/trust/image-digest.ts';
import { formatPublicKey } from '../../host/trust/public-key.ts';
import { signImage } from '../../host/trust/sign.ts';
import { type ControllerProcess, startController } from '../processes.ts';
import { scratchDirectory } from '../scratch-directory.ts';
import { testImage, testKey } from '../trust/signed-image.ts';

export const PLATFORM = 'peer-board';
export const PASSWORD = 'correct horse battery';
const BOARD = {
  platform: PLATFORM,
  components: [{ name: 'bmc', part: 'W25Q128JV', slots: 2, 'slot-size': 262_144 }, { name: 'bios', part: 'W25Q128JV', slots: 1, 'slot-size': 262_144 }],
};
const { key } = testKey(0x42);

/** The environment of a tool: no proxies, and no certificates but those that it is given. */
export const QUIET_ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/proxy|CA_BUNDLE/i.test(name)));

export const guidOf = (component: string): string => softwareId(PLATFORM, component);

export class RedfishBoard {
  readonly #scratch = scratchDirectory();
  #controller: ControllerProcess | undefined;
  #url = '';

  get url(): string {
    return this.#url;
  }

  get authority(): string {
    return new URL(this.#url).host;
  }

  at(name: string): string {
    return join(this.#scratch.path, name);
  }

  /** Starts the controller; a trial takes one second. */
  async start(...args: string[]): Promise<void> {
    writeFileSync(this.at('board.json'), JSON.stringify(BOARD));
    writeFileSync(this.at('release.pub'), formatPublicKey(key.publicKey));
    writeFileSync(this.at('password'), `${PASSWORD}\n`);
    this.#controller = await startController(
      this.at('machine'), '--board', this.at('board.json'), '--trust', this.at('release.pub'), '--listen', '127.0.0.1:0',
      '--password-file', this.at('password'), '--trial', '1', ...args,
    );
    const log = readFileSync(this.at('machine/events.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { event: string; url: string });
    this.#url = log.find(({ event }) => event === 'listening')?.url ?? '';
  }

  /** Writes `COMPONENT-VERSION.bin`, its signature beside it, and `.signed` with both. Answers the last one's path. */
  image(component: string, version: string, size = 150_000): string {
    const bytes = testImage(size);
    bytes.write(`${component} ${version}`, 100_000, 'latin1');
    const path = this.at(`${component}-${version}.bin`);
    const { file } = signImage(digestImage(bytes, path), { component, platform: PLATFORM, version, security: 1 }, key, `${path}.minisig`);
    writeFileSync(path, bytes);
    writeFileSync(`${path}.minisig`, file);
    writeFileSync(this.at(`${component}-${version}.signed`), Buffer.concat([bytes, attachment(Buffer.from(file))]));
    return this.at(`${component}-${version}.signed`);
  }

  /** A resource as it is now. */
  get(path: string): Promise<any> {
    const headers = { Authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` };
    return new Promise((resolve, reject) => {
      https.get(`${this.#url}${path}`, { rejectUnauthorized: false, headers }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece)).once('end', () => resolve(JSON.parse(Buffer.concat(pieces).toString('utf8'))));
      }).once('error', reject);
    });
  }

  member(id: string): Promise<{ Version: string; Oem: { Ferry: { Trial: object | null; NeedsHostReset: boolean } } }> {
    return this.get(`/redfish/v1/UpdateService/FirmwareInventory/${id}`) as ReturnType<RedfishBoard['member']>;
  }

  /** Waits until the component runs this version, and is on no trial. */
  async settled(component: string, version: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { Version, Oem } = await this.member(component);
      if (Version === version && (Oem.Ferry.Trial === null || Oem.Ferry.NeedsHostReset)) return;
      if (Date.now() > deadline) throw new Error(`${component} never came to run ${version} for good: ${Version}, ${JSON.stringify(Oem.Ferry)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    await this.#controller?.stop();
    this.#scratch.remove();
  }
}
