// What the controller's words mean, for people.
import { COMPLETIONS } from '../../../core/wire-names.ts';

/** Who sends, as a part of a sentence. */
export function originText(origin: string, user: string | undefined): string {
  switch (origin) {
    case 'before-os': return 'the host, before the operating system';
    case 'after-os': return 'the host, after the operating system';
    case 'remote': return user === undefined ? 'a remote user' : `${user}, over the network`;
    case 'repair': return 'the controller itself, to finish what was interrupted';
    default: return 'a sender that does not say where it runs';
  }
}

/** How an image ended that the core never judged. */
const UNJUDGED: Readonly<Record<string, string>> = { aborted: 'it was aborted', stopped: 'the controller was stopped' };

/** Why a file failed, by a word of the core's `Completion`: `flash-failed`. */
export function failureText(completion: string): string {
  const name = completion.split('-').map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
  return (COMPLETIONS as Readonly<Record<string, string>>)[name] ?? UNJUDGED[completion] ?? completion;
}

/** How an upgrade ended, in one or two words, and how it is to be marked. */
export function upgradeStateText(state: string): { readonly text: string; readonly tone: 'good' | 'bad' | 'busy' | 'plain' } {
  switch (state) {
    case 'running': return { text: 'under way', tone: 'busy' };
    case 'done': return { text: 'done', tone: 'good' };
    case 'failed': return { text: 'failed', tone: 'bad' };
    case 'aborted': return { text: 'aborted', tone: 'plain' };
    case 'abandoned': return { text: 'abandoned', tone: 'plain' };
    case 'reverted': return { text: 'reverted', tone: 'bad' };
    case 'interrupted': return { text: 'interrupted', tone: 'plain' };
    default: return { text: state, tone: 'plain' };
  }
}

/** An image by its component and version. */
export function imageText(component: string, version: string): string {
  return version === '' ? component : `${component} ${version}`;
}

/** The version of an image in a slot, which may have been written without one. */
export function versionText(slot: { readonly version: string } | undefined): string {
  return slot === undefined || slot.version === '' ? 'unknown version' : slot.version;
}

/** The controller's own words with a full stop: the same as on the console and in the log. */
export function sentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A sentence of ours, which begins with no name. */
export function ownSentence(text: string): string {
  return sentence(text.charAt(0).toUpperCase() + text.slice(1));
}
