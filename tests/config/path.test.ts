import { describe, expect, it } from 'vitest';
import { ferry } from '../program/ferry-run.ts';

function run(config: string, file: string) {
  const text = `[image bmc]\nfile = ${file}\ncomponent = bmc\nversion = 1\n`;
  return ferry(['check', '-c', config], { 'etc/ferry/ferry.ini': text, 'ferry.ini': text });
}

/** Config, path as written, path on the volume. */
const accepted: readonly (readonly [string, string, string])[] = [
  ['ferry.ini', 'bmc.bin', 'bmc.bin'],
  ['ferry.ini', 'images\\bmc.bin', 'images/bmc.bin'],
  ['ferry.ini', 'images/bmc.bin', 'images/bmc.bin'],
  ['ferry.ini', '.\\images\\..\\bmc.bin', 'bmc.bin'],
  ['ferry.ini', 'a//b\\\\c.bin', 'a/b/c.bin'],
  ['ferry.ini', '\\bmc.bin', 'bmc.bin'],
  ['ferry.ini', '...\\bmc.bin', '.../bmc.bin'],
  ['ferry.ini', 'images/a:b.bin', 'images/a:b.bin'],
  ['etc/ferry/ferry.ini', 'bmc.bin', 'etc/ferry/bmc.bin'],
  ['etc\\ferry\\ferry.ini', '..\\bmc.bin', 'etc/bmc.bin'],
  ['etc/ferry/ferry.ini', '../../bmc.bin', 'bmc.bin'],
  ['etc/ferry/ferry.ini', '/bmc.bin', 'bmc.bin'],
  ['fs0:\\etc\\ferry\\ferry.ini', 'bmc.bin', 'etc/ferry/bmc.bin'],
  ['FS1:ferry.ini', 'bmc.bin', 'bmc.bin'],
  ['/etc/../ferry.ini', 'bmc.bin', 'bmc.bin'],
];

const refused: readonly (readonly [string, string, string])[] = [
  ['ferry.ini', '..\\bmc.bin', 'a path that stays on the volume'],
  ['ferry.ini', 'a/../../bmc.bin', 'a path that stays on the volume'],
  ['ferry.ini', '\\..\\bmc.bin', 'a path that stays on the volume'],
  ['etc/ferry/ferry.ini', '..\\..\\..\\bmc.bin', 'a path that stays on the volume'],
  ['ferry.ini', 'fs0:\\bmc.bin', 'a path on this volume, without a drive or volume name in front'],
  ['ferry.ini', 'C:bmc.bin', 'a path on this volume, without a drive or volume name in front'],
  ['ferry.ini', 'images\\', 'the path of a file'],
  ['ferry.ini', '.', 'the path of a file'],
  ['ferry.ini', 'images\\..', 'the path of a file'],
  ['ferry.ini', '/', 'the path of a file'],
  ['ferry.ini', '""', 'the path of a file'],
];

describe('the path of an image', () => {
  it.each(accepted)('in %s: %s is %s on the volume', (config, file, opened) => {
    const { code, system } = run(config, file);
    expect(system.opened.map((open) => open.path)[1]).toBe(opened);
    expect(system.opened[1]?.options).toEqual({ write: false, create: false, truncate: false });
    expect(code).toBe(64);
  });

  it.each(refused)('in %s: %s is refused', (config, file, expected) => {
    const { code, err, system } = run(config, file);
    expect(err).toContain(`:2: file: expected ${expected}, got `);
    expect(code).toBe(64);
    expect(system.opened).toHaveLength(1);
  });

  it('is refused when directory and name are too long together', () => {
    const directory = `${'d'.repeat(200)}/`.repeat(3);
    const config = `${directory}ferry.ini`;
    const text = `[image bmc]\nfile = ${`${'e'.repeat(99)}/`.repeat(5)}x\ncomponent = bmc\nversion = 1\n`;
    const { code, err } = ferry(['check', '-c', config], { [config]: text });
    expect(err).toContain(':2: file: expected a path of at most 1,024 bytes, got ');
    expect(code).toBe(64);
  });
});
