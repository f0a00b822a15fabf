import { beforeEach, describe, expect, it } from 'vitest';
import { BOOT_TIMES, BootWatch } from '../../host/bmc/boot-watch.ts';
import type { ControllerEvent } from '../../host/bmc/event-log.ts';
import type { PowerState } from '../../host/bmc/power.ts';
import { HostBoot } from '../../host/bus/boot-registers.ts';
import { REGISTERS_SIZE } from '../../host/bus/management-function.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';

const { frb2Ms, frb3Ms } = BOOT_TIMES;
let registers: LocalMemory;
let host: HostBoot;
let watch: BootWatch;
let power: PowerState;
let now: number;
let said: ControllerEvent[];
let ups: number;

function started(): BootWatch {
  const made = new BootWatch(registers, { nowMs: () => now }, { get power() { return power; }, hostUp: () => ups++, say: (event) => said.push(event) });
  made.start();
  return made;
}
const after = (ms: number): string[] => {
  now += ms;
  watch.poll();
  return said.splice(0).map(({ event }) => event);
};
/** A boot as firmware makes one; what it leaves out, it never comes to. */
function boot(codes: readonly number[], progress?: 'postComplete' | 'bootComplete'): void {
  host.reset();
  for (const code of codes) host.postCode(code);
  if (progress !== undefined) host.progress(progress);
}

beforeEach(() => {
  [power, now, said, ups] = ['on', 1000, [], 0];
  registers = new LocalMemory(REGISTERS_SIZE);
  watch = started();
  host = new HostBoot(registers);
});

describe('the watchdog over the host\'s boots', () => {
  it('says nothing of a host that tells nothing', () => {
    host.reset();
    expect(after(0)).toEqual([]);
    expect(after(10 * frb2Ms)).toEqual([]);
    expect(watch.snapshot).toMatchObject({ state: 'unknown', lastPostCode: undefined });
  });

  it('hears a boot that comes up, however fast, and tells the receiver', () => {
    boot([0x01, 0x60, 0xad], 'bootComplete');
    expect(after(0)).toEqual(['boot-complete']);
    expect(watch.snapshot).toMatchObject({ state: 'up', lastPostCode: 0xad, boot: 1 });
    expect(ups).toBe(1);
    expect(after(10 * frb2Ms)).toEqual([]);
  });

  it('FRB2: a boot that stops in POST has failed after its time, once, at its last code', () => {
    boot([0x01, 0x4f]);
    expect(after(0)).toEqual([]);
    expect(watch.snapshot).toMatchObject({ state: 'post', text: 'the host is in POST, at code 4Fh (DXE IPL is started)' });
    expect(after(frb2Ms - 1)).toEqual([]);
    now += 1;
    watch.poll();
    expect(said.splice(0)).toEqual([{
      event: 'boot-failed', fields: { stage: 'frb2', boot: 1, postCode: 0x4f },
      text: 'the host stopped at POST code 4Fh (DXE IPL is started): expected the end of POST within 360 s, it did not come (FRB2)',
    }]);
    expect(after(10 * frb2Ms)).toEqual([]);
  });

  it('FRB3: a host that is switched on and executes nothing has failed after five seconds', () => {
    boot([0x01], 'bootComplete');
    after(0);
    watch.hostStarted();
    host.reset();
    expect(after(0)).toEqual([]);
    expect(after(frb3Ms - 1)).toEqual([]);
    now += 1;
    watch.poll();
    expect(said.splice(0)).toMatchObject([{ event: 'boot-failed', fields: { stage: 'frb3', boot: 2 } }]);
    expect(watch.snapshot.text).toContain('executes nothing');
  });

  it('the reset of the host that follows its being switched on is of the same boot, and what came before it is of none', () => {
    boot([0x01], 'bootComplete');
    after(0);
    watch.hostStarted();
    host.postCode(0x77);
    expect(after(100)).toEqual([]);
    expect(watch.snapshot, 'a word of the machine that is dead').toMatchObject({ state: 'starting', lastPostCode: undefined });
    boot([0x01]);
    after(100);
    expect(watch.snapshot).toMatchObject({ state: 'post', boot: 2 });
    expect(after(frb2Ms)).toEqual(['boot-failed']);
  });

  it('the end of POST ends the watch: a menu or a setup may stand there for ever', () => {
    boot([0x01, 0x90], 'postComplete');
    expect(after(0)).toEqual([]);
    expect(after(100 * frb2Ms)).toEqual([]);
    expect(watch.snapshot.state).toBe('booting');
    host.progress('bootComplete');
    expect(after(0)).toEqual(['boot-complete']);
  });

  it('a message of the host is as good as boot complete, and a late one ends a failure', () => {
    boot([0x4f]);
    after(0);
    watch.heard();
    expect(after(0)).toEqual(['boot-complete']);
    boot([0x4f]);
    after(0);
    expect(after(frb2Ms)).toEqual(['boot-failed']);
    watch.heard();
    expect(after(0)).toEqual(['boot-complete']);
    expect(watch.snapshot).toMatchObject({ state: 'up', failure: undefined });
    expect(registers.read32(0x4c), 'whoever reads the registers sees no failure any more').toBe(0);
  });

  it('a host without power is not waited for', () => {
    boot([0x01]);
    after(0);
    power = 'off';
    expect(after(10 * frb2Ms)).toEqual([]);
    expect(watch.snapshot).toMatchObject({ state: 'off', lastPostCode: undefined });
    power = 'on';
    expect(after(0)).toEqual([]);
    expect(watch.snapshot.state).toBe('starting');
    expect(after(frb3Ms)).toEqual(['boot-failed']);
  });

  it('a controller that starts anew neither forgets a boot in POST nor counts a failed one twice', () => {
    boot([0x01, 0x4f]);
    after(0);
    watch = started();
    expect(watch.snapshot).toMatchObject({ state: 'post', lastPostCode: 0x4f });
    expect(after(frb2Ms)).toEqual(['boot-failed']);
    watch = started();
    expect(watch.snapshot).toMatchObject({ state: 'stopped', lastPostCode: 0x4f, failure: 'frb2' });
    expect(after(10 * frb2Ms)).toEqual([]);
    boot([0x01], 'bootComplete');
    watch = started();
    expect(watch.snapshot.state).toBe('up');
  });
});
