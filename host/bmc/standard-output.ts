import { writeSync } from 'node:fs';

/**
 * A reader that has gone, or one that does not read, as a parent that only waited for `ready`, must not end or stop the
 * controller: the line is lost then, and lies in the event log.
 */
export function toStandardOutput(): (line: string) => void {
  return (line) => {
    try {
      writeSync(process.stdout.fd, line);
    } catch {
      // See above.
    }
  };
}
