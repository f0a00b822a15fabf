// Ferry's own registry: each word of the event log as a message whose one argument is the event's sentence. Recovery's words
// are host/recovery's: a test reads them there.
import type { MessageEntry, Severity } from './message.ts';

/** The words of the log, by how bad what they tell is. */
const WORDS = {
  OK: [
    'account-changed', 'account-created', 'account-removed', 'activated', 'asked', 'boot-complete', 'certificate-made', 'committed', 'download-started', 'file-received',
    'file-started', 'file-stored', 'host-reset', 'keys-changed', 'listening', 'logged-in', 'logged-out', 'pending', 'power-off', 'power-on', 'power-requested',
    'power-restarted', 'ready', 'repair-started', 'restart', 'stopped', 'storage-ended', 'storage-served', 'trial', 'upgrade-ended', 'upgrade-started',
    'donor-ready', 'donor-upload-ended', 'donor-upload-started', 'recovery-candidate', 'recovery-choice', 'recovery-confirming', 'recovery-fetching', 'recovery-healthy', 'recovery-holding', 'recovery-ordered', 'recovery-reading-back', 'recovery-received',
    'recovery-releasing', 'recovery-resumed', 'recovery-sourcing', 'recovery-staged', 'recovery-waiting', 'recovery-writing',
  ],
  Warning: [
    'account-locked', 'ask-refused', 'boot-failed', 'certificate-expired', 'download-failed', 'entries-lost', 'host-reset-needed', 'key-not-trusted', 'lab-mode', 'login-failed', 'messages-dropped',
    'condemned', 'no-keys', 'power-request-failed', 'record-ignored', 'signature-not-kept', 'taken-untrusted', 'trial-reverted', 'upgrade-abandoned', 'upgrade-aborted', 'upgrade-interrupted',
    'donor-failed', 'donor-image-refused', 'recovery-asking', 'recovery-boot-counted', 'recovery-boot-failed', 'recovery-evidence', 'recovery-host-held', 'recovery-needed', 'recovery-postponed', 'recovery-retry', 'recovery-source',
    'recovery-source-busy', 'recovery-source-failed', 'recovery-stopped',
  ],
  Critical: ['records-lost', 'repair-impossible', 'action-failed', 'file-failed', 'internal-error', 'log-failed', 'recovery-locked', 'recovery-power', 'trial-unwell'],
} as const satisfies Readonly<Record<Severity, readonly string[]>>;

/** What a person does, where the words can say it. */
const RESOLUTIONS: Readonly<Record<string, string>> = {
  'recovery-asking': 'Order a recovery when it may be done: the action FerryUpdateService.Recover of the update service, or ferry recover --now.',
  'recovery-locked': 'See in the log entries before this one what has failed, put an image where a source finds it, then order a recovery: the action FerryUpdateService.Recover of the update service, or ferry recover --now.',
};

const entry = (severity: Severity, word = ''): MessageEntry => ['%1', severity, RESOLUTIONS[word] ?? (severity === 'OK' ? 'None.' : 'See the log entries around this one.')];

/** For words that are not listed. */
const OTHER = 'Event';

/** `file-stored` is `FileStored`. */
const keyOf = (word: string): string => word.split('-').map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');

export const EVENT_MESSAGES: Readonly<Record<string, MessageEntry>> = Object.fromEntries([
  [OTHER, entry('Warning')],
  ...Object.entries(WORDS).flatMap(([severity, words]) => words.map((word) => [keyOf(word), entry(severity as Severity, word)])),
]) as Record<string, MessageEntry>;

/** The message of a word of the log. */
export function eventKey(word: string): string {
  const key = keyOf(word);
  return Object.hasOwn(EVENT_MESSAGES, key) ? key : OTHER;
}
