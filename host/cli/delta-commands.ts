// `ferry delta`: patches next to an image, one for each older image that a device may hold.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FerryError } from '../error.ts';
import { replaceFile } from '../trust/replace-file.ts';
import { type Command, JSON_OPTION, type OptionValues, textOf, usage } from './command.ts';
import { tell } from './trust-commands.ts';

/** The largest image that Ferry carries. */
const IMAGE_LIMIT = 64 << 20;

function readImage(path: string): Uint8Array {
  let size: number;
  try {
    size = statSync(path).size;
    if (size > 0 && size <= IMAGE_LIMIT) return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new FerryError('patch-failed', `the image ${path} can not be read: ${(error as Error).message}; no patch was made`, { hint: 'correct the path', cause: error });
  }
  throw new FerryError('patch-failed', `the image ${path}: expected 1 byte to 64 MiB, got ${size} bytes; no patch was made`, { hint: 'name another file' });
}

function write(path: string, patch: Uint8Array): void {
  try {
    replaceFile(path, patch);
  } catch (error) {
    throw new FerryError('patch-failed', `the patch ${path} can not be written: ${(error as Error).message}; what was there before is as it was`, {
      hint: 'make room, or name another file with -o', cause: error,
    });
  }
}

const amount = (size: number): string => (size < 1024 ? `${size} bytes` : `${(size / 1024).toFixed(1)} KiB`);

async function makeOne(values: OptionValues, old: string, name: string, image: Uint8Array): Promise<void> {
  const [{ makePatch, patchName, sha256 }, { wholeSize }] = await Promise.all([import('../patch/make-patch.ts'), import('../patch/whole-size.ts')]);
  const base = readImage(old);
  const path = textOf(values, 'output') ?? patchName(name, base);
  if ([old, name].some((other) => resolve(other) === resolve(path))) throw usage(`ferry delta: expected -o FILE, a file of its own, got ${path}`, 'delta');
  if (Buffer.compare(base, image) === 0) return tell(values, 'patch-needless', { base: old, image: name }, [`${old}: no patch is made: ${name} is the same image`]);
  const [patch, whole] = [makePatch(base, image), wholeSize(image)];
  const fields = { base: old, baseSha256: Buffer.from(sha256(base)).toString('hex'), image: name, size: image.length, whole, patch: patch.length };
  if (patch.length >= whole) {
    tell(values, 'patch-useless', fields, [`${old}: no patch is made: it would have ${amount(patch.length)}, and ${name} goes over the bus as ${amount(whole)}`]);
    return;
  }
  write(path, patch);
  tell(values, 'patch', { ...fields, file: path }, [`${path}: ${amount(patch.length)} make ${amount(image.length)} out of ${old}`]);
}

const delta: Command = {
  name: 'delta',
  summary: 'make patches: what a device needs when it holds an older image',
  text: [
    'Makes, for each OLD image, the patch that turns it into NEW, next to it: NEW.<16 hex digits of OLD\'s SHA-256>.patch. There',
    '`ferry run` finds it and sends it in place of the image, when the device holds exactly OLD; `patch` in ferry.ini names',
    'another place. The device makes the image out of what it holds, and takes it only if digest and signature are those of',
    'NEW: that is why a patch is not signed, and why one that is wrong costs no more than its bytes. NEW itself and its signature',
    'stay where they are: they are sent when no patch fits. No patch is made that is larger than the compressed image.',
  ],
  options: [{ name: 'output', short: 'o', value: 'FILE', text: 'write the patch here; for one OLD only' }, JSON_OPTION],
  operands: 'OLD... NEW',
  examples: [
    ['ferry delta bmc-2.4.0.bin bmc-2.4.1.bin', 'makes bmc-2.4.1.bin.<digits>.patch'],
    ['ferry delta old/*.bin bmc-2.4.1.bin', 'a patch for each version that is still in use'],
    ['ferry delta -o small.patch a.bin b.bin', 'to be named by patch = small.patch in ferry.ini'],
  ],
  async run(values, operands) {
    const name = operands.at(-1);
    if (name === undefined || operands.length < 2 || operands.includes('')) throw usage(`ferry delta: expected OLD... NEW, got ${operands.length} file(s)`, 'delta');
    if (values['output'] !== undefined && operands.length > 2) throw usage('ferry delta: expected one OLD with -o, got several', 'delta');
    const image = readImage(name);
    for (const old of operands.slice(0, -1)) await makeOne(values, old, name, image);
    return 0;
  },
};

export const DELTA_COMMANDS: readonly Command[] = [delta];
