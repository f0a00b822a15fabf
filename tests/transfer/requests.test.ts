import { describe, expect, it } from 'vitest';
import { Conversation, LEASE_MS } from './conversation.ts';
import { bmc, REQUESTS, STATES } from './situations.ts';

// What each request is answered with in each state, in the order of REQUESTS.
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  idle: ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Ok', 'NoUpgrade', 'NoUpgrade', 'NoTransfer', 'NoTransfer', 'NoUpgrade', 'Ok'],
  'upgrade open': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Busy', 'Ok', 'Ok', 'NoTransfer', 'NoTransfer', 'Ok', 'Ok'],
  'file begun': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Busy', 'Ok', 'Ok', 'Ok', 'Incomplete', 'Ok', 'Ok'],
  'file half there': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Busy', 'Ok', 'Ok', 'Ok', 'Incomplete', 'Ok', 'Ok'],
  'file whole': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Busy', 'Ok', 'Ok', 'Ok', 'Ok', 'Ok', 'Ok'],
  'image stored': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Busy', 'Ok', 'Ok', 'Ok', 'Ok', 'Ok', 'Ok'],
  'image failed': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Busy', 'Ok', 'Ok', 'DigestMismatch', 'DigestMismatch', 'Ok', 'Ok'],
  'upgrade ended': ['Ok', 'VersionNotSupported', 'Ok', 'UnknownComponent', 'Ok', 'Ok', 'Ok', 'NoUpgrade', 'NoUpgrade', 'NoTransfer', 'NoTransfer', 'Ok', 'Ok'],
};

describe.each(Object.keys(STATES))('a device with: %s', (state) => {
  it.each(Object.keys(REQUESTS).map((name, index) => [name, ANSWERS[state]![index]] as const))('answers "%s" with %s, twice', (name, expected) => {
    const conversation = new Conversation();
    STATES[state]!(conversation);
    const first = REQUESTS[name]!(conversation);
    expect(first.completion).toBe(expected);
    // A repeated request is answered like the first one, and does nothing twice.
    const notes = [...conversation.device.notes];
    const again = REQUESTS[name]!(conversation);
    expect(again.completion).toBe(expected);
    if (name !== 'start file' || expected !== 'DigestMismatch') expect(conversation.device.notes).toEqual(notes);
    // And whatever was asked, an upgrade is possible afterwards.
    conversation.nowMs += LEASE_MS + 1;
    const stored = conversation.running('bmc') === '2.0' || conversation.push(bmc).completion === 'Ok';
    expect(stored).toBe(true);
    expect(conversation.running('bmc')).toBe('2.0');
  });
});
