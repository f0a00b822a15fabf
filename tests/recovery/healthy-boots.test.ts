// A host that is well, over very many boots with everything that happens to a machine: the watchdog, the agent and its
// journal as they run in the controller, on time that passes by itself.
import { expect, test } from 'vitest';
import { BOOT_TIMES, BootWatch } from '../../host/bmc/boot-watch.ts';
import type { ControllerEvent, LoggedEvent } from '../../host/bmc/event-log.ts';
import type { RecoverableManagement } from '../../host/bmc/management.ts';
import type { PowerState } from '../../host/bmc/power.ts';
import type { StoreFiles } from '../../host/bmc/replaced-file.ts';
import { HostBoot } from '../../host/bus/boot-registers.ts';
import { REGISTERS_SIZE } from '../../host/bus/management-function.ts';
import { Register } from '../../host/bus/mailbox-registers.ts';
import { LocalMemory } from '../../host/bus/shared-memory.ts';
import { RecoveryAgent } from '../../host/recovery/agent.ts';
import { parseRecoveryConfig } from '../../host/recovery/recovery-config.ts';
import { runSeed, seeded } from '../random.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const BOOTS = Number(process.env['BOOTS'] ?? 100_000);
const CODES = [0x01, 0x31, 0x60, 0x94, 0xa2, 0x90];
const { frb2Ms, frb3Ms } = BOOT_TIMES;
const CONFIG = '[recovery]\ncheck-every = 168h\n[component bios]\n[source none]\nkind = directory\npath = nowhere\n';

/** A file system that forgets nothing and flushes nothing. */
function memoryFiles(): StoreFiles {
  const files = new Map<string, Buffer>();
  return {
    open: (path) => ({
      read: () => 0,
      write: (offset, from) => files.set(path, Buffer.concat([(files.get(path) ?? Buffer.alloc(0)).subarray(0, offset), from])),
      truncate: (size) => files.set(path, (files.get(path) ?? Buffer.alloc(0)).subarray(0, size)),
      sync: () => undefined, close: () => undefined,
    }),
    makeDirectory: () => undefined, syncDirectory: () => undefined, remove: (path) => files.delete(path),
    rename: (from, to) => { files.set(to, files.get(from) ?? Buffer.alloc(0)); files.delete(from); },
    read: (path) => files.get(path),
  };
}

/** A board whose watchdog is the real one, and whose flash is always well. */
class Board {
  readonly registers = new LocalMemory(REGISTERS_SIZE);
  readonly host = new HostBoot(this.registers);
  readonly said: string[] = [];
  now = 0;
  power: PowerState = 'on';
  failures = 0;
  #listener: (event: LoggedEvent) => void = () => undefined;
  watch = this.#started();

  restart(): void {
    this.watch = this.#started();
  }

  say(event: ControllerEvent): void {
    if (event.event === 'boot-failed') this.failures++;
    if (event.event.startsWith('recovery-') && event.event !== 'recovery-boot-counted') this.said.push(`${event.event}: ${event.text}`);
    this.#listener({ ...event, number: 1, time: '' });
  }

  readonly management = {
    identity: { platform: 'board', uuid: '00000000-0000-4000-8000-000000000000' },
    snapshot: () => ({ power: this.power, boot: this.watch.snapshot, transfer: { phase: 'idle' }, holder: undefined, components: [{
      name: 'bios', isInPlace: true, running: 0, slots: [{ state: 'valid', version: '1', digest: new Uint8Array(32) }], floor: 0, slotSize: 1 << 20, needsHostReset: false,
    }] }),
    onEvent: (listener: (event: LoggedEvent) => void) => { this.#listener = listener; return () => undefined; },
    verify: () => Promise.resolve({ component: 'bios', condition: 'ok', expected: '', got: '', blocks: [] }),
    power: () => { throw new Error('a healthy host was switched'); },
  } as unknown as RecoverableManagement;

  #started(): BootWatch {
    const board = this;
    const watch = new BootWatch(this.registers, { nowMs: () => this.now }, { get power() { return board.power; }, hostUp: () => undefined, say: (event) => board.say(event) });
    watch.start();
    return watch;
  }
}

test(`no false recovery in ${BOOTS.toLocaleString('en-US')} healthy boots with stray codes, stray watchdog words, slow boots and power that goes`, async () => {
  const seed = runSeed();
  const random = seeded(seed);
  const scratch = scratchDirectory();
  const board = new Board();
  const waits: (() => void)[] = [];
  const agent = new RecoveryAgent({
    stateDirectory: scratch.path, management: board.management, config: parseRecoveryConfig(Buffer.from(CONFIG), 'recovery.ini', scratch.path), sources: [], files: memoryFiles(),
    trust: () => ({ keys: [], revoked: [] }), say: (event) => board.say(event),
    clock: { nowMs: () => board.now, wait: (_ms, signal) => new Promise((resolve) => { if (signal.aborted) resolve(); else waits.push(resolve); }) },
  });
  const perhaps = (likely: number): boolean => random() < likely;
  const any = (limit: number): number => Math.floor(random() * limit);
  const pass = (ms: number): void => {
    board.now += ms;
    board.watch.poll();
  };
  const strays: readonly (() => void)[] = [
    () => board.host.postCode(any(256)),
    // Words that no boot of now has written, and words that make no sense.
    () => board.registers.write32(Register.postCode, (board.registers.read32(Register.hostResets) + 1 + any(200)) << 24 | any(1 << 24)),
    () => board.registers.write32(Register.bootProgress, any(2 ** 32)),
    () => board.registers.write32(Register.bootFailure, any(2 ** 32)),
    () => board.restart(),
    () => board.say({ event: 'watchdog', text: 'a timer of the operating system has run out', fields: { stage: 'sms' } }),
  ];
  const stray = (likely: number): void => {
    while (perhaps(likely)) strays[any(strays.length)]!();
  };
  for (let boot = 0; boot < BOOTS; boot++) {
    // The power goes in the middle now and then, at a place that differs, and the host starts again.
    do {
      if (perhaps(0.3)) board.watch.hostStarted();
      pass(perhaps(0.01) ? frb3Ms : any(1000));
      board.host.reset();
      stray(0.1);
      for (const code of CODES) {
        board.host.postCode(code);
        if (perhaps(0.4)) pass(perhaps(0.005) ? frb2Ms : any(2000));
        if (perhaps(0.02)) break;
      }
      if (perhaps(0.02)) board.power = 'off';
      pass(10);
      board.power = 'on';
    } while (perhaps(0.02));
    if (perhaps(0.7)) board.host.progress('bootComplete');
    else board.watch.heard();
    pass(50);
    stray(0.2);
    pass(any(100_000));
    if (boot % 100 === 0) {
      for (const go of waits.splice(0)) go();
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (agent.states[0]?.phase !== 'healthy') throw new Error(`boot ${boot}: a healthy host was taken for dead; SEED=${seed}: ${board.said.join(' | ')}`);
  }
  expect(board.said, `SEED=${seed}`).toEqual([]);
  expect(board.failures, 'the watchdog has run out often, and nothing came of it').toBeGreaterThan(BOOTS / 200);
  const ended = agent.close();
  for (const go of waits.splice(0)) go();
  await ended;
  scratch.remove();
});
