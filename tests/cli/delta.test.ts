// `ferry delta`, as a user types it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DELTA_COMMANDS } from '../../host/cli/delta-commands.ts';
import { parseOptions } from '../../host/cli/command.ts';
import { PatchCore } from '../../host/core/patch.ts';
import { patchName, sha256 } from '../../host/patch/make-patch.ts';
import { rebuilt } from '../patch/rebuilt.ts';
import { seeded } from '../random.ts';
import { scratchDirectory } from '../scratch-directory.ts';

const place = scratchDirectory();
afterAll(() => place.remove());
const at = (name: string): string => join(place.path, name);
const { base, image } = rebuilt(seeded(3), 20_000);
writeFileSync(at('old.bin'), base);
writeFileSync(at('older.bin'), base.subarray(0, 9000));
writeFileSync(at('new.bin'), image);
writeFileSync(at('empty.bin'), '');

const delta = DELTA_COMMANDS[0]!;
async function run(...args: string[]): Promise<number> {
  const { values, operands } = parseOptions(delta, args);
  return delta.run(values, operands);
}

describe('ferry delta', () => {
  it('makes a patch beside the image for each older one, under the name that the program looks for', async () => {
    expect(await run(at('old.bin'), at('older.bin'), at('new.bin'))).toBe(0);
    for (const [name, bytes] of [['old.bin', base], ['older.bin', base.subarray(0, 9000)]] as const) {
      const patch = new Uint8Array(readFileSync(patchName(at('new.bin'), bytes)));
      const made = new PatchCore().apply({ bytes, digest: sha256(bytes) }, patch, image.length, sha256(image));
      expect(Buffer.compare(made ?? new Uint8Array(), image), name).toBe(0);
    }
  });

  it('writes it where -o says', async () => {
    expect(await run('-o', at('small.patch'), at('old.bin'), at('new.bin'))).toBe(0);
    expect(new PatchCore().header(new Uint8Array(readFileSync(at('small.patch'))))?.imageSize).toBe(image.length);
  });

  it('makes none that would be larger than the image on the bus, and none for the same image', async () => {
    const random = seeded(9);
    const noise = Uint8Array.from({ length: 9000 }, () => random() * 256);
    writeFileSync(at('noise.bin'), noise);
    expect(await run(at('old.bin'), at('noise.bin'))).toBe(0);
    expect(existsSync(patchName(at('noise.bin'), base))).toBe(false);
    expect(await run(at('new.bin'), at('new.bin'))).toBe(0);
    expect(existsSync(patchName(at('new.bin'), image))).toBe(false);
  });

  it('says what is wrong with the command line or a file, and leaves everything as it was', async () => {
    const before = readdirSync(place.path);
    await expect(run(at('new.bin'))).rejects.toMatchObject({ code: 'usage', exitCode: 64 });
    await expect(run('-o', at('x'), at('old.bin'), at('older.bin'), at('new.bin'))).rejects.toMatchObject({ code: 'usage' });
    await expect(run('-o', at('old.bin'), at('old.bin'), at('new.bin'))).rejects.toMatchObject({ code: 'usage' });
    await expect(run(at('missing.bin'), at('new.bin'))).rejects.toMatchObject({ code: 'patch-failed' });
    await expect(run(at('empty.bin'), at('new.bin'))).rejects.toMatchObject({ code: 'patch-failed' });
    await expect(run('-o', at('no/such/place'), at('old.bin'), at('new.bin'))).rejects.toMatchObject({ code: 'patch-failed' });
    expect(readdirSync(place.path)).toEqual(before);
  });
});
