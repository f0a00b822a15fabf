import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../../host/bmc/event-log.ts';

let root: string;
let path: string;
let complaints: string[];
const now = (): Date => new Date('2026-01-02T03:04:05.678Z');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ferry-events-'));
  path = join(root, 'events.log');
  complaints = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (limit?: number): EventLog => new EventLog({ path, now, complain: (message) => complaints.push(message), ...(limit ? { limit } : {}) });
const lines = (of = path): Record<string, unknown>[] => readFileSync(of, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

function add(count: number, limit?: number): void {
  const log = open(limit);
  for (let i = 0; i < count; i++) log.add({ event: 'word', text: 'a sentence', fields: { index: i } });
  log.close();
}

describe('the event log', () => {
  it('writes one object a line: time, number, word, fields, text', () => {
    add(1);
    expect(readFileSync(path, 'utf8')).toBe('{"time":"2026-01-02T03:04:05.678Z","number":1,"event":"word","index":0,"text":"a sentence"}\n');
  });

  it('keeps a text on its line, whatever is in it', () => {
    const log = open();
    log.add({ event: 'word', text: 'one\ntwo\u2028"three"\0' });
    log.close();
    expect(lines()[0]?.['text']).toBe('one\ntwo\u2028"three"\0');
  });

  it('goes on counting over restarts', () => {
    add(2);
    add(2);
    expect(lines().map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it('drops a last line that was torn at any byte, and goes on after the one before', () => {
    add(3);
    const whole = readFileSync(path, 'utf8');
    const start = whole.trimEnd().lastIndexOf('\n') + 1;
    for (let size = start; size < whole.length; size++) {
      writeFileSync(path, whole);
      truncateSync(path, size);
      add(1);
      expect(lines().map(({ number }) => number), `torn at byte ${size}`).toEqual([1, 2, 3]);
    }
  });

  it('goes on after lines that are not its own', () => {
    add(2);
    appendFileSync(path, 'garbage\n[1]\nnull\n{"number":"x"}\n');
    add(1);
    expect(JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)!)).toMatchObject({ number: 3 });
    writeFileSync(path, Buffer.alloc(3000, 0));
    add(1);
    expect(lines().map(({ number }) => number)).toEqual([1]);
  });

  it('begins a new file at its limit, keeps one old one, and goes on counting', () => {
    add(30, 1000);
    expect(statSync(path).size).toBeLessThanOrEqual(1000);
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1000);
    const numbers = [...lines(`${path}.1`), ...lines()].map(({ number }) => number as number);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 31 - numbers.length + i));
    rmSync(path);
    add(1, 1000);
    expect(lines()[0]?.['number'], 'from the old file').toBeGreaterThan(20);
  });

  it('never throws, says once that it can not be written, and goes on when it can', () => {
    mkdirSync(path);
    const log = open();
    for (let i = 0; i < 3; i++) log.add({ event: 'word', text: 'lost' });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('the controller goes on without it');
    rmSync(path, { recursive: true });
    log.add({ event: 'word', text: 'kept' });
    log.close();
    log.close();
    expect(lines()).toMatchObject([{ text: 'kept' }]);
  });

  it('does not need its directory', () => {
    path = join(root, 'nowhere', 'events.log');
    add(2);
    expect(existsSync(path)).toBe(false);
    expect(complaints).toHaveLength(1);
  });
});
