// Nothing grows with the number of upgrades. UPGRADES=100 in the environment makes more of them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratchDirectory } from '../scratch-directory.ts';
import { startControllerIn } from '../processes.ts';
import { leaks, logBytesOf, upgradeAgainAndAgain } from './growth.ts';

const UPGRADES = Number(process.env['UPGRADES'] ?? 4);
/** A log line is some hundred bytes, and an upgrade of two components has about thirty of them in two logs. */
const LOG_BYTES = 32 * 1024;

it(`${UPGRADES} upgrades leave no descriptor, no thread and no file behind, and no file but the logs is larger`, async () => {
  const growth = await upgradeAgainAndAgain({ upgrades: UPGRADES });
  expect(leaks(growth)).toEqual([]);
  expect(logBytesOf(growth), 'bytes of logs for each upgrade').toBeLessThan(LOG_BYTES);
}, 600_000);

it('a controller that opens a file, starts a thread and leaves a file behind every few milliseconds is found out', async () => {
  const directory = scratchDirectory();
  const leak = join(directory.path, 'leak.mjs');
  writeFileSync(leak, `
    import { existsSync, openSync, writeFileSync } from 'node:fs';
    import { isMainThread, Worker } from 'node:worker_threads';
    const state = process.argv[process.argv.indexOf('--state') + 1];
    let count = 0;
    if (isMainThread) setInterval(() => {
      if (!existsSync(state)) return;
      openSync('/dev/null');
      if (count % 10 === 0 && count < 200) new Worker('setInterval(() => undefined, 1000)', { eval: true, execArgv: [] }).unref();
      writeFileSync(state + '/left-' + count++, '');
    }, 20).unref();
  `);
  try {
    const growth = await upgradeAgainAndAgain({ upgrades: 1, start: (state, ...args) => startControllerIn(['--import', leak], state, ...args) });
    const found = leaks(growth).join('\n');
    for (const what of ['open descriptors', 'threads', 'bytes of left-']) expect(found).toContain(what);
  } finally {
    directory.remove();
  }
}, 120_000);
