// Reading the history while another process writes it, and after that process was killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkChain } from '../../../host/bmc/history/transcript-check.ts';
import { readTranscript } from '../../../host/bmc/history/transcript-reader.ts';
import { replayEntries } from '../../../host/bmc/history/transcript-replay.ts';
import { UpgradeHistory } from '../../../host/bmc/history/upgrade-history.ts';
import { bundle } from '../../bundle.ts';
import { scratchDirectory } from '../../scratch-directory.ts';

const scratch = scratchDirectory();
beforeAll(() => bundle({ written: 'tests/bmc/history/written.ts' }, scratch.path));
afterAll(() => scratch.remove());

it('what is read while files come and go is always a piece of the chain, and so is what is left after kill -9', { timeout: 60_000 }, async () => {
  const directory = join(scratch.path, 'history');
  for (let run = 0; run < 3; run++) {
    const writer = spawn(process.execPath, [join(scratch.path, 'written.mjs'), directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    const firsts = new Set<number>();
    for (let count = 0; count < 20_000 && firsts.size < 20; count++) {
      const { entries, fault } = checkChain(readTranscript(directory), { of: 'device' });
      expect(fault).toBeUndefined();
      expect(replayEntries(entries).fault).toBeUndefined();
      if (entries[0] !== undefined) firsts.add(entries[0].number);
    }
    expect(firsts.size, 'files went while they were read').toBeGreaterThan(1);
    writer.kill('SIGKILL');
    await once(writer, 'close');
    const complaints: string[] = [];
    const history = UpgradeHistory.open({ directory, segmentLimit: 8192, segmentsKept: 3, complain: (message) => complaints.push(message) });
    expect(history.list(1000).every(({ state }) => state === 'done' || state === 'interrupted')).toBe(true);
    history.close();
    expect(checkChain(readTranscript(directory), { of: 'device', head: history.head }).fault).toBeUndefined();
    expect(complaints).toEqual([]);
  }
});
