// The journal on a disk whose power fails at, in and after every operation.
import { expect, it } from 'vitest';
import { RecoveryJournal } from '../../host/recovery/journal.ts';
import { PHASES, type RecoveryState } from '../../host/recovery/recovery-state.ts';
import { CutDisk, KEEPS, PowerCut, WHENS } from '../bmc/trust/cut-disk.ts';

const stateOf = (component: string, number: number, text = 'x'.repeat(200)): RecoveryState =>
  ({ component, phase: PHASES[number % PHASES.length]!, at: new Date(number).toISOString(), text, tried: [], rounds: number });

const isCut = (error: unknown): boolean => error instanceof PowerCut || (error instanceof Error && error.cause !== undefined && isCut(error.cause));

/** Appends states until power fails; answers the rounds of those whose append returned. */
function write(disk: CutDisk, from: number, count: number, text?: string): number {
  let done = from - 1;
  try {
    const journal = new RecoveryJournal('state', disk);
    for (let number = from; number < from + count; number++) {
      journal.append(stateOf('bios', number, text));
      done = number;
    }
  } catch (error) {
    if (!isCut(error)) throw error;
  }
  return done;
}

it.each([['a short journal', 3, undefined], ['one that is replaced because it is long', 5, 'y'.repeat(90_000)]] as const)(
  'power lost at any file operation of %s leaves the newest state that was written, or the one that was being written', (_name, count, text) => {
    for (const when of WHENS) {
      for (const keeps of KEEPS) {
        for (let cut = 0; ; cut++) {
          const disk = new CutDisk();
          new RecoveryJournal('state', disk).append(stateOf('bmc', 7));
          disk.powerOn();
          disk.cut = { at: cut, when, keeps };
          const done = write(disk, 1, count, text);
          const isOver = disk.operations <= cut;
          disk.powerOn();
          const where = `cut ${when} operation ${cut}, keeping ${keeps}`;
          const journal = new RecoveryJournal('state', disk);
          const found = journal.latest('bios')?.rounds ?? 0;
          expect([done, done + 1], where).toContain(found);
          expect(journal.latest('bmc')?.rounds, where).toBe(7);
          journal.append(stateOf('bios', 100));
          expect(new RecoveryJournal('state', disk).latest('bios')?.rounds, `${where}: it goes on`).toBe(100);
          if (isOver) break;
        }
      }
    }
  });

it('a byte that changed on the disk ends the journal there, and nothing behind it is believed', () => {
  const disk = new CutDisk();
  const journal = new RecoveryJournal('state', disk);
  for (let number = 1; number <= 3; number++) journal.append(stateOf('bios', number));
  const path = 'state/recovery/journal';
  const bytes = Buffer.from(disk.read(path)!);
  const second = bytes.indexOf(0x0a) + 40;
  bytes[second] = bytes[second]! ^ 1;
  disk.open(path).write(0, bytes);
  expect(new RecoveryJournal('state', disk).latest('bios')?.rounds).toBe(1);
});

it.each([['a line is appended', 2], ['the journal is replaced', 300_000]])('an operation that fails while %s, with power on, is told, and the next append is whole', (_name, size) => {
  for (let number = 0; ; number++) {
    const disk = new CutDisk();
    const journal = new RecoveryJournal('state', disk);
    journal.append(stateOf('bios', 1, 'x'.repeat(size)));
    const before = disk.operations;
    disk.fails = before + number;
    try {
      journal.append(stateOf('bios', 2));
      if (disk.operations <= disk.fails) return;
    } catch (error) {
      expect((error as Error).message).toContain('the journal of recovery can not be used');
    }
    journal.append(stateOf('bios', 3, 'shorter'));
    expect(new RecoveryJournal('state', disk).latest('bios')?.rounds, `operation ${number}`).toBe(3);
  }
});
