// A network in which all machines but one have lost their image: who has it from whom, when, and with how many messages.
import { createHash } from 'node:crypto';
import type { DonorImage } from '../../host/recovery/peers/donor-images.ts';
import { parseRecoveryConfig, type RecoverySettings } from '../../host/recovery/recovery-config.ts';
import type { RecoveryNeed } from '../../host/recovery/source.ts';
import { digestImage } from '../../host/trust/image-digest.ts';
import type { PublicKey } from '../../host/trust/public-key.ts';
import { signImage } from '../../host/trust/sign.ts';
import { seeded } from '../random.ts';
import { key } from '../trust/signed-image.ts';
import { EventQueue } from './event-queue.ts';
import { Machine } from './machine.ts';
import { Uplinks } from './uplinks.ts';
import { type SpokenCounts, WideNetwork } from './wide-network.ts';

export interface WorldSettings {
  /** Machines without an image. */
  readonly nodes: number;
  readonly seed: number;
  readonly imageSize: number;
  /** Bytes a second out of each machine's port. */
  readonly uplink: number;
  readonly latencyMs: number;
  /** Bytes a second at which a machine proves an image. */
  readonly proof: number;
  /** How long writing takes. */
  readonly writeMs: number;
  /** They find their damage at random within this time. */
  readonly spreadMs: number;
  /** As recovery.ini has them when nothing is set. */
  readonly recovery: RecoverySettings;
}

const { settings: recovery } = parseRecoveryConfig(Buffer.from('[component bios]\n[source rack]\nkind = peers\n'), 'recovery.ini', '/');

/** A BMC with a port of 100 Mbit/s and an image of 16 MiB. */
export const USUAL: Omit<WorldSettings, 'nodes' | 'seed'> = {
  imageSize: 16 * 1024 * 1024, uplink: 12_500_000, latencyMs: 0.25, proof: 64 * 1024 * 1024, writeMs: 20_000, spreadMs: 1000, recovery,
};

export interface WorldResult {
  readonly settings: WorldSettings;
  /** Every machine that was without an image. */
  readonly machines: readonly Machine[];
  readonly first: Machine;
  readonly spoken: SpokenCounts;
  readonly endMs: number;
  readonly events: number;
  /** SHA-256 over all that has happened, in order. */
  readonly trace: string;
}

const HOUR = 3_600_000;

export class World {
  readonly settings: WorldSettings;
  readonly queue = new EventQueue();
  readonly network: WideNetwork;
  readonly uplinks: Uplinks;
  readonly random: () => number;
  readonly image: DonorImage;
  readonly need: RecoveryNeed;
  readonly keys: readonly PublicKey[] = [key.publicKey];
  readonly #machines = new Map<string, Machine>();
  readonly #trace = createHash('sha256');

  constructor(settings: WorldSettings) {
    this.settings = settings;
    this.network = new WideNetwork(this.queue, settings.latencyMs);
    this.uplinks = new Uplinks(this.queue, settings.uplink);
    this.random = seeded(settings.seed);
    const bytes = Buffer.alloc(settings.imageSize);
    const digest = digestImage(bytes, 'bios.bin');
    const statement = { component: 'bios', platform: 'rack-board', version: '2.0.0', security: 3 };
    const { file } = signImage(digest, statement, key, 'bios.bin.minisig');
    this.image = {
      name: 'bios.bin', statement: { ...statement, size: bytes.length, sha256: digest.sha256 }, digest: Buffer.from(digest.sha256, 'hex'), signature: Buffer.from(file),
      read: (offset, size) => bytes.subarray(offset, offset + size), close: () => undefined,
    };
    this.need = { component: 'bios', platform: statement.platform, reason: 'corrupt', floor: 3, slotSize: bytes.length, running: { version: '2.0.0', sha256: digest.sha256 } };
  }

  readonly randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.random() * 256);

  readonly machine = (address: string): Machine => this.#machines.get(address)!;

  trace(address: string, what: string): void {
    this.#trace.update(`${this.queue.now().toFixed(3)} ${address} ${what}\n`);
  }

  async run(): Promise<WorldResult> {
    const { nodes, spreadMs } = this.settings;
    const all = Array.from({ length: nodes + 1 }, (_, index) => new Machine(this, `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`));
    for (const machine of all) this.#machines.set(machine.address, machine);
    const [first, ...machines] = all as [Machine, ...Machine[]];
    first.becomeDonor();
    let ended = 0;
    const failures: unknown[] = [];
    for (const machine of machines) {
      this.queue.after(this.random() * spreadMs, () => void machine.recover(new AbortController().signal).catch((error: unknown) => failures.push(error)).finally(() => { ended += 1; }));
    }
    await this.queue.run(() => ended === nodes || failures.length > 0, HOUR);
    if (failures.length > 0) throw failures[0];
    return { settings: this.settings, machines, first, spoken: this.network.spoken, endMs: this.queue.now(), events: this.queue.count, trace: this.#trace.digest('hex') };
  }
}

export const simulate = (nodes: number, seed: number, change: Partial<WorldSettings> = {}): Promise<WorldResult> => new World({ ...USUAL, ...change, nodes, seed }).run();
