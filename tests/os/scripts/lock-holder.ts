// Takes a machine's lock and holds it until its standard input ends, without releasing it when killed.
import { lockMachine } from '../../../host/os/lock.ts';

try {
  const lock = lockMachine(process.argv[2] ?? '');
  process.stdout.write('held\n');
  process.stdin.resume().on('end', () => lock.release());
} catch (error) {
  process.stdout.write(`${(error as { code: string }).code}\n`);
}
