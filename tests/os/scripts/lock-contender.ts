// Takes and releases a machine's lock until it has had it so many times. Inside, it makes a file that nobody else may
// have made; each time that it is there already, two held the lock at once.
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockMachine } from '../../../host/os/lock.ts';

const [directory = '', times = '0', leaves = ''] = process.argv.slice(2);
const marker = join(directory, 'inside');
let held = 0;
while (held < Number(times)) {
  let lock;
  try {
    lock = lockMachine(directory);
  } catch (error) {
    if ((error as { code: string }).code !== 'machine-locked') throw error;
    continue;
  }
  closeSync(openSync(marker, 'wx'));
  rmSync(marker);
  held += 1;
  if (leaves && held === Number(times)) process.kill(process.pid, 'SIGKILL');
  lock.release();
}
