import { beforeEach, describe, expect, it } from 'vitest';
import { PowerControl } from '../../host/bmc/power-control.ts';
import { ANSWER_MS, CYCLE_MS, GRACE_MS } from '../../host/bmc/power-owner.ts';
import type { PowerAction } from '../../host/bmc/power.ts';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { REGISTERS_SIZE } from '../../host/bus/management-function.ts';
import { HostPower } from '../../host/bus/power-registers.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';

/** What the power control did to its owner, in order: bus states, losses, resets, events. */
let told: string[];
let texts: string[];
let registers: LocalMemory;
let now: number;
let power: PowerControl;
let host: HostPower;

function started(): PowerControl {
  const control = new PowerControl(registers, { nowMs: () => now }, {
    busIsUp: (isUp) => told.push(isUp ? 'bus up' : 'bus down'),
    hostLost: () => told.push('lost'),
    hostStarted: () => undefined,
    hostReset: () => told.push('reset'),
    say: ({ event, text }) => {
      told.push(event);
      texts.push(text);
    },
  });
  control.start();
  return control;
}

const countReset = (): void => registers.write32(Register.hostResets, registers.read32(Register.hostResets) + 1);
/** What was told since the last look. */
const news = (): string[] => told.splice(0);
const after = (ms: number): string[] => {
  now += ms;
  power.poll();
  return news();
};

beforeEach(() => {
  [told, texts, now] = [[], [], 5000];
  registers = new LocalMemory(REGISTERS_SIZE);
  power = started();
  host = new HostPower(registers);
});

describe('the power control', () => {
  it('finds a host that no controller has ever seen on, and says nothing', () => {
    expect(power.state).toBe('on');
    expect(host.isOn).toBe(true);
    expect(news()).toEqual([]);
  });

  it('ForceOff takes the power, the bus and the session at once', () => {
    expect(power.act('ForceOff', 'admin')).toEqual({ ok: true, text: 'the host has been switched off by admin' });
    expect(news()).toEqual(['bus down', 'lost', 'power-off']);
    expect([power.state, host.isOn, host.takeCommand(), host.takeCommand()]).toEqual(['off', false, 'force-off', undefined]);
    expect(after(100_000), 'it stays off').toEqual([]);
  });

  it('On brings the bus back when the host counts its reset', () => {
    power.act('ForceOff');
    news();
    expect(power.act('On').ok).toBe(true);
    expect([power.state, host.isOn]).toEqual(['on', true]);
    expect(after(ANSWER_MS - 1)).toEqual(['power-on']);
    countReset();
    expect(after(0)).toEqual(['bus up']);
    expect(after(100_000)).toEqual([]);
  });

  it('a host with no program that could count is taken to have started after a second', () => {
    power.act('ForceOff');
    power.act('On');
    news();
    expect(after(ANSWER_MS)).toEqual(['bus up', 'reset']);
    power.act('ForceRestart');
    expect(news()).toEqual(['bus down', 'lost', 'power-restarted']);
    expect(after(ANSWER_MS)).toEqual(['bus up', 'reset']);
  });

  it('the button switches on, also while no controller runs', () => {
    power.act('ForceOff');
    news();
    host.report('button');
    expect(host.isOn, 'pressed and not seen yet').toBe(true);
    power = started();
    expect(news()).toEqual(['bus down', 'power-on', 'bus up']);
    expect([power.state, host.isOn]).toEqual(['on', true]);
    host.report('button');
    expect(after(0), 'a host that is on').toEqual([]);
  });

  it('ForceRestart keeps the power and heeds the bus only when the host has counted its reset', () => {
    expect(power.act('ForceRestart').ok).toBe(true);
    expect([power.state, host.isOn, host.takeCommand()]).toEqual(['on', true, 'restart']);
    expect(news()).toEqual(['bus down', 'lost', 'power-restarted']);
    expect(after(10)).toEqual([]);
    countReset();
    expect(after(0)).toEqual(['bus up']);
  });

  it('PowerCycle is off for a while and on again, even when the controller was restarted in between', () => {
    power.act('PowerCycle');
    expect([power.state, host.isOn, host.takeCommand()]).toEqual(['off', false, 'restart']);
    expect(news()).toEqual(['bus down', 'lost', 'power-off']);
    expect(after(CYCLE_MS - 1)).toEqual([]);
    power = started();
    expect([power.state, news()]).toEqual(['off', ['bus down']]);
    expect(after(CYCLE_MS)).toEqual(['power-on']);
    expect([power.state, host.isOn]).toEqual(['on', true]);
    countReset();
    expect(after(0)).toEqual(['bus up']);
  });

  it('a host that accepts a shutdown has its time, and is off when it says so', () => {
    expect(power.act('GracefulShutdown', 'admin').ok).toBe(true);
    expect([power.state, host.takeCommand()]).toEqual(['on', 'shut-down']);
    host.report('accepted');
    expect(after(0)).toEqual(['power-requested']);
    expect(after(GRACE_MS - 1)).toEqual([]);
    host.report('off');
    expect(after(0)).toEqual(['bus down', 'lost', 'power-off']);
    expect(texts.at(-1)).toBe('the host has shut down, as asked');
    expect([power.state, host.takeCommand()]).toEqual(['off', undefined]);
  });

  it('a host that accepts a shutdown and does not end stays on, and that is said', () => {
    power.act('GracefulShutdown');
    host.report('accepted');
    power.poll();
    news();
    expect(after(GRACE_MS)).toEqual(['power-request-failed']);
    expect(texts.at(-1)).toContain('expected it to end within 60 s');
    expect(power.state).toBe('on');
    expect(power.act('ForceOff').ok).toBe(true);
  });

  it('a host where nothing runs shuts down at once, and whatever wakes up there late is cut', () => {
    power.act('GracefulShutdown');
    news();
    host.takeCommand();
    expect(after(ANSWER_MS)).toEqual(['bus down', 'lost', 'power-off']);
    expect([power.state, host.takeCommand()]).toEqual(['off', 'force-off']);
  });

  it('a graceful restart ends with the host\'s word, or as a reset where nothing runs', () => {
    power.act('GracefulRestart');
    expect(host.takeCommand()).toBe('shut-down-and-restart');
    host.report('accepted');
    power.poll();
    host.report('restarted');
    expect(after(0)).toEqual(['power-requested', 'power-restarted']);
    expect(after(100_000)).toEqual([]);
    power.act('GracefulRestart');
    news();
    expect(after(ANSWER_MS)).toEqual(['bus down', 'lost', 'power-restarted']);
    expect(after(ANSWER_MS)).toEqual(['bus up', 'reset']);
  });

  it('a request right after the power came does not leave the bus down', () => {
    power.act('ForceRestart');
    news();
    power.act('GracefulShutdown');
    expect(news()).toEqual(['bus up', 'reset', 'power-requested']);
  });

  it('hears that the host switched itself off', () => {
    host.report('off');
    expect(after(0)).toEqual(['bus down', 'lost', 'power-off']);
    expect(texts).toEqual(['the host has switched itself off']);
  });

  it('keeps off over a restart of the controller', () => {
    power.act('ForceOff');
    news();
    power = started();
    expect([power.state, news()]).toEqual(['off', ['bus down']]);
    expect(after(100_000)).toEqual([]);
    power.act('On');
    power = started();
    expect(power.state).toBe('on');
  });

  it.each<[string, () => void, readonly PowerAction[]]>([
    ['on', () => undefined, ['On']],
    ['off', () => power.act('ForceOff'), ['ForceOff', 'GracefulShutdown', 'ForceRestart', 'GracefulRestart', 'PowerCycle']],
    ['asked to shut down', () => power.act('GracefulShutdown'), ['On', 'GracefulShutdown', 'GracefulRestart']],
    ['asked to restart', () => power.act('GracefulRestart'), ['On', 'GracefulShutdown', 'GracefulRestart']],
    ['in a power cycle', () => power.act('PowerCycle'), ['GracefulShutdown', 'ForceRestart', 'GracefulRestart', 'PowerCycle']],
  ])('what does not fit a host that is %s is refused and changes nothing', (_situation, arrange, misfits) => {
    arrange();
    news();
    const before = [...new Uint8Array(registers.size)].map((_, at) => at % 4 === 0 ? registers.read32(at) : 0);
    for (const action of misfits) {
      const outcome = power.act(action);
      expect(outcome.ok, action).toBe(false);
      expect(outcome.text).toMatch(new RegExp(`^${action} refused: expected a host that is (on|off), got one that .*; its power was not touched; what fits now: \\w+`));
    }
    expect(news()).toEqual([]);
    expect([...new Uint8Array(registers.size)].map((_, at) => at % 4 === 0 ? registers.read32(at) : 0)).toEqual(before);
  });

  it('ForceOff in a power cycle keeps the host off, On ends the cycle early', () => {
    power.act('PowerCycle');
    expect(power.act('ForceOff').ok).toBe(true);
    news();
    expect(after(10 * CYCLE_MS)).toEqual([]);
    power.act('On');
    power.act('PowerCycle');
    expect(power.act('On').ok).toBe(true);
    expect([power.state, host.isOn]).toEqual(['on', true]);
  });

  it('a newer command counts when the host looks late', () => {
    power.act('ForceRestart');
    power.act('ForceOff');
    expect(host.takeCommand()).toBe('force-off');
    expect(new HostPower(registers).takeCommand(), 'a program that starts later').toBeUndefined();
  });
});
