import { describe, expect, it } from 'vitest';
import { EventServices, EventType, Tpl } from '../../host/efi/events.ts';
import { statusOf } from './efi-status.ts';
import { VirtualClock, VirtualMachine } from './virtual-machine.ts';

const { timer, notifySignal, notifyWait } = EventType;
const MILLISECOND = 10_000;

function services(): { clock: VirtualClock; events: EventServices } {
  const clock = new VirtualClock();
  return { clock, events: new EventServices(clock) };
}

describe('notifications and task priorities', () => {
  it('run at once when the priority allows it, and wait for RestoreTPL when it does not', () => {
    const { events } = services();
    const ran: number[] = [];
    const event = events.createEvent(notifySignal, Tpl.callback, () => ran.push(events.tpl));
    events.signalEvent(event);
    expect(ran).toEqual([Tpl.callback]);
    const before = events.raiseTpl(Tpl.callback);
    events.signalEvent(event);
    expect(ran).toHaveLength(1);
    events.restoreTpl(before);
    expect([ran.length, events.tpl]).toEqual([2, Tpl.application]);
  });

  it('run in the order of their priority, the older first within one', () => {
    const { events } = services();
    const ran: string[] = [];
    const made = [['low 1', Tpl.callback], ['high 1', Tpl.notify], ['low 2', Tpl.callback], ['high 2', Tpl.notify]] as const;
    const all = made.map(([name, tpl]) => events.createEvent(notifySignal, tpl, () => ran.push(name)));
    events.raiseTpl(Tpl.highLevel);
    all.forEach((event) => events.signalEvent(event));
    events.restoreTpl(Tpl.callback);
    expect(ran).toEqual(['high 1', 'high 2']);
    events.restoreTpl(Tpl.application);
    expect(ran).toEqual(['high 1', 'high 2', 'low 1', 'low 2']);
  });

  it('a higher one interrupts a lower one that signals it, a lower one waits until the higher one is through', () => {
    const { events } = services();
    const ran: string[] = [];
    const high = events.createEvent(notifySignal, Tpl.notify, () => ran.push('high'));
    const other = events.createEvent(notifySignal, Tpl.callback, () => ran.push('other'));
    const low = events.createEvent(notifySignal, Tpl.callback, () => {
      ran.push('low begins');
      events.signalEvent(other);
      events.signalEvent(high);
      ran.push('low ends');
    });
    events.signalEvent(low);
    expect(ran).toEqual(['low begins', 'high', 'low ends', 'other']);
  });

  it('signalled twice before it runs, it runs once; closed before it runs, never', () => {
    const { events } = services();
    let ran = 0;
    const [twice, closed] = [1, 2].map(() => events.createEvent(notifySignal, Tpl.callback, () => { ran++; }));
    events.raiseTpl(Tpl.notify);
    for (const event of [twice, twice, closed]) events.signalEvent(event as never);
    events.closeEvent(closed as never);
    events.restoreTpl(Tpl.application);
    expect([ran, events.count]).toEqual([1, 1]);
  });

  it('RaiseTPL only raises and RestoreTPL only lowers', () => {
    const { events } = services();
    events.raiseTpl(Tpl.notify);
    expect(statusOf(() => events.raiseTpl(Tpl.callback))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => events.restoreTpl(Tpl.highLevel))).toBe('EFI_INVALID_PARAMETER');
  });
});

describe('CreateEvent and CheckEvent', () => {
  const nothing = (): void => undefined;
  it.each<[string, number, number, (() => void) | undefined]>([
    ['an unknown type', 0x400, Tpl.callback, nothing], ['both notifications', notifySignal | notifyWait, Tpl.callback, nothing],
    ['no function', notifySignal, Tpl.callback, undefined], ['the priority of applications', notifyWait, Tpl.application, nothing],
  ])('refuse %s', (_name, type, tpl, notify) => {
    expect(statusOf(() => services().events.createEvent(type, tpl, notify))).toBe('EFI_INVALID_PARAMETER');
  });

  it('CheckEvent takes the signal away, and asks a notify-wait event first', () => {
    const { events } = services();
    const plain = events.createEvent(0, 0);
    expect(events.checkEvent(plain)).toBe(false);
    events.signalEvent(plain);
    expect([events.checkEvent(plain), events.checkEvent(plain)]).toEqual([true, false]);
    let isReady = false;
    const asked = events.createEvent(notifyWait, Tpl.notify, (event) => { if (isReady) events.signalEvent(event); });
    expect(events.checkEvent(asked)).toBe(false);
    isReady = true;
    expect(events.checkEvent(asked)).toBe(true);
  });

  it('neither an event that calls nor a closed one can be checked', () => {
    const { events } = services();
    const calls = events.createEvent(notifySignal, Tpl.callback, () => undefined);
    const closed = events.createEvent(0, 0);
    events.closeEvent(closed);
    for (const event of [calls, closed]) expect(statusOf(() => events.checkEvent(event))).toBe('EFI_INVALID_PARAMETER');
    expect(statusOf(() => events.closeEvent(closed))).toBe('EFI_INVALID_PARAMETER');
  });
});

describe('timers', () => {
  it('a relative one signals once, a periodic one again and again, a cancelled one never', () => {
    const { clock, events } = services();
    const due = { relative: 0, periodic: 0, cancel: 0 };
    for (const delay of ['relative', 'periodic', 'cancel'] as const) {
      const event = events.createEvent((timer | notifySignal) >>> 0, Tpl.callback, () => { due[delay]++; });
      events.setTimer(event, 'periodic', 10 * MILLISECOND);
      events.setTimer(event, delay, 10 * MILLISECOND);
    }
    for (let step = 0; step < 35; step++) {
      clock.pass(1);
      events.tick();
    }
    expect(due).toEqual({ relative: 1, periodic: 3, cancel: 0 });
  });

  it('periods that were missed are made up for once, and the beat stays', () => {
    const { clock, events } = services();
    const event = events.createEvent(timer, 0);
    events.setTimer(event, 'periodic', 10 * MILLISECOND);
    clock.pass(35);
    expect([events.checkEvent(event), events.checkEvent(event)]).toEqual([true, false]);
    expect(events.remainingMs()).toBe(5);
  });

  it('SetTimer refuses what is no timer', () => {
    const { events } = services();
    expect(statusOf(() => events.setTimer(events.createEvent(0, 0), 'relative', 1))).toBe('EFI_INVALID_PARAMETER');
  });
});

describe('WaitForEvent and Stall', () => {
  it('WaitForEvent answers the index of the first event that is signalled', () => {
    const machine = new VirtualMachine({ isTerminal: true, isOpen: true });
    const { bootServices: boot } = machine.assemble().system;
    const [late, soon] = [30, 20].map((milliseconds) => {
      const event = boot.createEvent(timer, 0);
      boot.setTimer(event, 'relative', milliseconds * MILLISECOND);
      return event;
    });
    expect(boot.waitForEvent([late as never, soon as never])).toBe(1);
    expect(Math.round(machine.clock.elapsedMs)).toBe(20);
    expect(boot.waitForEvent([late as never])).toBe(0);
    expect(Math.round(machine.clock.elapsedMs)).toBe(30);
  });

  it('WaitForEvent is for the priority of applications, and needs an event', () => {
    const { bootServices: boot } = new VirtualMachine().assemble().system;
    expect(statusOf(() => boot.waitForEvent([]))).toBe('EFI_INVALID_PARAMETER');
    const event = boot.createEvent(0, 0);
    boot.raiseTpl(Tpl.callback);
    expect(statusOf(() => boot.waitForEvent([event]))).toBe('EFI_UNSUPPORTED');
  });

  it('timers call while a program stalls, even one that is due all the time', () => {
    const machine = new VirtualMachine();
    const { bootServices: boot } = machine.assemble().system;
    const at: number[] = [];
    const beat = boot.createEvent((timer | notifySignal) >>> 0, Tpl.callback, () => at.push(Math.round(machine.clock.elapsedMs)));
    boot.setTimer(beat, 'periodic', 40 * MILLISECOND);
    boot.stall(100_000);
    expect(at).toEqual([40, 80]);
    boot.setTimer(beat, 'periodic', 0);
    expect(boot.stall(5000)).toBe(false);
    expect(Math.round(machine.clock.elapsedMs)).toBe(105);
  });

  it('the watchdog resets the machine while an image waits for an event that never comes', () => {
    const machine = new VirtualMachine({ isOpen: true });
    const { bootServices: boot } = machine.assemble().system;
    boot.setWatchdogTimer(7);
    expect(() => boot.waitForEvent([boot.createEvent(0, 0)])).toThrow(expect.objectContaining({ end: { kind: 'reset', type: 'cold', byWatchdog: true } }));
    expect(Math.round(machine.clock.elapsedMs)).toBe(7000);
  });
});
