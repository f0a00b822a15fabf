import { describe, expect, it } from 'vitest';
import { WasiError } from '../../host/wasi/system.ts';
import { RecordingSystem, type MemoryFile } from '../wasi/recording-system.ts';
import { check, checkJson, eventsOf, ferry } from './ferry-run.ts';

const withFile = (file: string): string => `[image bmc]\nfile = ${file}\ncomponent = bmc\nversion = 1\n`;

/** A system whose standard output behaves as `prepare` makes it. */
class OutputSystem extends RecordingSystem {
  constructor(prepare: (stdout: MemoryFile) => void) {
    super();
    prepare(this.stdout);
  }
}

describe('names from files', () => {
  it('can not drive the terminal', () => {
    const hostile = 'a\u009b2J\u202egnp.\u200f\u2028\u0085é';
    const { err } = check(withFile(hostile));
    expect(err).toContain('a\\x9b2J\\u202egnp.\\u200f\\u2028\\x85é: expected a file, got none');
    expect(err).not.toMatch(/[\u0080-\u009f\u200e\u200f\u2028-\u202e]/);
  });

  it('that are no UTF-8 are shown byte by byte and replaced in JSON', () => {
    const bytes = Buffer.from(withFile('a\xff\xc0\xafb\xed\xa0\x80c\xf4\x90\x80\x80d\xe2\x82'), 'latin1');
    expect(check(bytes).err).toContain('file a\\xff\\xc0\\xafb\\xed\\xa0\\x80c\\xf4\\x90\\x80\\x80d\\xe2\\x82: ');
    const { events } = checkJson(bytes);
    expect(events[1]!.file).toBe('a\ufffd\ufffd\ufffdb\ufffd\ufffd\ufffdc\ufffd\ufffd\ufffd\ufffdd\ufffd\ufffd');
  });

  it('are escaped in JSON', () => {
    const { events } = checkJson(withFile('"a\\b\\c.bin"'));
    expect(events[1]!.file).toBe('a/b/c.bin');
    const line = ferry(['check', '--json', '-c', 'ferry.ini'], { 'ferry.ini': '[upgrade]\nbus = a"b\\c\u0085\u{1f6a2}\n' }).out;
    expect(line).toContain('got \\"a\\"b\\\\c\\u0085\u{1f6a2}\\"');
    expect(eventsOf(line)[0]!.failed).toBe('ferry.ini:2: bus: expected mailbox, got "a"b\\c\u0085\u{1f6a2}"');
  });

  it('that are very long are cut in a message, between two characters', () => {
    const { err } = check(`[upgrade]\nbus = ${'x'.repeat(79)}ü${'y'.repeat(100)}\n`);
    expect(err).toContain(`got "${'x'.repeat(79)}..."\n`);
  });
});

describe('the outputs', () => {
  const help = ferry(['--help']).out;
  const withOutput = (prepare: (stdout: MemoryFile) => void) => ferry(['--help'], {}, new OutputSystem(prepare));

  it('take partial writes', () => {
    expect(withOutput((file) => { file.most = 7; }).out).toBe(help);
  });

  it('that fail do not change the exit code', () => {
    for (const errno of ['io', 'noSpace'] as const) {
      const ended = withOutput((file) => { file.failure = { after: 0, error: new WasiError(errno, 'on purpose') }; });
      expect(ended.code).toBe(0);
      expect(help.endsWith(ended.out)).toBe(true);
    }
  });

  it('that never take anything do not hang the program', () => {
    expect(withOutput((file) => { file.most = 0; })).toMatchObject({ code: 0, out: '' });
  });
});
