import { describe, expect, it } from 'vitest';
import { PatchCore } from '../../host/core/patch.ts';
import { makePatch, sha256 } from '../../host/patch/make-patch.ts';
import { longestMatch, suffixArray } from '../../host/patch/suffix-array.ts';
import { seeded } from '../random.ts';
import { rebuilt } from './rebuilt.ts';
import { applyStrictly } from './strict-applier.ts';

const seed = Number(process.env['SEED'] ?? 1);
const random = seeded(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const noise = (size: number): Uint8Array => Uint8Array.from({ length: size }, () => below(256));
const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));

const code = rebuilt(random, 60_000);
const PAIRS: Readonly<Record<string, readonly [base: Uint8Array, image: Uint8Array]>> = {
  'the same bytes': [code.base, code.base],
  'rebuilt code': [code.base, code.image],
  'rebuilt code, back again': [code.image, code.base],
  'an image of one byte': [code.base, Uint8Array.of(7)],
  'a base of one byte': [Uint8Array.of(7), noise(300)],
  'nothing in common': [noise(20_000), noise(20_000)],
  'erased flash that has grown': [new Uint8Array(50_000).fill(255), new Uint8Array(90_000).fill(255)],
  'the end of the base at the start': [code.base, code.base.slice(-9000)],
  'halves that changed places': [code.base, Buffer.concat([code.base.subarray(30_000), code.base.subarray(0, 30_000)])],
  'every eleventh byte another one': [code.base, code.base.map((byte, at) => (at % 11 === 0 ? byte ^ 0x5a : byte))],
};

describe('a patch', () => {
  it.each(Object.entries(PAIRS))('makes its image: %s', (_name, [base, image]) => {
    const patch = makePatch(base, image);
    const { image: made } = applyStrictly(base, patch, image.length, sha256(image));
    expect(Buffer.compare(made ?? new Uint8Array(), image), `SEED=${seed}`).toBe(0);
  });

  it('of rebuilt code is a small part of it, and of the same bytes next to nothing', () => {
    expect(makePatch(code.base, code.image).length).toBeLessThan(code.image.length / 20);
    expect(makePatch(code.base, code.base).length).toBeLessThan(120);
  });

  it('is never much more than its image', () => {
    const image = noise(20_000);
    expect(makePatch(noise(100), image).length).toBeLessThan(image.length * 1.05 + 100);
  });

  it('says for which base it is and what it makes', () => {
    const [base, image] = [text('one base for the other image'), text('the other image for one base')];
    expect(new PatchCore().header(makePatch(base, image))).toEqual({
      baseSize: base.length, imageSize: image.length, baseDigest: new Uint8Array(sha256(base)), imageDigest: new Uint8Array(sha256(image)),
    });
    expect(new PatchCore().header(text('no patch'))).toBeUndefined();
    expect(new PatchCore().header(new Uint8Array(100))).toBeUndefined();
  });

  it('is refused for another base, size or digest than it was made for', () => {
    const { base, image } = code;
    const patch = makePatch(base, image);
    const other = base.map((byte, at) => (at === 5 ? byte ^ 1 : byte));
    expect(applyStrictly(other, patch, image.length, sha256(image)).image).toBeUndefined();
    expect(applyStrictly(base, patch, image.length - 1, sha256(image)).image).toBeUndefined();
    expect(applyStrictly(base, patch, image.length, sha256(base)).image).toBeUndefined();
  });

  it('of format 1 that was made earlier still makes the same image', () => {
    const base = text('the quick brown fox jumps over the lazy dog; '.repeat(4));
    const image = text(`${'the quick brown fox jumps over the lazy cat; '.repeat(4)}and again`);
    const patch = new Uint8Array(Buffer.from(FROZEN, 'hex'));
    expect(Buffer.from(makePatch(base, image)).toString('hex')).toBe(FROZEN);
    expect(Buffer.compare(applyStrictly(base, patch, image.length, sha256(image)).image ?? new Uint8Array(), image)).toBe(0);
  });
});

/** The bytes of a patch of format 1, for ever. */
const FROZEN = '4659505401000000b4000000bd000000e4fd19ff63097b1c96dbefce49291c4161fb9f5359536434365ab56e19b37e3e23e4dad59686f0f86b9f575bd7a9f4215abe10ed942827be694fd3043e5dd90cff7a1fffffffee3984cb9392f05c651723d03f8f7478073bec78d3f522f39ef2';

describe('the suffix array', () => {
  it('has all suffixes in their order', () => {
    for (const letters of [1, 2, 3, 256]) {
      for (let size = 0; size < 200; size += 1 + below(7)) {
        const bytes = Uint8Array.from({ length: size }, () => below(letters));
        const expected = Array.from(bytes.keys()).sort((one, two) => Buffer.compare(bytes.subarray(one), bytes.subarray(two)));
        expect(Array.from(suffixArray(bytes)), `SEED=${seed}, ${letters} letters, ${size} bytes`).toEqual(expected);
      }
    }
  });

  it('finds the longest match', () => {
    const bytes = Uint8Array.from({ length: 400 }, () => below(3));
    const suffixes = suffixArray(bytes);
    for (let turn = 0; turn < 200; turn++) {
      const wanted = Uint8Array.from({ length: 1 + below(30) }, () => below(3));
      const { offset, size } = longestMatch(bytes, suffixes, wanted, 0);
      expect(Buffer.compare(bytes.subarray(offset, offset + size), wanted.subarray(0, size)), `SEED=${seed}`).toBe(0);
      expect(size === wanted.length || Buffer.from(bytes).indexOf(wanted.subarray(0, size + 1)) < 0, `SEED=${seed}: ${wanted}`).toBe(true);
    }
  });
});
