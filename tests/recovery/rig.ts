// A whole controller with its recovery agent in one process, on time that passes only when both have nothing to do. A
// restart that the controller asks for happens as in `ferry bmc`: agent and controller end and start anew on the same files.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControllerOptions } from '../../host/bmc/controller-options.ts';
import { HostBoot } from '../../host/bus/boot-registers.ts';
import type { ProtectedRegion } from '../../host/bmc/protected-regions.ts';
import { keepsSlots, type RecoverableManagement } from '../../host/bmc/management.ts';
import { readTrust } from '../../host/bmc/trust/offline.ts';
import { RecoveryAgent, type RecoveryAgentOptions } from '../../host/recovery/agent.ts';
import { AgentDesk } from '../../host/recovery/agent-desk.ts';
import type { RecoveryClock } from '../../host/recovery/recovery-clock.ts';
import { parseRecoveryConfig } from '../../host/recovery/recovery-config.ts';
import { makeSource } from '../../host/recovery/sources.ts';
import type { Source } from '../../host/recovery/source.ts';
import type { StoreFiles } from '../../host/bmc/replaced-file.ts';
import { Machine } from '../bmc/machine.ts';
import { key } from '../trust/signed-image.ts';
import { type Signed, SIZE } from './images.ts';

const CONFIG = '[recovery]\nback-off = 1s\ncool-down = 5s\nboot-time = 60s\n[component bios]\n';
/** Turns of the pump in which nothing happens before time goes on. */
const QUIET = 24;

export interface RigOptions {
  readonly config?: string;
  readonly sources?: (rig: Rig) => readonly Source[];
  readonly files?: StoreFiles;
  /** A state directory to begin with; it is copied. */
  readonly state?: string;
  readonly options?: Partial<ControllerOptions>;
  readonly donate?: RecoveryAgentOptions['donate'];
}

/** Nothing has come of it in time. */
export class NeverEnds extends Error {}

export class Rig {
  readonly machine: Machine;
  agent: RecoveryAgent | undefined;
  /** What the network side has of it. */
  desk: AgentDesk | undefined;
  readonly images: string;
  /** Called at each step, before time goes on. */
  watch: (() => void) | undefined;
  /** The host that is switched on counts its reset, and says hello. */
  hostComesUp = true;
  /** What its firmware writes to port 80h at each start. */
  codes: readonly number[] = [];
  #given: RigOptions;
  readonly #timers = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  #hostResets = 0;
  #session = 100;
  #outside = 0;

  constructor(given: RigOptions = {}) {
    this.#given = given;
    this.machine = new Machine({ labMode: false, pin: [key.publicKey], ...given.options });
    this.images = join(this.machine.directory, 'images');
    mkdirSync(this.images);
    if (given.state !== undefined) this.#begin(given.state);
    this.machine.run();
  }

  get management(): RecoverableManagement {
    const { management } = this.machine.controller;
    if (!keepsSlots(management)) throw new Error('the controller keeps no slots');
    return management;
  }

  get bios() {
    return this.management.snapshot().components.find(({ name }) => name === 'bios')!;
  }

  readonly clock: RecoveryClock = {
    nowMs: () => this.machine.clock.now,
    wait: (ms, signal) => new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const timer = { atMs: this.machine.clock.now + ms, fire: () => { signal.removeEventListener('abort', onAbort); resolve(); } };
      const onAbort = (): void => { this.#timers.delete(timer); reject(signal.reason as Error); };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#timers.add(timer);
    }),
  };

  startAgent(): void {
    const text = this.#given.config ?? CONFIG;
    const config = parseRecoveryConfig(Buffer.from(`${text}\n[source local]\nkind = directory\npath = ${this.images}\n`), 'recovery.ini', this.machine.directory);
    const { controller } = this.machine;
    const trust = () => readTrust(this.machine.state);
    const makeSources = () => this.#given.sources?.(this) ?? config.sources
      .map((one) => this.#awaited(makeSource(one, () => trust().keys, undefined, undefined, { hostIsOff: () => this.management.snapshot().power === 'off', hostFiles: this.management.hostFiles })));
    const sources = makeSources();
    this.agent = new RecoveryAgent({
      stateDirectory: this.machine.state, management: this.management, config, sources, clock: this.clock,
      trust, say: (event) => controller.say(event), ...(this.#given.files === undefined ? {} : { files: this.#given.files }),
      ...(this.#given.donate === undefined ? {} : { donate: this.#given.donate }),
    });
    this.desk ??= new AgentDesk(config);
    this.desk.attend({ agent: this.agent, management: this.management, clock: this.clock, trust, makeSources });
  }

  /** Sends an image as a user does, and has the host start with it. */
  async install(image: Signed): Promise<void> {
    const push = this.management.push({
      user: 'factory', component: image.component, version: image.version, size: image.bytes.length, sha256: image.sha256, signature: image.signature,
      allow: 'upgrade', activate: 'now', read: (offset, into) => into.set(image.bytes.subarray(offset, offset + into.length)),
    });
    this.machine.run();
    const answer = await push;
    if ('refused' in answer) throw new Error(answer.text);
    const outcome = await answer.done;
    if (!outcome.ok) throw new Error(outcome.text);
    this.management.power('ForceRestart', 'factory');
    await this.until(() => this.bios.trial === undefined && !this.bios.needsHostReset, 'the factory image is committed');
  }

  /** Bits of a slot flip behind the controller's back. */
  spoil(offset = 70_000, count = 1): void {
    const path = join(this.machine.state, 'flash', 'bios-0.flash');
    const bytes = readFileSync(path);
    for (let index = 0; index < count; index++) bytes[offset + index * 65_536] = (bytes[offset + index * 65_536] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
  }

  /** What the hub holds. */
  flash(size = SIZE): Buffer {
    return readFileSync(join(this.machine.state, 'flash', 'bios-0.flash')).subarray(0, size);
  }

  flashDigest(): string {
    return createHash('sha256').update(this.flash()).digest('hex');
  }

  /** Ranges of the hub that belong to the machine and not to the image. */
  get regions(): readonly ProtectedRegion[] {
    return this.#given.options?.board?.components.find(({ name }) => name === 'bios')?.protectedRegions ?? [];
  }

  settingsDigest(): string {
    const hash = createHash('sha256');
    if (this.regions.length === 0) return '';
    const hub = readFileSync(join(this.machine.state, 'flash', 'bios-0.flash'));
    for (const { offset, size } of this.regions) hash.update(hub.subarray(offset, offset + size));
    return hash.digest('hex');
  }

  /** Whether the hub holds this image, as far as the bytes are the image's. */
  holds({ bytes }: Signed): boolean {
    const hub = this.flash(bytes.length);
    for (const { offset, size } of this.regions) hub.set(bytes.subarray(offset, offset + size), offset);
    return Buffer.compare(hub, bytes) === 0;
  }

  words(): string[] {
    return this.machine.events.map(({ event }) => event);
  }

  texts(event: string): string[] {
    return this.machine.events.filter((one) => one.event === event).map(({ text }) => text);
  }

  /** Runs controller, host and agent until it is so. */
  async until(isSo: () => boolean, what: string, limitMs = 3_600_000): Promise<void> {
    const untilMs = this.machine.clock.now + limitMs;
    for (let quiet = 0; !isSo();) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.machine.controller.isToRestart) await this.#restart();
      const worked = this.machine.controller.step() === 0;
      this.watch?.();
      const isHostUp = this.#host();
      quiet = worked || isHostUp || this.#outside > 0 ? 0 : quiet + 1;
      if (quiet < QUIET) continue;
      if (this.machine.clock.now > untilMs) throw new NeverEnds(`${what}; at last: ${this.machine.events.slice(-5).map(({ text }) => text).join(' | ')}`);
      this.#pass();
      quiet = 0;
    }
  }

  phase(): string {
    return this.agent?.states[0]?.phase ?? 'none';
  }

  async close(): Promise<void> {
    await this.agent?.close();
    this.agent = undefined;
    this.machine.controller.close();
    this.machine.remove();
  }

  /** Controller and agent die at once; the next ones start from what is on disk now. */
  async kill(changes: Partial<RigOptions> = {}): Promise<void> {
    const { agent } = this;
    this.#given = { ...this.#given, ...changes };
    this.agent = undefined;
    this.machine.kill();
    await agent?.close().catch(() => undefined);
    this.startAgent();
  }

  /** Time stands still while a source of the operating system's is asked. */
  #awaited(source: Source): Source {
    const counted = async <T>(work: Promise<T>): Promise<T> => {
      this.#outside++;
      try {
        return await work;
      } finally {
        this.#outside--;
      }
    };
    return {
      name: source.name, kind: source.kind, holdsHost: source.holdsHost === true,
      find: (need, signal) => counted(source.find(need, signal)),
      fetch: (...given) => counted(source.fetch(...given)),
      close: () => source.close?.(),
    };
  }

  #begin(state: string): void {
    this.machine.controller.close();
    this.machine.state = join(this.machine.directory, 'begun');
    cpSync(state, this.machine.state, { recursive: true, filter: (source) => !source.includes('controller-lock') });
    this.machine.controller = this.machine.makeController();
    this.machine.controller.start();
  }

  async #restart(): Promise<void> {
    await this.agent?.close();
    this.machine.controller.close();
    this.machine.controller = this.machine.makeController();
    this.machine.controller.start();
    if (this.agent !== undefined) this.startAgent();
  }

  /** A host that was switched on or reset: counts, connects, says hello. */
  #host(): boolean {
    const isStarting = this.machine.events.filter(({ event }) => event === 'power-on' || event === 'power-restarted').length;
    if (isStarting === this.#hostResets || this.management.snapshot().power !== 'on') return false;
    this.#hostResets = isStarting;
    if (this.hostComesUp || this.codes.length > 0) this.#firmware();
    if (!this.hostComesUp) return true;
    this.machine.run();
    this.machine.connect();
    this.machine.ask(this.machine.wire.hello(++this.#session));
    return true;
  }

  #firmware(): void {
    const boot = new HostBoot(this.machine.host.registers);
    boot.reset();
    for (const code of this.codes) boot.postCode(code);
  }

  /** Time goes on to the next moment at which something may happen. */
  #pass(): void {
    const { clock } = this.machine;
    const next = Math.min(clock.now + 500, ...[...this.#timers].map(({ atMs }) => atMs));
    clock.now = Math.max(next, clock.now + 1);
    for (const timer of [...this.#timers].filter(({ atMs }) => atMs <= clock.now)) {
      this.#timers.delete(timer);
      timer.fire();
    }
  }
}
