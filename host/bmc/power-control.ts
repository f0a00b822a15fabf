// The controller's hand on the host's power: switches it through the registers of the mailbox and hears there what the host
// does with it. What stands in the registers outlives a controller: one that starts switches nothing.
// assembly/bus/README.md, "Power", is the specification.
//
//   off ──On──► starting ──► on ──GracefulShutdown──► asked ──off, nobody there──► off
//
// Starting, after a forced restart too: nothing counts that comes over the bus, because it may be of the machine that
// died. It ends when the host counts its reset, or when nobody is there who would.
import { DevicePower, type PowerCommand } from '../bus/power-registers.ts';
import type { WordMemory } from '../bus/shared-memory.ts';
import type { ControllerEvent } from './event-log.ts';
import type { ActionOutcome } from './management.ts';
import type { PowerAction, PowerState } from './power.ts';
import { ANSWER_MS, CYCLE_MS, GRACE_MS, type PowerOwner } from './power-owner.ts';
import { powerRefusal, type PowerSituation } from './power-rules.ts';

type Request = 'shut down' | 'restart';
type Fields = NonNullable<ControllerEvent['fields']>;

/** What is waited for. At most one thing at a time. */
type Waiting =
  | { readonly for: 'start'; readonly untilMs: number; readonly hostResets: number }
  | { readonly for: 'cycle'; readonly untilMs: number }
  | { readonly for: Request; readonly untilMs: number; readonly isAccepted: boolean };

/** Call `start` once, then `poll` often: nothing happens in between. */
export class PowerControl {
  readonly #power: DevicePower;
  readonly #clock: { nowMs(): number };
  readonly #owner: PowerOwner;
  #waiting: Waiting | undefined;
  #state: PowerState = 'on';

  constructor(registers: WordMemory, clock: { nowMs(): number }, owner: PowerOwner) {
    this.#power = new DevicePower(registers);
    this.#clock = clock;
    this.#owner = owner;
  }

  get state(): PowerState {
    return this.#state;
  }

  /** Takes over how a controller before this one left the power. Before the mailbox is started. */
  start(): void {
    const { state } = this.#power;
    this.#set(state);
    if (state !== 'on') this.#owner.busIsUp(false);
    if (state === 'offForCycle') this.#waiting = { for: 'cycle', untilMs: this.#after(CYCLE_MS) };
    this.poll();
  }

  /** Does the action or begins it, or says why not. `user` is for the log. */
  act(action: PowerAction, user?: string): ActionOutcome {
    this.poll();
    const refusal = powerRefusal(action, this.#situation());
    if (refusal !== undefined) return { ok: false, text: refusal };
    return { ok: true, text: this.#carryOut(action, user === undefined ? { action } : { action, user }, user === undefined ? '' : ` by ${user}`) };
  }

  /** Hears the host, and looks at the time. */
  poll(): void {
    this.#hear();
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (waiting.for === 'start' && this.#power.hostResets !== waiting.hostResets) return this.#started();
    if (this.#clock.nowMs() < waiting.untilMs) return;
    if (waiting.for === 'start') this.#startedUnseen();
    else if (waiting.for === 'cycle') this.#switchOn('the host is on again: the power cycle has ended', { action: 'PowerCycle' });
    else this.#overdue(waiting.for, waiting.isAccepted);
  }

  #carryOut(action: PowerAction, fields: Fields, by: string): string {
    switch (action) {
      case 'On':
        return this.#switchOn(`the host has been switched on${by}`, fields);
      case 'ForceOff':
        return this.#switchOff(`the host has been switched off${by}`, fields);
      case 'PowerCycle':
        this.#cut('offForCycle', 'restart');
        this.#waiting = { for: 'cycle', untilMs: this.#after(CYCLE_MS) };
        return this.#say('power-off', `the host has been switched off for a power cycle${by}`, fields);
      case 'ForceRestart':
        return this.#restart(`the host has been reset${by}`, fields);
      case 'GracefulShutdown':
        return this.#ask('shut down', 'shut-down', by, fields);
      case 'GracefulRestart':
        return this.#ask('restart', 'shut-down-and-restart', by, fields);
    }
  }

  #ask(request: Request, command: PowerCommand, by: string, fields: Fields): string {
    if (this.#waiting?.for === 'start') this.#startedUnseen();
    this.#power.command(command);
    this.#waiting = { for: request, untilMs: this.#after(ANSWER_MS), isAccepted: false };
    return this.#say('power-requested', `the host has been asked to ${request}${by}`, fields);
  }

  /** The host has not ended in time, or nothing runs there that has to be waited for. */
  #overdue(request: Request, isAccepted: boolean): void {
    this.#waiting = undefined;
    if (isAccepted) {
      const text = `the host was asked to ${request}: expected it to end within ${GRACE_MS / 1000} s, its program still runs; the host stays on; use ForceOff or ForceRestart`;
      this.#say('power-request-failed', text);
    } else if (request === 'shut down') {
      this.#switchOff('the host has shut down, as asked');
    } else {
      this.#restart('the host has restarted, as asked');
    }
  }

  /** Takes note of what the host did. */
  #hear(): void {
    const report = this.#power.takeReport();
    if (report === undefined) return;
    const asked = this.#requested();
    if (report === 'button' && this.#state === 'off') {
      this.#switchOn('the host has been switched on with its power button');
      this.#started();
    } else if (report === 'accepted' && asked !== undefined) {
      this.#waiting = { for: asked, untilMs: this.#after(GRACE_MS), isAccepted: true };
    } else if (report === 'off' && this.#state === 'on') {
      this.#set(asked === undefined ? 'offByHost' : 'off');
      this.#loseHost();
      this.#say('power-off', asked === undefined ? 'the host has switched itself off' : 'the host has shut down, as asked');
    } else if (report === 'restarted' && asked !== undefined) {
      this.#waiting = undefined;
      this.#say('power-restarted', 'the host has restarted, as asked');
    }
  }

  #switchOff(text: string, fields?: Fields): string {
    this.#cut('off', 'force-off');
    return this.#say('power-off', text, fields);
  }

  #switchOn(text: string, fields?: Fields): string {
    const { hostResets } = this.#power;
    this.#set('on');
    this.#beginStart(hostResets);
    return this.#say('power-on', text, fields);
  }

  #restart(text: string, fields?: Fields): string {
    const { hostResets } = this.#power;
    this.#cut('on', 'restart');
    this.#beginStart(hostResets);
    return this.#say('power-restarted', text, fields);
  }

  #cut(state: DevicePower['state'], command: PowerCommand): void {
    this.#set(state);
    this.#power.command(command);
    this.#loseHost();
  }

  #set(state: DevicePower['state']): void {
    this.#power.state = state;
    this.#state = state === 'on' ? 'on' : 'off';
    this.#waiting = undefined;
  }

  #loseHost(): void {
    this.#owner.busIsUp(false);
    this.#owner.hostLost();
  }

  /** The count is that of before the host heard of it: it can be fast. */
  #beginStart(hostResets: number): void {
    this.#waiting = { for: 'start', untilMs: this.#after(ANSWER_MS), hostResets };
    this.#owner.hostStarted();
  }

  #started(): void {
    this.#waiting = undefined;
    this.#owner.busIsUp(true);
  }

  #startedUnseen(): void {
    this.#started();
    this.#owner.hostReset();
  }

  #requested(): Request | undefined {
    return this.#waiting !== undefined && 'isAccepted' in this.#waiting ? this.#waiting.for : undefined;
  }

  #situation(): PowerSituation {
    if (this.#state === 'on') return this.#requested() === undefined ? 'on' : 'asked';
    return this.#waiting?.for === 'cycle' ? 'cycling' : 'off';
  }

  #after(ms: number): number {
    return this.#clock.nowMs() + ms;
  }

  #say(event: string, text: string, fields?: Fields): string {
    this.#owner.say({ event, text, ...(fields === undefined ? {} : { fields }) });
    return text;
  }
}
