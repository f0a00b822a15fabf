// One management controller that is upgraded again and again: what its process and its state directory hold before and after.
import { runFerry, startController } from '../processes.ts';
import { smallMachine } from '../small-machine.ts';
import { journalBytes, type Standing, standingOf } from './standing.ts';

/** Upgrades after which everything that is made once is there: both slots written, and erased for what comes next. */
const SETTLED = 4;
const LOOKS = 50;
const BETWEEN_LOOKS_MS = 100;

export interface Growth {
  readonly upgrades: number;
  readonly before: Standing;
  readonly after: Standing;
}

export interface GrowthOptions {
  readonly upgrades: number;
  /** How the controller is started. */
  readonly start?: (state: string, ...args: string[]) => ReturnType<typeof startController>;
}

/** Upgrades both components so many times. Throws when one is not stored. */
export async function upgradeAgainAndAgain({ upgrades, start = startController }: GrowthOptions): Promise<Growth> {
  const machine = smallMachine();
  try {
    const controller = await start(machine.state, '--board', machine.board);
    try {
      const pid = controller.child.pid!;
      let number = 0;
      const upgrade = async (): Promise<void> => {
        machine.release(++number);
        const { code, output } = await runFerry(['run', '-c', machine.config, '--machine', machine.state]);
        if (code !== 0 && code !== 3) throw new Error(`upgrade ${number}: expected its images to be stored, got exit code ${code}\n${output}`);
      };
      while (number < SETTLED) await upgrade();
      const before = standingOf(pid, machine.state);
      while (number < SETTLED + upgrades) await upgrade();
      return { upgrades, before, after: await settled(() => standingOf(pid, machine.state), before) };
    } finally {
      await controller.stop();
    }
  } finally {
    machine.remove();
  }
}

/** What is still being closed behind the last answer has a few seconds to go. */
async function settled(look: () => Standing, before: Standing): Promise<Standing> {
  for (let count = 0; ; count++) {
    const now = look();
    if (count === LOOKS || leaks({ upgrades: 0, before, after: now }).length === 0) return now;
    await new Promise((resolve) => { setTimeout(resolve, BETWEEN_LOOKS_MS); });
  }
}

/** The files that have a limit of their own, and it: two logs of 1 MiB, eight segments of the history of 512 KiB. */
const LOGS = /^(events\.log(\.\d+)?|history\/transcript\.\d+\.jsonl)$/;

/** What has grown that never should, in words: descriptors, threads, files, and the size of every file that is no log. */
export function leaks({ upgrades, before, after }: Growth): string[] {
  const found: string[] = [];
  const tell = (what: string, was: number, is: number): void => {
    if (is > was) found.push(`${what}: expected at most ${was} after ${upgrades} upgrades, got ${is}`);
  };
  tell('open descriptors', before.descriptors, after.descriptors);
  tell('threads', before.threads, after.threads);
  for (const [name, size] of after.files) if (!LOGS.test(name)) tell(`bytes of ${name}`, before.files.get(name) ?? -1, size);
  return found;
}

/** Bytes that each upgrade has written into logs. */
export const logBytesOf = ({ upgrades, before, after }: Growth): number => (journalBytes(after) - journalBytes(before)) / upgrades;
