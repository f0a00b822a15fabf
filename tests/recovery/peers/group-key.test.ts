import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compatibleId, GroupKey, readGroupKey, seal, unseal } from '../../../host/recovery/peers/group-key.ts';
import { scratchDirectory } from '../../scratch-directory.ts';
import { refusalOf } from '../../trust/signed-image.ts';

const key = new GroupKey(Buffer.alloc(32, 1));
const other = new GroupKey(Buffer.alloc(32, 2));
const message = Buffer.from('a message of some length');
const context = Buffer.from('of this stream');

describe('a tag', () => {
  it('lets the message through that it was made for, and no other', () => {
    const sealed = seal(key, message, context);
    expect(Buffer.from(unseal(key, sealed, context)!)).toEqual(message);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >>> 3]! ^= 1 << (bit & 7);
      expect(unseal(key, changed, context), `bit ${bit}`).toBeUndefined();
    }
    for (let size = 0; size < sealed.length; size++) expect(unseal(key, sealed.subarray(0, size), context), `${size} bytes`).toBeUndefined();
  });

  it('is of one key, one context, and one border between context and message', () => {
    const sealed = seal(key, message, context);
    expect(unseal(other, sealed, context)).toBeUndefined();
    expect(unseal(key, sealed, Buffer.from('of that stream'))).toBeUndefined();
    expect(unseal(key, sealed)).toBeUndefined();
    expect(key.tag(Buffer.from('bc'), Buffer.from('a'))).not.toEqual(key.tag(Buffer.from('c'), Buffer.from('ab')));
  });

  it('is not there without a key', () => {
    expect(seal(undefined, message)).toBe(message);
    expect(unseal(undefined, message)).toBe(message);
  });
});

describe('what stands for a platform and a component', () => {
  it('is another one for each of them, and for each group', () => {
    const ids = [compatibleId(undefined, 'board', 'bios'), compatibleId(undefined, 'board', 'bmc'), compatibleId(undefined, 'other', 'bios'), compatibleId(key, 'board', 'bios'), compatibleId(other, 'board', 'bios'), compatibleId(undefined, 'boardb', 'ios')];
    expect(new Set(ids.map((id) => Buffer.from(id).toString('hex'))).size).toBe(ids.length);
    for (const id of ids) expect(id.length).toBe(16);
  });
});

describe('a group key file', () => {
  const scratch = scratchDirectory();
  afterAll(() => scratch.remove());
  const written = (name: string, text: string, mode = 0o600): string => {
    const path = join(scratch.path, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('holds 64 hexadecimal digits', () => {
    expect(Buffer.from(readGroupKey(written('good', `${'01'.repeat(32)}\n`)).tag(message))).toEqual(key.tag(message));
    for (const [name, text] of [['empty', ''], ['short', '01'.repeat(31)], ['long', '01'.repeat(33)], ['words', 'zz'.repeat(32)], ['huge', '0'.repeat(10_000)]] as const) {
      expect(refusalOf(() => readGroupKey(written(name, text))), name).toMatchObject({ code: 'key-invalid', exitCode: 64, message: expect.stringMatching(/expected 64 hexadecimal digits.*nothing was started/) as string });
    }
  });

  it('is a file of its own that nobody else can read', () => {
    for (const mode of [0o644, 0o640, 0o604]) expect(refusalOf(() => readGroupKey(written(`mode${mode}`, '01'.repeat(32), mode)))?.message).toContain('only its owner can read');
    mkdirSync(join(scratch.path, 'directory'));
    symlinkSync(written('target', '01'.repeat(32)), join(scratch.path, 'link'));
    for (const name of ['directory', 'link', 'missing']) expect(refusalOf(() => readGroupKey(join(scratch.path, name))), name).toMatchObject({ code: 'key-invalid' });
  });
});
