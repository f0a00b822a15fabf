// Key lists that nobody made with `ferry trust make`: refused in words, or exactly the text that it would have made.
import { expect, test } from 'vitest';
import { formatKeyList, parseKeyList } from '../../../host/bmc/trust/key-list.ts';
import { alikeIn, commonTo } from '../../../host/bmc/trust/key-text.ts';
import { runSeed, seeded } from '../../random.ts';
import { refusalOf } from '../../trust/signed-image.ts';
import { first, factsOf, openStore, publicOf, second, signedList, stranger, third } from './keys.ts';
import { CutDisk } from './cut-disk.ts';
import { mutated } from './mutated.ts';

const BUDGET = Number(process.env['FUZZ_INPUTS'] ?? 120_000);
const seed = runSeed();
const good = signedList(first, 123, [first, second], [third, stranger]);

test('changed lists: refused with a line that says what was expected, or one with one text and no contradiction', () => {
  const random = seeded(seed);
  let accepted = 0;
  const rounds = Math.ceil(BUDGET / 10);
  for (let round = 0; round < rounds; round++) {
    const bytes = mutated(good.list, random);
    const where = `SEED=${seed}, round ${round}: ${JSON.stringify(bytes.toString('latin1'))}`;
    const error = refusalOf(() => {
      const list = parseKeyList(bytes, 'x.keys');
      if (formatKeyList(list) !== bytes.toString('latin1')) throw new Error(`another text: ${where}`);
      if (list.keys.length === 0 || alikeIn(list.keys) || commonTo(list.keys, list.revoked)) throw new Error(`a contradiction: ${where}`);
      accepted++;
    });
    if (error === undefined) continue;
    if (error.code !== 'key-list-invalid' || !/^x\.keys: .*expected .*; the trusted keys stay as they were$/.test(error.message) || !/^[\x20-\x7e]+$/.test(error.message)) throw new Error(`${error.message}: ${where}`);
  }
  expect(accepted, `SEED=${seed}`).toBeGreaterThanOrEqual(Math.floor(rounds / 200));
});

test('noise of every size up to more than a list may have', () => {
  const random = seeded(seed);
  for (let round = 0; round < BUDGET / 120; round++) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() ** 4 * 9000) }, () => Math.floor(random() * 256)));
    expect(refusalOf(() => parseKeyList(bytes, 'x.keys'))?.code, `SEED=${seed}, round ${round}`).toBe('key-list-invalid');
  }
});

test('a board that is given changed lists and changed signatures keeps its keys', () => {
  const random = seeded(seed);
  const store = openStore(new CutDisk());
  store.pin(publicOf([first]));
  const before = JSON.stringify(factsOf(store));
  const signedLines = (signature: Buffer): string => signature.toString('latin1').split('\n').slice(1, 4).join('\n');
  for (let round = 0; round < BUDGET / 60; round++) {
    const part = random() < 0.5 ? 'list' : 'signature';
    const files = { ...good, [part]: mutated(good[part], random) };
    // Line 1 of a signature is signed by nobody, and changes may take each other back.
    if (files.list.equals(good.list) && signedLines(files.signature) === signedLines(good.signature)) continue;
    const error = refusalOf(() => store.apply(files.list, files.signature));
    expect(error?.code, `SEED=${seed}, round ${round}`).toMatch(/^(signature-invalid|key-list-refused)$/);
    expect(JSON.stringify(factsOf(store)), `SEED=${seed}, round ${round}`).toBe(before);
  }
  expect(store.apply(good.list, good.signature)?.sequence).toBe(123);
});
