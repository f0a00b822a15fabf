// STATE/uuid: the name of this board in the world, made at its first start.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads it, or makes it. */
export function boardUuid(stateDirectory: string): string {
  const path = join(stateDirectory, 'uuid');
  try {
    const known = readFileSync(path, 'latin1').trim();
    if (UUID.test(known)) return known;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const fresh = randomUUID();
  writeFileSync(path, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}
