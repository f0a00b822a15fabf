import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../host/efi/shell/lexer.ts';
import { withArguments, withoutComment, withVariables } from '../../../host/efi/shell/substitution.ts';

describe('the words of a command line', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['ls', ['ls']],
    ['  ls   -r  fs0:\\efi ', ['ls', '-r', 'fs0:\\efi']],
    ['echo "two  words"', ['echo', 'two  words']],
    ['echo a"b c"d', ['echo', 'ab cd']],
    ['echo ""', ['echo', '']],
    ['echo ^"quoted^"', ['echo', '"quoted"']],
    ['echo one^ word', ['echo', 'one word']],
    ['echo ^^ ^', ['echo', '^', '']],
    ['echo "^"inside^""', ['echo', '"inside"']],
  ])('%j', (line, words) => {
    expect(parseCommandLine(line).words).toEqual(words);
  });

  it('keep their quotes for the arguments of a script', () => {
    expect(parseCommandLine('run "a b" c').rawWords).toEqual(['run', '"a b"', 'c']);
  });

  it('a quotation mark that is not closed is an error', () => {
    expect(() => parseCommandLine('echo "open')).toThrow('not closed');
  });
});

describe('redirection', () => {
  it.each([
    ['x > f', { kind: 'ucs2-file', append: false, target: 'f' }],
    ['x 1> f', { kind: 'ucs2-file', append: false, target: 'f' }],
    ['x >> f', { kind: 'ucs2-file', append: true, target: 'f' }],
    ['x >a "f g"', { kind: 'ascii-file', append: false, target: 'f g' }],
    ['x >>a f', { kind: 'ascii-file', append: true, target: 'f' }],
    ['x >v name', { kind: 'variable', append: false, target: 'name' }],
    ['x 1>>v name', { kind: 'variable', append: true, target: 'name' }],
  ])('%s', (line, output) => {
    expect(parseCommandLine(line)).toEqual({ words: ['x'], rawWords: ['x'], output, error: undefined });
  });

  it('of both outputs, with the command before it', () => {
    expect(parseCommandLine('x a b > out 2>a err')).toMatchObject({
      words: ['x', 'a', 'b'], output: { target: 'out' }, error: { kind: 'ascii-file', target: 'err' },
    });
  });

  it('quoted, escaped or inside a word, the sign is a word', () => {
    expect(parseCommandLine('echo ">" ^> a>b').words).toEqual(['echo', '>', '>', 'a>b']);
  });

  it('with nothing behind it, the sign is a word', () => {
    expect(parseCommandLine('echo x >')).toMatchObject({ words: ['echo', 'x', '>'], output: undefined });
  });

  it.each([['x > ""', 'Unable'], ['x > a > b', 'Redundant'], ['x | y', 'pipe'], ['x < y', 'input'], ['x a|y', 'pipe']])('%s is refused', (line, message) => {
    expect(() => parseCommandLine(line)).toThrow(message);
  });

  it('a quoted or escaped bar is no pipe', () => {
    expect(parseCommandLine('echo "a|b" a^|b').words).toEqual(['echo', 'a|b', 'a|b']);
  });
});

describe('substitution', () => {
  const variables = new Map([['name', 'value'], ['lasterror', '0xE'], ['two words', 'x'], ['percent', '100%']]);
  const loops = new Map([['a', 'first'], ['b', 'second']]);
  const expand = (line: string): string => withVariables(line, (name) => variables.get(name), loops);

  it.each([
    ['%name%', 'value'],
    ['a%name%b%name%', 'avaluebvalue'],
    ['%NAME%', ''],
    ['^%name^%', '%name%'],
    ['%lasterror% == 0xE', '0xE == 0xE'],
    ['<%undefined%>', '<>'],
    ['50% of', '50% of'],
    ['50% of 20%', '50% of 20%'],
    ['%percent%', '100%'],
    ['%two words%', 'x'],
    ['%a %b', 'first second'],
    ['%a%b', 'firstsecond'],
    ['%abc', 'firstbc'],
    ['^%a', '%a'],
    ['"%name%"', '"value"'],
  ])('%s becomes %s', (line, expected) => {
    expect(expand(line)).toBe(expected);
  });

  it.each([
    ['echo a # comment', 'echo a '],
    ['# whole', ''],
    ['echo ^# no comment', 'echo ^# no comment'],
    ['echo "#"', 'echo "'],
    ['echo ^', 'echo ^'],
  ])('the comment of %j goes', (line, expected) => {
    expect(withoutComment(line)).toBe(expected);
  });

  it('arguments of a script are put in, and "" for what was not given', () => {
    expect(withArguments('%0 %1 %2 %9 %1%', ['s.nsh', 'one', '"t w"'])).toBe('s.nsh one "t w" "" one%');
  });
});
