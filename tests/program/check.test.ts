import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WasiError, type OpenOptions, type WasiFile } from '../../host/wasi/system.ts';
import { MemoryFile, RecordingSystem } from '../wasi/recording-system.ts';
import { check, checkJson, ferry } from './ferry-run.ts';

const MIB = 1 << 20;
const BLOCK = 65536;

function config(...images: { file: string; component: string; sha256?: string }[]): string {
  return images.map(({ file, component, sha256 }) =>
    `[image ${component}]\nfile = ${file}\ncomponent = ${component}\nversion = 2.4.1\n${sha256 ? `sha256 = ${sha256}\n` : ''}`).join('');
}

const one = config({ file: 'bmc.bin', component: 'bmc' });
const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** Content that differs in every block. */
function content(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 61) bytes[i] = (i / 61) ^ (i >> 16);
  return bytes;
}

/** A file of this size whose bytes are made when they are read. */
class EndlessFile extends MemoryFile {
  readonly #size: number;
  constructor(size: number) {
    super();
    this.#size = size;
  }
  override read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#size - this.position);
    this.position += count;
    return count;
  }
  override seek(offset: number, whence: 0 | 1 | 2): number {
    this.position = [0, this.position, this.#size][whence]! + offset;
    return this.position;
  }
}

/** A file that something else writes to: `change` is called before the n-th read. */
class ChangingFile extends MemoryFile {
  reads = 0;
  readonly #when: number;
  readonly #change: (file: ChangingFile) => void;
  constructor(bytes: Uint8Array, when: number, change: (file: ChangingFile) => void) {
    super(bytes);
    this.#when = when;
    this.#change = change;
  }
  override read(into: Uint8Array): number {
    if (this.reads++ === this.#when) this.#change(this);
    return super.read(into);
  }
}

/** A volume on which `bmc.bin` is a link to elsewhere. */
class LinkedSystem extends RecordingSystem {
  override open(path: string, options: OpenOptions): WasiFile {
    if (path === 'bmc.bin') throw new WasiError('notCapable', 'a link that leaves the volume');
    return super.open(path, options);
  }
}

function checkOne(file: MemoryFile | Uint8Array | string) {
  return check(one, { 'bmc.bin': file });
}

describe('ferry check', () => {
  it.each([1, 63, 64, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])('finds size and digest of an image of %i bytes', (size) => {
    const bytes = content(size);
    const text = config({ file: 'bmc.bin', component: 'bmc', sha256: sha256(bytes).toUpperCase() });
    const { code, events } = checkJson(text, { 'bmc.bin': bytes });
    expect(events.map((event) => event.event)).toEqual(['config', 'image', 'checked', 'exit']);
    expect(events[1]).toEqual({
      event: 'image', image: 'bmc', component: 'bmc', version: '2.4.1', file: 'bmc.bin', size, sha256: sha256(bytes), digestGiven: true, signed: false,
    });
    expect(events[3]).toEqual({ event: 'exit', code: 0, meaning: 'done' });
    expect(code).toBe(0);
  });

  it('shows people a table', () => {
    const { code, out, err, busAccesses } = check(config(
      { file: 'bmc.bin', component: 'bmc', sha256: sha256('abc') }, { file: 'bios.bin', component: 'bios' },
    ), { 'bmc.bin': 'abc', 'bios.bin': content(2.5 * MIB) });
    expect(out.split('\n')).toEqual([
      'ferry.ini: 2 images, bus mailbox, on-error stop, activate now, time-limit none',
      '  image       component   version     size        sha256               digest       signature',
      '  bmc         bmc         2.4.1       3 bytes     ba7816bf8f01cfea...  as expected  no signature',
      `  bios        bios        2.4.1       2.5 MiB     ${sha256(content(2.5 * MIB)).slice(0, 16)}...  not given    no signature`,
      '2 of 2 images are right; nothing was sent; the device is as it was',
      '',
    ]);
    expect([code, err, busAccesses]).toEqual([0, '', 0]);
  });

  it('reads an image of 64 MiB in the memory that it has from the start', () => {
    const { code, out } = checkOne(new EndlessFile(64 * MIB));
    expect(out).toContain('64.0 MiB');
    expect(code).toBe(0);
  });

  it('reads files that come in small pieces', () => {
    const file = new MemoryFile(content(70_000));
    file.most = 1000;
    expect(checkOne(file).out).toContain(sha256(content(70_000)).slice(0, 16));
  });
});

const untouched = '\n  now: nothing was sent; the device is as it was\n  do:  ';

describe('an image that is wrong', () => {
  /** Trouble, file, exit code, what the message says. */
  const troubles: readonly (readonly [string, () => MemoryFile | undefined, number, string])[] = [
    ['is missing', () => undefined, 64, 'expected a file, got none: ENOENT (44)'],
    ['is a directory', () => failing(0, 'isDirectory'), 64, 'expected a file, got none: EISDIR (31)'],
    ['is empty', () => new MemoryFile(), 64, 'expected an image, got an empty file'],
    ['is too large', () => new EndlessFile(64 * MIB + 1), 64, 'expected an image of at most 67,108,864 bytes (64 MiB), got 67108865 bytes'],
    ['is far too large', () => new EndlessFile(2 ** 40), 64, 'expected an image of at most 67,108,864 bytes (64 MiB), got 1099511627776 bytes'],
    ['fails at the first read', () => failing(0, 'io'), 1, 'reading failed at byte 0 with EIO (29)'],
    ['fails half-way', () => failing(2, 'io'), 1, `reading failed at byte ${2 * BLOCK} with EIO (29)`],
    ['fails with an error of the volume', () => failing(1, 'access'), 1, `reading failed at byte ${BLOCK} with EACCES (2)`],
    ['shrinks while it is read', () => new ChangingFile(content(3 * BLOCK), 1, (file) => { file.content = file.content.slice(0, BLOCK + 10); }), 1,
      `expected ${3 * BLOCK} bytes that stay as they are, got other bytes or another size at byte ${BLOCK + 10}`],
    ['grows while it is read', () => new ChangingFile(content(3 * BLOCK), 1, (file) => { file.content = content(3 * BLOCK + 1); }), 1,
      `expected ${3 * BLOCK} bytes that stay as they are, got other bytes or another size at byte ${3 * BLOCK}`],
  ];

  function failing(after: number, errno: 'io' | 'access' | 'isDirectory'): MemoryFile {
    const file = new MemoryFile(content(4 * BLOCK));
    file.failure = { after, error: new WasiError(errno, 'on purpose') };
    return file;
  }

  it.each(troubles)('%s', (_name, make, exitCode, message) => {
    const file = make();
    const { code, err, out, busAccesses } = check(one, file ? { 'bmc.bin': file } : {});
    expect(err).toContain(`ferry: ferry.ini:1: image bmc, file bmc.bin: ${message}${untouched}`);
    expect(out).toContain('0 of 1 image is right; nothing was sent');
    expect([code, busAccesses, file?.closed ?? 1]).toEqual([exitCode, 0, 1]);
  });

  it('has another digest than the config says', () => {
    const expected = '0123456789abcdef'.repeat(4);
    const { code, err } = check(config({ file: 'bmc.bin', component: 'bmc', sha256: expected }), { 'bmc.bin': 'abc' });
    expect(err).toContain(`file bmc.bin: expected SHA-256 ${expected}, got ${sha256('abc')}${untouched}`);
    expect(code).toBe(64);
  });

  it('is reached through a link that leaves the volume', () => {
    const { code, err } = ferry(['check', '-c', 'ferry.ini'], { 'ferry.ini': one }, new LinkedSystem());
    expect(err).toContain('expected a file on this volume, got a link that leaves it: ENOTCAPABLE (76)');
    expect(code).toBe(64);
  });

  it('does not keep the others from being checked', () => {
    const text = config({ file: 'a.bin', component: 'a' }, { file: 'b.bin', component: 'b' }, { file: 'c.bin', component: 'c' });
    const { code, events } = checkJson(text, { 'b.bin': 'b' });
    expect(events.map((event) => event.event)).toEqual(['config', 'error', 'image', 'error', 'checked', 'exit']);
    expect(events[1]).toMatchObject({ image: 'a', file: 'a.bin', line: 1, state: 'nothing was sent; the device is as it was' });
    expect(events[4]).toMatchObject({ images: 3, right: 1 });
    expect(code).toBe(64);
  });

  it('counts as a wrong config when another one could not be read', () => {
    const text = config({ file: 'a.bin', component: 'a' }, { file: 'b.bin', component: 'b' });
    expect(check(text, { 'a.bin': failing(0, 'io') }).code).toBe(64);
    expect(check(text, { 'b.bin': failing(0, 'io') }).code).toBe(64);
  });
});
