import { describe, expect, it } from 'vitest';
import { WasiError } from '../../host/wasi/system.ts';
import { check, checkJson, ferry } from '../program/ferry-run.ts';
import { MemoryFile } from '../wasi/recording-system.ts';
import { images, oneImage } from './config-text.ts';

/** Name of the trouble, config, what the message says. */
const troubles: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['an empty file', '', 'ferry.ini: expected at least one section [image NAME], got none'],
  ['a file of a byte order mark', '\ufeff', 'ferry.ini: expected at least one section [image NAME], got none'],
  ['only [upgrade]', '[upgrade]\n', 'ferry.ini: expected at least one section [image NAME], got none'],
  ['an unknown key in [upgrade]', oneImage('on-eror = stop'), 'ferry.ini:2: unknown key "on-eror": expected bus, on-error, activate, time-limit or report in [upgrade]'],
  ['an unknown key in [image]', oneImage('', 'sha265 = 0'), 'ferry.ini:7: unknown key "sha265": expected file, component, version, sha256, allow, signature or patch in [image NAME]'],
  ['an unknown section', '[upgrades]\n', 'ferry.ini:1: unknown section "upgrades": expected [upgrade] or [image NAME]'],
  ['a section without a name', '[]\n', 'ferry.ini:1: unknown section "": expected [upgrade] or [image NAME]'],
  ['[image] without a name', '[image]\n', 'ferry.ini:1: unknown section "image": expected [upgrade] or [image NAME]'],
  ['[upgrade] twice', `[upgrade]\n${oneImage()}`, 'ferry.ini:2: duplicate section [upgrade]: expected it once'],
  ['an image twice', oneImage('', '[image bmc]'), 'ferry.ini:7: duplicate section [image bmc]: expected it once, got it first in line 3'],
  ['a key twice', oneImage('bus = mailbox\nbus = mailbox'), 'ferry.ini:3: bus: expected it once in the section, got it twice'],
  ['a key before any section', 'bus = mailbox\n', 'ferry.ini:1: expected [upgrade] or [image NAME] before the first key, got key "bus"'],
  ['a line that is nothing', 'bus mailbox\n', 'ferry.ini:1:1: expected key = value or [section], got "bus mailbox"'],
  ['a line without a key', '  = mailbox\n', 'ferry.ini:1:3: expected a key before the =, got "= mailbox"'],
  ['a section that does not close', '[upgrade\n', 'ferry.ini:1:9: expected a ] after the section\'s name, got "[upgrade"'],
  ['something behind a section', '[upgrade] bus\n', 'ferry.ini:1:11: expected nothing but a comment after the ], got "bus"'],
  ['a quotation that does not close', oneImage('report = "a'), 'ferry.ini:2:11: expected a closing quotation mark, got ""a"'],
  ['something behind a quotation', oneImage('report = "a" b'), 'ferry.ini:2:14: expected nothing but a comment after the closing quotation mark, got "b"'],
  ['a bus without a driver', oneImage('bus = kcs'), 'ferry.ini:2: bus: expected mailbox, got "kcs"'],
  ['an unknown bus', oneImage('bus = usb'), 'ferry.ini:2: bus: expected mailbox, got "usb"'],
  ['an unknown word', oneImage('on-error = halt'), 'ferry.ini:2: on-error: expected stop or continue, got "halt"'],
  ['no word', oneImage('activate ='), 'ferry.ini:2: activate: expected now, next-reset or no, got nothing'],
  ['a comment with #', oneImage('activate = no # later'), 'ferry.ini:2: activate: expected now, next-reset or no, got "no # later"'],
  ['a number without a unit', oneImage('time-limit = 120'), 'ferry.ini:2: time-limit: expected a whole number with a unit, ms, s, m or h, such as 120s, got "120"'],
  ['an unknown unit', oneImage('time-limit = 2d'), 'ferry.ini:2: time-limit: expected a whole number with a unit, ms, s, m or h, such as 120s, got "2d"'],
  ['no number', oneImage('time-limit = s'), 'ferry.ini:2: time-limit: expected a whole number with a unit, ms, s, m or h, such as 120s, got "s"'],
  ['a negative number', oneImage('time-limit = -5s'), 'ferry.ini:2: time-limit: expected a whole number with a unit, ms, s, m or h, such as 120s, got "-5s"'],
  ['no time', oneImage('time-limit = 0s'), 'ferry.ini:2: time-limit: expected a time from 1ms to 168h, got "0s"'],
  ['more than a week', oneImage('time-limit = 169h'), 'ferry.ini:2: time-limit: expected a time from 1ms to 168h, got "169h"'],
  ['a number beyond 64 bits', oneImage(`time-limit = ${'9'.repeat(60)}ms`), `ferry.ini:2: time-limit: expected a time from 1ms to 168h, got "${'9'.repeat(60)}ms"`],
  ['a number that 64 bits would take for 5', oneImage('time-limit = 18446744073709551621ms'), 'ferry.ini:2: time-limit: expected a time from 1ms to 168h, got "18446744073709551621ms"'],
  ['a digest that is too short', oneImage('', 'sha256 = abcd'), 'ferry.ini:7: sha256: expected a SHA-256 digest of 64 hexadecimal digits, got "abcd"'],
  ['a digest with other letters', oneImage('', `sha256 = ${'0'.repeat(63)}g`), `ferry.ini:7: sha256: expected a SHA-256 digest of 64 hexadecimal digits, got "${'0'.repeat(63)}g"`],
  ['an unknown allow', oneImage('', 'allow = always'), 'ferry.ini:7: allow: expected upgrade, reinstall or downgrade, got "always"'],
  ['no file', oneImage().replace('file = bmc.bin\n', ''), 'ferry.ini:3: [image bmc]: expected file = PATH in this section, got none'],
  ['no component', oneImage().replace('component = bmc\n', ''), 'ferry.ini:3: [image bmc]: expected component = NAME in this section, got none'],
  ['no version in the first of two', oneImage().replace('version = 2.4.1\n', '[image b]\n'), 'ferry.ini:3: [image bmc]: expected version = VERSION in this section, got none'],
  ['a component that is too long', oneImage().replace('= bmc\n', `= ${'c'.repeat(16)}\n`), `ferry.ini:5: component: expected a component of 1 to 15 lower-case letters, digits and hyphens, such as bmc, got "${'c'.repeat(16)}"`],
  ['a component in capitals', oneImage().replace('= bmc\n', '= BMC\n'), 'ferry.ini:5: component: expected a component of 1 to 15 lower-case letters, digits and hyphens, such as bmc, got "BMC"'],
  ['a version that is too long', oneImage().replace('2.4.1', '1'.repeat(32)), `ferry.ini:6: version: expected a version of 1 to 31 printable ASCII characters without spaces, such as 2.4.1, got "${'1'.repeat(32)}"`],
  ['a version with a space', oneImage().replace('2.4.1', '2.4 beta'), 'ferry.ini:6: version: expected a version of 1 to 31 printable ASCII characters without spaces, such as 2.4.1, got "2.4 beta"'],
  ['an image’s name that is too long', `[image ${'n'.repeat(32)}]\n`, `ferry.ini:1: expected [image NAME] with a name of 1 to 31 letters, digits, dots, hyphens and underscores, got [image ${'n'.repeat(32)}]`],
  ['two images for one component', oneImage('', '[image b]\ncomponent = bmc'), 'ferry.ini:8: component: expected one image for bmc, got a second one after that of line 3'],
  ['a report over an image', oneImage('report = BMC.bin'), 'ferry.ini:2: report: expected a file of its own, got the config, an image or its signature: "BMC.bin"'],
  ['a report over a signature', oneImage('report = bmc.bin.minisig'), 'ferry.ini:2: report: expected a file of its own, got the config, an image or its signature: "bmc.bin.minisig"'],
  ['a report over a signature with a name of its own', oneImage('report = sig', 'signature = SIG'), 'ferry.ini:2: report: expected a file of its own, got the config, an image or its signature: "sig"'],
  ['a signature off the volume', oneImage('', 'signature = ..\\sig'), 'ferry.ini:7: signature: expected a path that stays on the volume, got "..\\sig"'],
  ['a signature twice', oneImage('', 'signature = a\nsignature = b'), 'ferry.ini:8: signature: expected it once in the section, got it twice'],
  ['a report over the config', oneImage('report = .\\ferry.ini'), 'ferry.ini:2: report: expected a file of its own, got the config, an image or its signature: "ferry.ini"'],
  ['a NUL byte', oneImage('on-error = st\0op'), 'ferry.ini:2:14: expected text, got a NUL byte'],
  ['a NUL byte in a comment', oneImage('; \0'), 'ferry.ini:2:3: expected text, got a NUL byte'],
  ['an escape sequence', oneImage('report = \x1b[2J'), 'ferry.ini:2:10: expected text, got "\\x1b"'],
  ['a DEL byte', oneImage('report = a\x7f'), 'ferry.ini:2:11: expected text, got "\\x7f"'],
  ['a carriage return inside a line', oneImage('report = a\rb'), 'ferry.ini:2:11: expected text, got "\\x0d"'],
  ['a line of 1,025 bytes', oneImage(`;${'x'.repeat(1024)}`), 'ferry.ini:2:1025: expected a line of at most 1,024 bytes, got a longer one'],
  ['a line of 1 MiB', 'x'.repeat(1 << 20), 'ferry.ini:1:1025: expected a line of at most 1,024 bytes, got a longer one'],
  ['a file over 1 MiB', `${oneImage()}${'; comment\n'.repeat(110_000)}`, 'ferry.ini: expected a config of at most 1 MiB, got a longer one'],
  ['UTF-16 of Windows', Buffer.from(`\ufeff${oneImage()}`, 'utf16le'), 'ferry.ini: expected UTF-8 or ASCII text, got UTF-16: save the file as UTF-8'],
];

describe('a wrong config names file, line, key, what was expected and what was found', () => {
  it.each(troubles)('%s', (_name, config, message) => {
    const { code, out, err, busAccesses, system } = check(config, images);
    expect(err.split('\n')[0]).toBe(`ferry: ${message}`);
    expect(err).toContain('\n  now: nothing was sent; the device is as it was\n  do:  ');
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(busAccesses).toBe(0);
    expect(system.opened.map((open) => open.path)).toEqual(['ferry.ini']);
    expect(system.files.get('ferry.ini')?.closed).toBe(1);
  });

  it('in the voice for scripts too', () => {
    const { code, events } = checkJson(oneImage('on-eror = "st\\op"'), images);
    expect(code).toBe(64);
    expect(events).toEqual([
      {
        event: 'error', failed: 'ferry.ini:2: unknown key "on-eror": expected bus, on-error, activate, time-limit or report in [upgrade]',
        state: 'nothing was sent; the device is as it was', advice: 'write on-error if that was meant', file: 'ferry.ini', line: 2, key: 'on-eror',
      },
      { event: 'exit', code: 64, meaning: 'wrong command line or config, nothing touched' },
    ]);
  });

  it('and the seventeenth image is one too many', () => {
    const sections = Array.from({ length: 17 }, (_, i) => `[image i${i}]\nfile=bmc.bin\ncomponent=c${i}\nversion=${i}\n`);
    const { code, err } = check(sections.join(''), images);
    expect(err).toContain('ferry.ini:65: expected at most 16 images, got one more\n');
    expect(code).toBe(64);
  });
});

describe('a key that is nearly right is recognised', () => {
  it.each([
    ['on-eror', 'on-error'], ['On-Error', 'on-error'], ['onerror', 'on-error'], ['timelimit', 'time-limit'], ['BUS', 'bus'], ['activat', 'activate'],
  ])('%s', (written, meant) => {
    expect(check(oneImage(`${written} = 1`)).err).toContain(`do:  write ${meant} if that was meant\n`);
  });

  it.each(['colour', 'x', 'k'.repeat(500)])('%s is like none', (written) => {
    expect(check(oneImage(`${written} = 1`)).err).not.toContain('if that was meant');
  });
});

describe('a config file that can not be read', () => {
  it('is missing', () => {
    const { code, err } = ferry(['check', '-c', 'other.ini'], {});
    expect(err).toContain('ferry: other.ini: expected a config file, got none: ENOENT (44)\n');
    expect(code).toBe(64);
  });

  it('is a directory', () => {
    const file = new MemoryFile();
    file.failure = { after: 0, error: new WasiError('isDirectory', 'a directory') };
    const { code, err } = check(file);
    expect(err).toContain('ferry: ferry.ini: expected a config file, got none: EISDIR (31)\n');
    expect(code).toBe(64);
  });

  it.each([0, 1])('fails at read %i: the volume’s fault, not the config’s', (after) => {
    const file = new MemoryFile(oneImage(`;${'x'.repeat(1000)}\n`.repeat(8)));
    file.failure = { after, error: new WasiError('io', 'a bad sector') };
    const { code, err } = check(file, images);
    expect(err).toContain('ferry: ferry.ini: reading the config failed with EIO (29)\n  now: nothing was sent');
    expect(code).toBe(1);
    expect(file.closed).toBe(1);
  });

  it('comes in single bytes', () => {
    const file = new MemoryFile(oneImage('on-error = continue'));
    file.most = 1;
    expect(check(file, images).code).toBe(0);
  });
});
