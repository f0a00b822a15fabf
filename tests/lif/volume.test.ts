import { describe, expect, it } from 'vitest';
import { FileType, parseType } from '../../host/lif/file-type.ts';
import { LifError, type LifErrorCode } from '../../host/lif/lif-error.ts';
import { longListing } from '../../host/lif/listing.ts';
import { emptyVolume } from '../../host/lif/make.ts';
import { MemoryMedium } from '../../host/lif/medium.ts';
import { lifName, volumeLabel } from '../../host/lif/name.ts';
import { LifVolume } from '../../host/lif/volume.ts';
import { runSeed, seeded } from '../random.ts';
import { emptyMedium, MADE, namesIn, put, textIn, volumeWith } from './virtual-volume.ts';

const SEED = runSeed();
const sectors = (count: number, fill = 'x'): string => fill.repeat(count * 256);

function codeOf(action: () => unknown): LifErrorCode | 'none' {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof LifError) return error.code;
    throw error;
  }
}

describe('names', () => {
  it.each([['ferry.ini', 'FERRY_INI'], ['bmc-2.4.bin', ''], ['A', 'A'], ['bmc-2.bin', 'BMC_2_BIN'], ['Abcdefghij', 'ABCDEFGHIJ']])('%s is %s', (name, expected) => {
    if (expected === '') expect(codeOf(() => lifName(name))).toBe('long-name');
    else expect(lifName(name)).toBe(expected);
  });

  it.each(['', '1A', '_A', '.A', 'A B', 'A/B', 'A\\B', 'Ä', 'A\0', '\u0131'])('%j is none, and nothing is guessed', (name) => {
    expect(codeOf(() => lifName(name))).toBe('bad-name');
  });

  it('labels have at most six characters', () => {
    expect([volumeLabel('isl10'), volumeLabel('')]).toEqual(['ISL10', '']);
    expect([codeOf(() => volumeLabel('TOOLONG')), codeOf(() => volumeLabel('a.b'))]).toEqual(['long-name', 'bad-name']);
  });

  it('are found in any case, as they are spelt before all', () => {
    const medium = emptyMedium(64);
    const volume = new LifVolume(medium);
    put(volume, 'OTHER', 'other');
    put(volume, 'XERRY', 'upper');
    medium.write(2 * 256, Buffer.from('xerry     '));
    expect([textIn(volume, 'xerry'), textIn(volume, 'XERRY'), textIn(volume, 'xErry')]).toEqual(['other', 'upper', 'upper']);
  });
});

describe('types on the command line', () => {
  it.each([['ascii', 1], ['BIN', -23951], ['auto', -12289], ['-12928', -12928]])('%s is %d', (word, type) => expect(parseType(word)).toBe(type));
  it.each(['binary', '0', '-1', '-2', '32768', '-32769', '1e3', ''])('%j is none that can be written', (word) => expect(parseType(word)).toBeUndefined());
});

describe('a file', () => {
  it.each([0, 1, 255, 256, 257, 511, 512, 100_000])('of %d bytes comes back as it was, with every type that keeps sizes', (size) => {
    const random = seeded(size + 1);
    const content = Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
    const volume = new LifVolume(emptyMedium(2048));
    for (const type of [FileType.bin, FileType.auto]) {
      put(volume, 'FILE', content, type);
      expect(Buffer.compare(volume.read(volume.get('FILE')), content)).toBe(0);
    }
  });

  it.each(['', '\n', 'a\n', 'ab\n', '\n\n', 'odd\n\neven\n', `${'x'.repeat(32767)}\n`])('of lines comes back from records (%#)', (text) => {
    const volume = new LifVolume(emptyMedium(2048));
    put(volume, 'TEXT', text, FileType.ascii);
    expect(textIn(volume, 'TEXT')).toBe(text);
  });

  it('with a line that no record holds is refused, and the old one stays', () => {
    const volume = volumeWith({ TEXT: 'old' });
    expect(codeOf(() => put(volume, 'TEXT', 'x'.repeat(32768), FileType.ascii))).toBe('damaged');
    expect(textIn(volume, 'TEXT')).toBe('old');
  });

  it('with a record that leaves its extent is damaged', () => {
    const medium = emptyMedium(64);
    const other = new LifVolume(medium);
    put(other, 'TEXT', Uint8Array.of(0x7f, 0xff, 1, 2));
    medium.write(2 * 256 + 10, Uint8Array.of(0, 1));
    expect(codeOf(() => other.read(other.get('TEXT')))).toBe('damaged');
  });

  it('that is not there is not found; it can not be removed', () => {
    const volume = volumeWith({ A: 'a' });
    expect([codeOf(() => volume.get('B')), codeOf(() => volume.remove('B')), volume.find('B')]).toEqual(['not-found', 'not-found', undefined]);
  });
});

describe('space', () => {
  it('is taken first fit, in the order of the directory', () => {
    const volume = volumeWith({ A: sectors(4), B: sectors(4), C: sectors(4) }, 64, 8);
    volume.remove('B');
    put(volume, 'D', sectors(5));
    put(volume, 'E', sectors(3));
    expect(volume.directory().files.map(({ name, start }) => [name, start])).toEqual([['A', 3], ['E', 7], ['C', 11], ['D', 15]]);
  });

  it('that is not in one piece is said, and the volume is as it was', () => {
    const volume = volumeWith({ A: sectors(4), B: sectors(4), C: sectors(4) }, 17, 8);
    volume.remove('B');
    expect(() => put(volume, 'D', sectors(5))).toThrow(/expected 5 free sectors in one piece, got 4 at most on a volume of 17/);
    expect(namesIn(volume)).toEqual(['A', 'C']);
    put(volume, 'D', sectors(4));
    expect(textIn(volume, 'C')).toBe(sectors(4));
  });

  it('to replace a file is needed for the old and the new one; the old one stays where there is none', () => {
    const volume = volumeWith({ A: sectors(8, 'o') }, 16, 8);
    expect(codeOf(() => put(volume, 'A', sectors(6, 'n')))).toBe('no-space');
    expect(textIn(volume, 'A')).toBe(sectors(8, 'o'));
    put(volume, 'A', sectors(5, 'n'));
    expect([textIn(volume, 'A'), namesIn(volume)]).toEqual([sectors(5, 'n'), ['A']]);
  });

  it('of the directory ends too; a purged entry is used again', () => {
    const volume = volumeWith(Object.fromEntries([...'ABCDEFGH'].map((name) => [name, name])), 64, 8);
    expect(codeOf(() => put(volume, 'I', 'i'))).toBe('directory-full');
    volume.remove('C');
    put(volume, 'I', 'i');
    expect(namesIn(volume)).toEqual([...'ABIDEFGH']);
  });

  it('of a volume too small for its directory is refused', () => {
    expect(codeOf(() => emptyVolume({ size: 3 * 256, files: 8, label: '', now: MADE }))).toBe('no-space');
  });
});

describe('a directory that another system, or nobody sane, has written', () => {
  const DIRECTORY = 2 * 256;
  const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
  const twoFiles = (): MemoryMedium => {
    const medium = emptyMedium(32);
    const volume = new LifVolume(medium);
    put(volume, 'A', sectors(2, 'a'));
    put(volume, 'B', sectors(2, 'b'));
    return medium;
  };

  it.each([[8, 32, 'start'], [8, 0, 'start'], [8, 0xffffffff, 'start'], [16, 0, 'length'], [16, 31, 'length'], [16, 0xffffffff, 'length']])('at %d with %d as its %s is not within the volume', (offset, value) => {
    const medium = twoFiles();
    medium.write(offset, u32(value));
    expect(codeOf(() => new LifVolume(medium))).toBe('not-lif');
  });

  it.each([[0, 'the header'], [2, 'the directory'], [31, 'the end'], [0xffffffff, 'nothing']])('has a file at sector %d, on %s: it is damaged, and listed as such', (start) => {
    const medium = twoFiles();
    medium.write(DIRECTORY + 12, u32(start));
    const volume = new LifVolume(medium);
    expect([codeOf(() => volume.read(volume.get('A'))), textIn(volume, 'B')]).toEqual(['damaged', sectors(2, 'b')]);
    expect(longListing(volume.directory())).toMatch(/\nA .* damaged: not within the volume\nB [^d]*\n$/);
  });

  it('has a file beyond the length that the header says', () => {
    const medium = twoFiles();
    medium.write(32, u32(6));
    const volume = new LifVolume(medium);
    expect([codeOf(() => volume.read(volume.get('B'))), codeOf(() => put(volume, 'C', 'c'))]).toEqual(['damaged', 'no-space']);
  });

  it('has an empty file anywhere: it takes no room', () => {
    const medium = twoFiles();
    medium.write(DIRECTORY + 12, Uint8Array.of(...u32(0xfffffff0), ...u32(0)));
    const volume = new LifVolume(medium);
    expect(volume.read(volume.get('A')).length).toBe(0);
    put(volume, 'C', sectors(25, 'c'));
    expect([textIn(volume, 'B'), textIn(volume, 'C')]).toEqual([sectors(2, 'b'), sectors(25, 'c')]);
  });

  it('has entries of before behind its end: they do not come back when the end moves', () => {
    const medium = twoFiles();
    for (const name of ['C', 'D', 'E']) put(new LifVolume(medium), name, name);
    medium.write(DIRECTORY + 2 * 32 + 10, Uint8Array.of(0xff, 0xff));
    const volume = new LifVolume(medium);
    expect(namesIn(volume)).toEqual(['A', 'B']);
    put(volume, 'F', 'f');
    expect([namesIn(volume), textIn(volume, 'F')]).toEqual([['A', 'B', 'F'], 'f']);
  });
});

it('hundreds of writes and removals: the volume holds what a list of files holds', () => {
  const random = seeded(SEED);
  const volume = new LifVolume(emptyMedium(200, 16));
  const expected = new Map<string, string>();
  for (let turn = 0; turn < 400; turn++) {
    const name = 'ABCDEFGHIJKLMNOPQRST'[Math.floor(random() * 20)] as string;
    const content = String(turn).repeat(Math.floor(random() * 1500));
    const where = `SEED=${SEED} turn ${turn}`;
    if (random() < 0.3) {
      expect(codeOf(() => volume.remove(name)), where).toBe(expected.delete(name) ? 'none' : 'not-found');
    } else {
      const code = codeOf(() => put(volume, name, content));
      expect(['none', 'no-space', 'directory-full'], where).toContain(code);
      if (code === 'none') expected.set(name, content);
    }
    expect(namesIn(volume).sort(), where).toEqual([...expected.keys()].sort());
    for (const [one, text] of expected) expect(textIn(volume, one), where).toBe(text);
  }
});

/** Loses power inside its N-th write: a part of it is on the medium. Two bytes are written whole or not at all. */
class FailingMedium extends MemoryMedium {
  left = Infinity;
  part = 0;

  override write(offset: number, from: Uint8Array): void {
    if (this.left-- > 0) return super.write(offset, from);
    super.write(offset, from.length <= 2 ? from.subarray(0, this.part < 0.5 ? 0 : 2) : from.subarray(0, Math.floor(from.length * this.part)));
    throw new Error('the power is lost');
  }
}

describe('a cut anywhere in a write', () => {
  const OLD = sectors(3, 'o');
  const NEW = sectors(2, 'n');
  const make = (): FailingMedium => {
    const medium = new FailingMedium(emptyMedium(32, 8).bytes);
    const volume = new LifVolume(medium);
    for (const name of ['A', 'GONE', 'FILE', 'Z']) put(volume, name, name === 'FILE' ? OLD : sectors(2, name));
    volume.remove('GONE');
    return medium;
  };
  const cuts = [0, 1, 2, 3, 4, 5, 6].flatMap((write) => [0, 0.3, 0.4, 0.7, 1].map((part) => [write, part] as const));

  it.each([['replaces a file', 'FILE'], ['makes one', 'FRESH'], ['makes one at the end', 'LONG']])('that %s leaves the old or the new one, and the others', (_what, name) => {
    const content = name === 'LONG' ? sectors(4, 'l') : NEW;
    let cutCount = 0;
    for (const [write, part] of cuts) {
      const medium = make();
      medium.left = write;
      medium.part = part;
      const where = `${name}, cut in write ${write} at ${part}`;
      try {
        put(new LifVolume(medium), name, content);
      } catch (error) {
        expect((error as Error).message, where).toBe('the power is lost');
        cutCount++;
      }
      medium.left = Infinity;
      const after = new LifVolume(medium);
      expect(new Set(namesIn(after).filter((one) => one !== name)), where).toEqual(new Set(['A', 'FILE', 'Z'].filter((one) => one !== name)));
      expect([textIn(after, 'A'), textIn(after, 'Z')], where).toEqual([sectors(2, 'A'), sectors(2, 'Z')]);
      expect([name === 'FILE' ? OLD : undefined, content], where).toContain(after.find(name) && textIn(after, name));
      put(after, name, 'again');
      expect([textIn(after, name), namesIn(after).filter((one) => one === name).length], where).toEqual(['again', 1]);
    }
    expect(cutCount).toBeGreaterThan(15);
  });
});
