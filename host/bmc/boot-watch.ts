// The watchdog over the host's boots: it hears POST codes and progress in the registers of the mailbox, and says which boot
// has come up and which has stopped where. It switches nothing. assembly/bus/README.md, "Boot", is the specification.
//
//   off ──power──► starting ──first sign──► post ──POST complete──► booting ──boot complete, message──► up
//                     └─FRB3─► stopped ◄─FRB2─┘
import { DeviceBoot, type BootSigns, type BootStage } from '../bus/boot-registers.ts';
import { postCodeText } from '../bus/post-code.ts';
import type { WordMemory } from '../bus/shared-memory.ts';
import type { ControllerEvent } from './event-log.ts';
import type { PowerState } from './power.ts';

/** `unknown`: of a boot that began before anybody looked, or of a host that tells nothing of itself. */
export type BootState = 'unknown' | 'off' | 'starting' | 'post' | 'booting' | 'up' | 'stopped';

/** The boot that is under way, or was the last one. */
export interface BootSnapshot {
  readonly state: BootState;
  /** The newest POST code of this boot, 0 to 255. */
  readonly lastPostCode: number | undefined;
  /** With `stopped`: the stage of the watchdog that ran out. */
  readonly failure: BootStage | undefined;
  /** How often the host has been reset, by its own count. */
  readonly boot: number;
  /** For people, one sentence. */
  readonly text: string;
}

export interface BootTimes {
  readonly frb3Ms: number;
  readonly frb2Ms: number;
}

export interface BootOwner {
  readonly power: PowerState;
  say(event: ControllerEvent): void;
  /** The host has come up. */
  hostUp(): void;
}

/** IPMI boards' usual times: nothing is executed after five seconds, no end of POST after six minutes. */
export const BOOT_TIMES: BootTimes = { frb3Ms: 5000, frb2Ms: 360_000 };

/** Call `start` once, then `poll` often: nothing happens in between. */
export class BootWatch {
  readonly #registers: DeviceBoot;
  readonly #clock: { nowMs(): number };
  readonly #times: BootTimes;
  readonly #owner: BootOwner;
  #state: BootState = 'unknown';
  #boot = 0;
  /** Switched on by the controller, the host's own reset not seen yet. */
  #awaitsReset = false;
  #code: number | undefined;
  #failure: BootStage | undefined;
  #sinceMs = 0;
  #untilMs = Number.POSITIVE_INFINITY;

  constructor(registers: WordMemory, clock: { nowMs(): number }, owner: BootOwner, times: BootTimes = BOOT_TIMES) {
    this.#registers = new DeviceBoot(registers);
    this.#clock = clock;
    this.#owner = owner;
    this.#times = times;
  }

  get snapshot(): BootSnapshot {
    return { state: this.#state, lastPostCode: this.#code, failure: this.#failure, boot: this.#boot, text: this.#text() };
  }

  /** Takes over what a controller before this one has seen: a boot in POST has its time once more, one that has failed has failed. */
  start(): void {
    const signs = this.#registers.signs();
    this.#boot = signs.boot;
    if (this.#owner.power === 'off') return this.#enter('off');
    const { failure } = this.#registers;
    this.#code = signs.post?.code ?? failure?.code;
    if (signs.progress !== undefined) this.#enter(signs.progress === 'bootComplete' ? 'up' : 'booting');
    else if (failure !== undefined) {
      this.#failure = failure.stage;
      this.#enter('stopped');
    }
    else if (signs.post !== undefined) this.#enter('post', this.#times.frb2Ms);
  }

  /** The controller has switched the host on, or has reset it: its firmware starts from here. */
  hostStarted(): void {
    this.#begin(this.#registers.signs(), true);
  }

  /** A message of the host has come, which only a host that runs sends. */
  heard(): void {
    this.#awaitsReset = false;
    if (this.#state !== 'off') this.#comeUp('it has sent a message');
  }

  poll(): void {
    if (this.#owner.power === 'off') {
      if (this.#state !== 'off') this.#stop();
      return;
    }
    const signs = this.#registers.signs();
    if (signs.boot !== this.#boot) this.#begin(signs, false);
    else if (this.#state === 'off') this.#begin(signs, true);
    if (!this.#awaitsReset) this.#hear(signs);
    if (this.#clock.nowMs() >= this.#untilMs) this.#fail(this.#state === 'post' ? 'frb2' : 'frb3');
  }

  /** The count that changes after the controller has switched the host on is of the same boot. */
  #begin({ boot, reportsCodes }: BootSigns, awaitsReset: boolean): void {
    const isSame = this.#awaitsReset && !awaitsReset;
    this.#awaitsReset = awaitsReset;
    this.#boot = boot;
    if (isSame) return;
    this.#code = undefined;
    this.#failure = undefined;
    this.#sinceMs = this.#clock.nowMs();
    if (reportsCodes) this.#enter('starting', this.#times.frb3Ms);
    else this.#enter('unknown');
  }

  #hear({ post, progress }: BootSigns): void {
    if (post !== undefined) this.#code = post.code;
    if (post !== undefined && (this.#state === 'starting' || this.#state === 'unknown')) this.#enter('post', this.#times.frb2Ms);
    if (progress === 'bootComplete') this.#comeUp('boot complete');
    else if (progress === 'postComplete' && this.#state !== 'up' && this.#state !== 'booting') {
      this.#failure = undefined;
      this.#enter('booting');
    }
  }

  #comeUp(by: string): void {
    if (this.#state === 'up') return;
    const wasWatched = this.#state !== 'unknown' && this.#state !== 'off';
    if (this.#failure !== undefined) this.#registers.clearFailure();
    this.#failure = undefined;
    this.#enter('up');
    this.#owner.hostUp();
    if (!wasWatched) return;
    const seconds = ((this.#clock.nowMs() - this.#sinceMs) / 1000).toFixed(1);
    this.#owner.say({ event: 'boot-complete', text: `the host has come up after ${seconds} s: ${by}`, fields: { boot: this.#boot, ...this.#codeField() } });
  }

  #fail(stage: BootStage): void {
    this.#failure = stage;
    this.#enter('stopped');
    this.#registers.fail({ stage, code: this.#code });
    this.#owner.say({ event: 'boot-failed', text: this.#text(), fields: { stage, boot: this.#boot, ...this.#codeField() } });
  }

  #stop(): void {
    this.#awaitsReset = false;
    this.#code = undefined;
    this.#failure = undefined;
    this.#enter('off');
  }

  #enter(state: BootState, ms = Number.POSITIVE_INFINITY): void {
    this.#state = state;
    this.#untilMs = this.#clock.nowMs() + ms;
  }

  #codeField(): { readonly postCode?: number } {
    return this.#code === undefined ? {} : { postCode: this.#code };
  }

  #text(): string {
    const code = this.#code === undefined ? undefined : postCodeText(this.#code);
    switch (this.#state) {
      case 'unknown': return 'nothing is known of how the host has started';
      case 'off': return 'the host is off';
      case 'starting': return 'the host has been started, nothing is heard of its firmware yet';
      case 'post': return `the host is in POST, at code ${code}`;
      case 'booting': return 'the host\'s firmware has done its work, its operating system is not started yet';
      case 'up': return 'the host has come up';
      case 'stopped': return this.#failure === 'frb3'
        ? `the host executes nothing: expected a POST code within ${this.#times.frb3Ms / 1000} s of its start, got none (FRB3)`
        : `the host stopped at POST code ${code}: expected the end of POST within ${this.#times.frb2Ms / 1000} s, it did not come (FRB2)`;
    }
  }
}
