// The recovery agent: beside the controller, of which it is a user like any other. It looks at every watched component at
// its start, when the host is switched on, now and then, and when someone orders it; what the components need is theirs.
import { join } from 'node:path';
import type { ControllerEvent, LoggedEvent } from '../bmc/event-log.ts';
import type { RecoverableManagement } from '../bmc/management.ts';
import { Staging } from '../bmc/staging.ts';
import type { Trust } from '../bmc/trust/judge.ts';
import type { StoreFiles } from '../bmc/replaced-file.ts';
import { FerryError } from '../error.ts';
import { type BootSign, bootSignOf } from './boot-decision.ts';
import { ComponentRecovery, type Trigger, USER } from './component-recovery.ts';
import { DonatedImages, WHOLE } from './donated-images.ts';
import type { DonorImage } from './peers/donor-images.ts';
import { RecoveryJournal } from './journal.ts';
import { orderText, type RecoveryOrder, takeOrder } from './orders.ts';
import { type RecoveryClock, systemClock } from './recovery-clock.ts';
import type { RecoveryConfig } from './recovery-config.ts';
import type { RecoveryState } from './recovery-state.ts';
import type { Source } from './source.ts';

export interface RecoveryAgentOptions {
  readonly stateDirectory: string;
  readonly management: RecoverableManagement;
  readonly config: RecoveryConfig;
  readonly sources: readonly Source[];
  trust(): Pick<Trust, 'keys' | 'revoked'>;
  say(event: ControllerEvent): void;
  readonly clock?: RecoveryClock;
  readonly now?: () => Date;
  /** Where the journal is: the operating system's files, unless said otherwise. */
  readonly files?: StoreFiles;
  /** Starts the donors of this controller; `images` is what they may offer now. */
  readonly donate?: (images: () => readonly DonorImage[]) => readonly { close(): Promise<void> }[];
}

interface Watched {
  readonly recovery: ComponentRecovery;
  readonly spool: Staging;
  /** Not heeded yet. */
  readonly orders: RecoveryOrder[];
  /** The host has been switched on since the last look. */
  hasStarted: boolean;
  /** How a boot of the host went since the last look, when the host starts from this component. */
  bootSign: BootSign['sign'] | undefined;
}

const TICK_MS = 250;
/** Phases in which nothing else is done with the host's power. */
const RESTARTED_IN: readonly string[] = ['healthy', 'asking', 'waiting', 'locked'];
/** The image that is being fetched and the one before it. */
const SPOOLED_IMAGES = 2;

export const spoolDirectory = (stateDirectory: string, component: string): string => join(stateDirectory, 'recovery', 'spool', component);

/** Runs from its making until `close`. */
export class RecoveryAgent {
  readonly #options: RecoveryAgentOptions;
  readonly #clock: RecoveryClock;
  readonly #journal: RecoveryJournal;
  readonly #watched: readonly Watched[];
  readonly #stop = new AbortController();
  readonly #stopListening: () => void;
  readonly #ended: Promise<unknown>;
  readonly #donated: DonatedImages | undefined;
  readonly #donors: readonly { close(): Promise<void> }[];

  /** `recovery-invalid` when the board has no such component, `recovery-failed` when its files can not be used. */
  constructor(options: RecoveryAgentOptions) {
    const { management, config: { settings, components }, stateDirectory, sources, clock = systemClock, now = () => new Date() } = options;
    this.#options = options;
    this.#clock = clock;
    expectComponents(options);
    this.#journal = new RecoveryJournal(stateDirectory, options.files);
    this.#donated = options.donate && new DonatedImages({ management, keys: () => options.trust().keys, states: () => this.states, say: (event, text) => options.say({ event, text }) });
    this.#watched = components.map((watched) => {
      const directory = spoolDirectory(stateDirectory, watched.name);
      const spool = new Staging({ directory, limit: SPOOLED_IMAGES });
      const staged = async (sha256: string): Promise<void> => this.#donated?.addSpooled(directory, sha256, this.#stop.signal);
      for (const sha256 of spool.kept()) void staged(sha256);
      const parts = {
        staged, management, settings, sources, journal: this.#journal, spool, clock, now, trust: () => options.trust(), say: (event: ControllerEvent) => options.say(event) };
      return { recovery: new ComponentRecovery(parts, watched), spool, orders: [], hasStarted: false, bootSign: undefined };
    });
    this.#stopListening = management.onEvent((event) => this.#hear(event));
    this.#donors = this.#donated === undefined ? [] : (options.donate?.(() => this.#donated?.images ?? []) ?? []);
    const loops = this.#watched.map((one) => this.#attend(one));
    this.#ended = Promise.all([this.#heed(), ...loops]);
  }

  /** How far each component is. */
  get states(): readonly RecoveryState[] {
    return this.#watched.map(({ recovery }) => recovery.state);
  }

  /** The recoveries themselves, for one who looks closer. */
  get recoveries(): readonly ComponentRecovery[] {
    return this.#watched.map(({ recovery }) => recovery);
  }

  /** It was told to end: an order would be heeded by nobody. */
  get isEnding(): boolean {
    return this.#stop.signal.aborted;
  }

  /** An order, as from `ferry recover --now`. False when it names a component that is not watched. */
  order(order: RecoveryOrder): boolean {
    const meant = this.#watched.filter(({ recovery }) => order.component === undefined || order.component === recovery.watched.name);
    for (const { orders, recovery } of meant) {
      orders.push(order);
      recovery.say('recovery-ordered', orderText(order), order.user === undefined ? {} : { user: order.user });
    }
    return meant.length > 0;
  }

  /** Ends; what was fetched is kept, the power stays as it is. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the controller ends'));
    this.#stopListening();
    await this.#ended;
    await Promise.all(this.#donors.map((donor) => donor.close()));
    this.#donated?.close();
    for (const { recovery, spool } of this.#watched) {
      recovery.close();
      spool.close();
    }
    for (const source of this.#options.sources) await source.close?.();
    this.#journal.close();
  }

  /** A listener may not throw, and may not act: that is the loops' part. */
  #hear(event: LoggedEvent): void {
    if (event.event === 'power-on' || event.event === 'power-restarted') for (const one of this.#watched) one.hasStarted = true;
    const sign = bootSignOf(event);
    // What the host starts from is what is written in place; the first one, when there are more.
    const firmware = this.#watched.find(({ recovery }) => recovery.component().isInPlace);
    if (sign === undefined || firmware === undefined) return;
    try {
      firmware.recovery.noteBoot(sign);
    } catch (error) {
      firmware.recovery.say('recovery-stopped', `a boot could not be counted: ${(error as Error).message}`);
    }
    firmware.bootSign = sign.sign;
  }

  /** After a boot that has failed, and before the next one has begun. Answers whether there is something to be done about the image. */
  #judgeBoot(one: Watched): Trigger | undefined {
    const { bootSign, recovery: { state } } = one;
    one.bootSign = undefined;
    if (bootSign === undefined) return undefined;
    if (bootSign === 'up') return state.phase === 'healthy' ? undefined : 'time';
    if (state.boots?.isDead === true) return 'time';
    if (this.#options.config.settings.onBootFailure !== 'restart' || !RESTARTED_IN.includes(state.phase)) return undefined;
    const { ok, text } = this.#options.management.power('ForceRestart', USER);
    if (!ok) one.recovery.say('recovery-power', `the host could not be started again after a boot that failed: ${text}`);
    return undefined;
  }

  /** Looks for orders that lie in the state directory. */
  async #heed(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const order = takeOrder(this.#options.stateDirectory);
      if (order !== undefined && !this.order(order)) this.#options.say({ event: 'recovery-ordered', text: `a recovery of ${order.component} was ordered, which is not watched; nothing is done` });
      await this.#clock.wait(TICK_MS, signal).catch(() => undefined);
    }
  }

  async #attend(one: Watched): Promise<void> {
    const { signal } = this.#stop;
    let trigger: Trigger | undefined = 'start';
    let checkedMs = this.#clock.nowMs();
    while (!signal.aborted) {
      try {
        if (trigger !== undefined) {
          const ordered = one.orders.shift()?.wanted;
          checkedMs = this.#clock.nowMs();
          if ((await one.recovery.attend(trigger, ordered, signal)) === 'rested') trigger = undefined;
          if (WHOLE.includes(one.recovery.state.phase)) await this.#donated?.addRunning(one.recovery.watched.name, signal);
        }
        await this.#clock.wait(TICK_MS, signal);
        trigger = this.#trigger(one, checkedMs) ?? trigger;
      } catch (error) {
        if (signal.aborted) return;
        this.#options.say({ event: 'recovery-stopped', text: `${one.recovery.watched.name}: recovery has failed and is tried again later: ${(error as Error).message}` });
        trigger = undefined;
        await this.#clock.wait(this.#options.config.settings.backOffLimitMs, signal).catch(() => undefined);
        trigger = 'time';
      }
    }
  }

  #trigger(one: Watched, checkedMs: number): Trigger | undefined {
    if (one.orders.length > 0) return 'order';
    if (one.hasStarted) {
      one.hasStarted = false;
      return 'power-on';
    }
    const judged = this.#judgeBoot(one);
    if (judged !== undefined) return judged;
    const { phase } = one.recovery.state;
    const { power } = this.#options.management.snapshot();
    if (phase === 'waiting' && power === 'off') return 'time';
    return this.#clock.nowMs() - checkedMs >= this.#options.config.settings.checkEveryMs ? 'time' : undefined;
  }
}

function expectComponents({ management, config: { components } }: RecoveryAgentOptions): void {
  const names = management.snapshot().components.map(({ name }) => name);
  const stranger = components.find(({ name }) => !names.includes(name));
  if (stranger === undefined) return;
  throw new FerryError('recovery-invalid', `${stranger.at ?? 'recovery.ini'}: [component ${stranger.name}]: expected one of ${names.join(', ')}, which this board has; nothing was started`, {
    hint: 'correct the name of the section', exitCode: 64,
  });
}
