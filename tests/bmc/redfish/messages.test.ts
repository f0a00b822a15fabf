// The registries: every message that is sent has its words, and every word of the log its message.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { EVENT_MESSAGES, eventKey } from '../../../host/bmc/redfish/event-messages.ts';
import { PHASES } from '../../../host/recovery/recovery-state.ts';
import { message, REGISTRIES, type MessageEntry } from '../../../host/bmc/redfish/message.ts';

const RECOVERY = resolve(import.meta.dirname, '../../../host/recovery');
const BMC = resolve(import.meta.dirname, '../../../host/bmc');
/** What is printed and never logged. */
const PRINTED = ['first-password'];

it('every word that the controller logs is in the registry', () => {
  const files = readdirSync(BMC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(BMC, name), 'utf8'));
  const words = files.flatMap((text) => [...text.matchAll(/(?:\bevent: (?:ok \? )?|#say\()'([a-z-]+)'(?: : '([a-z-]+)')?/g)].flatMap(([, one, other]) => [one, other])).filter((word) => word !== undefined);
  expect(words.length).toBeGreaterThan(40);
  expect([...new Set(words)].filter((word) => !PRINTED.includes(word) && eventKey(word) === 'Event')).toEqual([]);
});

/** What recovery says to whoever started it, as codes of errors and not as words of the log. */
const CODES = ['recovery-failed', 'recovery-invalid'];

it('every word that recovery says is in the registry, and a locked one is critical and says what to do', () => {
  const texts = readdirSync(RECOVERY, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(RECOVERY, name), 'utf8'));
  const said = texts.flatMap((text) => [...text.matchAll(/'(recovery-[a-z-]+)'/g)].map(([, word]) => word ?? '')).filter((word) => !CODES.includes(word));
  const others = texts.flatMap((text) => [...text.matchAll(/\bsay\('([a-z-]+)'/g)].map(([, word]) => word ?? ''));
  // Made of `donor-` and the donor's own word.
  const uploads = ['donor-upload-started', 'donor-upload-ended'];
  const words = [...new Set([...said, ...others, ...uploads, ...PHASES.map((phase) => `recovery-${phase}`)])];
  expect(words.length).toBeGreaterThan(25);
  expect(words.filter((word) => eventKey(word) === 'Event'), 'words to be added to host/bmc/redfish/event-messages.ts').toEqual([]);
  // And none that nobody says.
  const listed = Object.keys(EVENT_MESSAGES).filter((key) => key.startsWith('Recovery'));
  expect(listed.filter((key) => !words.some((word) => eventKey(word) === key))).toEqual([]);
  expect(EVENT_MESSAGES['RecoveryLocked']).toEqual(['%1', 'Critical', expect.stringContaining('ferry recover --now')]);
});

it('a message has its arguments in its words, and those of the registry have as many as they say', () => {
  expect(message('Base', 'ResourceNotFound', 'Task', 7)).toMatchObject({
    MessageId: 'Base.1.16.ResourceNotFound', Message: 'The requested resource of type Task named \'7\' was not found.', MessageArgs: ['Task', '7'], Severity: 'Critical', MessageSeverity: 'Critical',
  });
  for (const { messages } of Object.values(REGISTRIES)) {
    for (const [key, [text, severity, resolution]] of Object.entries<MessageEntry>(messages)) {
      const marks = [...text.matchAll(/%(\d)/g)].map(([, mark]) => Number(mark)).sort();
      expect(marks, key).toEqual(marks.map((_, index) => index + 1));
      expect([severity, resolution.length > 0], key).toEqual([expect.stringMatching(/^(OK|Warning|Critical)$/), true]);
    }
  }
});
