// Events, timers and task priorities (UEFI 2.10, section 7.1). There are no interrupts: timers are looked at wherever
// the firmware waits, restores a priority or is asked for something, and notifications run there and then, in the order
// of their priority, the older first.
import type { Clock } from './platform.ts';
import { EfiError } from './status.ts';

/** Task priority levels. */
export const Tpl = { application: 4, callback: 8, notify: 16, highLevel: 31 } as const;

/** EVT_* bits of CreateEvent. */
export const EventType = { timer: 0x80000000, notifyWait: 0x100, notifySignal: 0x200, signalExitBootServices: 0x201 } as const;

/** EFI_TIMER_DELAY. */
export type TimerDelay = 'cancel' | 'periodic' | 'relative';

/** Called at the event's priority; it may signal its event, and anything else that its priority allows. */
export type EventNotify = (event: EfiEvent) => void;

/** What CreateEvent answers: to be given back to the other services, nothing more. */
export class EfiEvent {
  readonly type: number;
  readonly notifyTpl: number;
  readonly notify: EventNotify | undefined;
  isSignalled = false;
  /** The moment of the monotonic clock at which the timer is due. */
  dueAt: bigint | undefined;
  /** Nanoseconds of a periodic timer. */
  period: bigint | undefined;

  constructor(type: number, notifyTpl: number, notify: EventNotify | undefined) {
    this.type = type;
    this.notifyTpl = notifyTpl;
    this.notify = notify;
  }

  has(bit: number): boolean {
    return (this.type & bit) !== 0;
  }
}

/** Timers count units of 100 nanoseconds. */
const TIMER_UNIT = 100n;
const KNOWN_TYPES: readonly number[] = [
  0, EventType.timer, EventType.notifyWait, EventType.notifySignal, EventType.signalExitBootServices,
  (EventType.timer | EventType.notifyWait) >>> 0, (EventType.timer | EventType.notifySignal) >>> 0,
];

/** The events of one power-on. */
export class EventServices {
  readonly #clock: Clock;
  readonly #events = new Set<EfiEvent>();
  #pending: EfiEvent[] = [];
  #tpl: number = Tpl.application;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many events there are. */
  get count(): number {
    return this.#events.size;
  }

  get tpl(): number {
    return this.#tpl;
  }

  /** Answers the level before. Going down is RestoreTPL's business: EFI_INVALID_PARAMETER. */
  raiseTpl(level: number): number {
    const before = this.#tpl;
    if (level < before || level > Tpl.highLevel) throw new EfiError('INVALID_PARAMETER', `the task priority is ${before}, RaiseTPL was asked for ${level}`);
    this.#tpl = level;
    return before;
  }

  /** Goes down to a level; what waited above it runs first. */
  restoreTpl(level: number): void {
    if (level > this.#tpl) throw new EfiError('INVALID_PARAMETER', `the task priority is ${this.#tpl}, RestoreTPL was asked for ${level}`);
    this.#tpl = level;
    this.dispatch();
  }

  createEvent(type: number, notifyTpl: number, notify?: EventNotify): EfiEvent {
    if (!KNOWN_TYPES.includes(type >>> 0)) throw new EfiError('INVALID_PARAMETER', `0x${(type >>> 0).toString(16)} is no type of event`);
    const notifies = (type & (EventType.notifyWait | EventType.notifySignal)) !== 0;
    if (notifies && (!notify || notifyTpl <= Tpl.application || notifyTpl >= Tpl.highLevel)) {
      throw new EfiError('INVALID_PARAMETER', `an event with a notification needs a function and a task priority between ${Tpl.application} and ${Tpl.highLevel}`);
    }
    const event = new EfiEvent(type >>> 0, notifyTpl, notifies ? notify : undefined);
    this.#events.add(event);
    return event;
  }

  /** Forgets the event, its timer and its notification that has not run. */
  closeEvent(event: EfiEvent): void {
    this.#check(event);
    this.#events.delete(event);
    this.#pending = this.#pending.filter((waiting) => waiting !== event);
  }

  /** `units` of 100 nanoseconds from now; 0 is at the next look at the clock. */
  setTimer(event: EfiEvent, delay: TimerDelay, units = 0): void {
    this.#check(event);
    if (!event.has(EventType.timer) || units < 0) throw new EfiError('INVALID_PARAMETER', 'the event is no timer, or its time is negative');
    const span = BigInt(Math.round(units)) * TIMER_UNIT;
    event.dueAt = delay === 'cancel' ? undefined : this.#clock.monotonic() + span;
    event.period = delay === 'periodic' ? span : undefined;
  }

  /** A signalled event stays as it is; else its notification is queued and runs when the priority allows it. */
  signalEvent(event: EfiEvent): void {
    this.#check(event);
    this.#signal(event);
    this.dispatch();
  }

  /** Signals every event of this type, as ExitBootServices does with its group. */
  signalAll(type: number): void {
    for (const event of this.#events) if (event.type === type) this.#signal(event);
    this.dispatch();
  }

  /** True, and no longer signalled, when it was; false is EFI_NOT_READY. Its notification gets a chance to signal it. */
  checkEvent(event: EfiEvent): boolean {
    this.#check(event);
    if (event.has(EventType.notifySignal)) throw new EfiError('INVALID_PARAMETER', 'an event that calls when it is signalled can not be waited for');
    this.tick();
    if (!event.isSignalled && event.has(EventType.notifyWait)) {
      this.#queue(event);
      this.dispatch();
    }
    const { isSignalled } = event;
    event.isSignalled = false;
    return isSignalled;
  }

  /** Signals the timers that are due. */
  tick(): void {
    const now = this.#clock.monotonic();
    for (const event of this.#events) if (event.dueAt !== undefined && event.dueAt <= now) this.#expire(event, now);
    this.dispatch();
  }

  /** How long until a timer is due, in milliseconds. */
  remainingMs(): number {
    const due = [...this.#events].flatMap(({ dueAt }) => (dueAt === undefined ? [] : [dueAt]));
    const left = due.reduce<bigint | undefined>((least, at) => (least === undefined || at < least ? at : least), undefined);
    return left === undefined ? Infinity : Math.max(0, Number(left - this.#clock.monotonic()) / 1e6);
  }

  /** Runs the queued notifications above the present priority, the highest first. */
  dispatch(): void {
    for (;;) {
      const highest = Math.max(...this.#pending.map(({ notifyTpl }) => notifyTpl));
      if (highest <= this.#tpl) return;
      this.#run(this.#pending.find(({ notifyTpl }) => notifyTpl === highest) as EfiEvent);
    }
  }

  #run(event: EfiEvent): void {
    this.#pending = this.#pending.filter((waiting) => waiting !== event);
    const before = this.#tpl;
    this.#tpl = event.notifyTpl;
    if (event.has(EventType.notifySignal)) event.isSignalled = false;
    try {
      event.notify?.(event);
    } finally {
      this.#tpl = before;
    }
  }

  /** A period that was missed is made up for once, not as often as it was missed. */
  #expire(event: EfiEvent, now: bigint): void {
    if (event.period === undefined) event.dueAt = undefined;
    else event.dueAt = (event.dueAt as bigint) + (event.period === 0n ? 0n : ((now - (event.dueAt as bigint)) / event.period + 1n) * event.period);
    this.#signal(event);
  }

  #signal(event: EfiEvent): void {
    if (event.isSignalled) return;
    event.isSignalled = true;
    if (event.has(EventType.notifySignal)) this.#queue(event);
  }

  #queue(event: EfiEvent): void {
    if (!this.#pending.includes(event)) this.#pending.push(event);
  }

  #check(event: EfiEvent): void {
    if (!this.#events.has(event)) throw new EfiError('INVALID_PARAMETER', 'the event was closed, or was never one');
  }
}
