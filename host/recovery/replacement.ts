// Replaces a component's image: fetches what the search has chosen, proves it, writes it through the controller, reads it
// back, lets the host go and sees whether it comes up.
import type { PushOutcome, PushRequest } from '../bmc/management.ts';
import { NO_BOOTS } from './boot-decision.ts';
import type { ComponentRecovery } from './component-recovery.ts';
import { sizeText } from './recovery-text.ts';
import { tellEvidence } from './evidence.ts';
import { fetchImage, proveImage } from './fetch-image.ts';
import { untilAborted } from './found-image.ts';
import { hostComesUp } from './host-confirmation.ts';
import { BadImage, ImageSearch } from './image-search.ts';
import { runningOf } from './needs.ts';
import { chosenOf } from './recovery-state.ts';
import { basesOf } from './slot-bases.ts';
import type { Candidate, FetchHelp, RecoveryNeed, Source } from './source.ts';

const USER = 'recovery';

export class Replacement {
  readonly #of: ComponentRecovery;
  readonly #search: ImageSearch;

  constructor(of: ComponentRecovery) {
    this.#of = of;
    this.#search = new ImageSearch({
      parts: of.parts,
      get state() { return of.state; },
      enter: (...given) => of.enter(...given),
      say: (event, text) => of.say(event, text),
      becomeWell: (text) => of.becomeWell(text),
      holdHost: ({ reason }) => of.holdForSource(reason),
      isOver: (need) => this.#isOver(need),
      decided: (choice) => { of.progress.choice = choice; },
      bring: (...given) => this.#bring(...given),
    });
  }

  /** Whether what was to be written is what runs: a controller before this one has come so far. */
  get isDone(): boolean {
    const { candidate, phase } = this.#of.state;
    return candidate !== undefined && (phase === 'writing' || phase === 'reading-back') && runningOf(this.#of.component())?.sha256 === candidate.sha256;
  }

  /** Why a candidate would not be tried now. */
  barred(candidate: Candidate): string | undefined {
    return this.#search.barred(candidate);
  }

  async run(need: RecoveryNeed, signal: AbortSignal): Promise<void> {
    if (await this.#search.run(need, signal)) await this.finish(signal);
  }

  /** The image is in flash and has been read back: gives the host its power back, and sees whether it comes up. */
  async finish(signal: AbortSignal): Promise<void> {
    const { state } = this.#of;
    const wasOn = state.powerBefore === 'on';
    if (state.phase !== 'confirming') {
      this.#of.enter('releasing', 'the image is whole: the host gets its power back as it was', { boots: NO_BOOTS });
      this.#of.releaseHost();
    }
    if (!this.#of.component().isInPlace) return this.#of.becomeWell('the image runs, on trial: the controller commits it, or goes back');
    if (!wasOn) return this.#of.becomeWell('the image is whole; the host starts from it the next time');
    if (this.#of.parts.settings.boots === 0) return this.#of.becomeWell('the image is whole; whether the host comes up is not waited for (boots = 0)');
    this.#of.enter('confirming', 'waiting for the host to come up');
    const outcome = await hostComesUp(this.#of, signal);
    if (outcome === 'up') return this.#of.becomeWell('the host has come up with the new image', false);
    if (outcome === 'off') return this.#of.becomeWell('the image is whole; the host was switched off, and starts from it the next time', false);
    const { candidate, tried } = state;
    const why = `the host did not come up in ${this.#of.parts.settings.boots} starts`;
    this.#of.enter('retry', why, { reason: 'dead', dead: this.#of.deadImages, tried: candidate === undefined ? tried : [...tried, { ...candidate, why }] });
    this.#search.lockAfterTooMany();
  }

  /** When it ends, the image is in flash and was read back. */
  async #bring(need: RecoveryNeed, candidate: Candidate, signal: AbortSignal): Promise<void> {
    try {
      await this.#fetch(candidate, signal);
      if (this.#isOver(need)) throw new Error('the host has come up');
      await this.#write(need, candidate, signal);
    } finally {
      this.#of.parts.spool.close();
    }
  }

  async #fetch(candidate: Candidate, signal: AbortSignal): Promise<void> {
    const { parts } = this.#of;
    const source = parts.sources.find(({ name }) => name === candidate.source) as Source;
    this.#of.enter('fetching', `fetching ${candidate.statement.version} from ${candidate.source}`, { candidate: chosenOf(candidate) });
    await this.#collect(source, candidate, basesOf(parts.management, this.#of.component()), signal);
    this.#sign(candidate);
    this.#of.enter('staged', 'the image is there and is the one that was signed');
    await parts.staged?.(candidate.statement.sha256);
  }

  /** Into the spool, and proved. What was taken from here may be what made it wrong: then every byte has to come. */
  async #collect(source: Source, candidate: Candidate, bases: FetchHelp['bases'], signal: AbortSignal): Promise<void> {
    const { parts, progress } = this.#of;
    const { size, sha256 } = candidate.statement;
    const counted = progress.counted(source, candidate, (bytes) => this.#of.count(bytes));
    const { begin, came } = await fetchImage(counted, candidate, parts.spool, parts.settings, parts.clock, signal, bases);
    if (begin > 0) this.#of.say('recovery-resumed', begin === size ? 'all of it was in the spool already' : `went on at byte ${begin}`, { offset: begin });
    if (came !== undefined) this.#of.say('recovery-received', `${sizeText(came)} came over the link for ${sizeText(size - begin)} of image`, { bytes: came, image: size - begin });
    try {
      await proveImage(candidate, parts.spool, parts.trust().keys, signal);
    } catch (error) {
      signal.throwIfAborted();
      parts.spool.discard(sha256);
      if (bases !== undefined && came !== undefined) {
        this.#of.say('recovery-retry', `${(error as Error).message}; once more, and nothing of it from here`);
        return this.#collect(source, candidate, undefined, signal);
      }
      // Bytes of an earlier source may be the wrong ones: this one gets a chance of its own.
      throw begin > 0 ? error : new BadImage((error as Error).message);
    }
  }

  /** So that others can have the image from the spool. Without that, this machine still gets it. */
  #sign({ signature }: Candidate): void {
    try {
      this.#of.parts.spool.sign(signature);
    } catch (error) {
      this.#of.say('signature-not-kept', `it will not be offered to others from the spool: ${(error as Error).message}`);
    }
  }

  async #write(need: RecoveryNeed, candidate: Candidate, signal: AbortSignal): Promise<void> {
    const { parts, watched } = this.#of;
    tellEvidence(this.#of, candidate);
    const mayRun = need.reason === 'outdated' || need.reason === 'ordered';
    this.#of.enter('holding', mayRun ? 'about to be written' : 'the host is held off until the image is whole');
    this.#of.takeHost(mayRun);
    this.#of.enter('writing', `writing ${candidate.statement.version}`);
    const outcome = await this.#push(candidate, mayRun && need.reason === 'outdated' ? 'upgrade' : 'downgrade', signal);
    // A controller that was interrupted finishes by itself what it had collected: then it is there already.
    if (!outcome.ok && outcome.completion !== 'already-running') throw outcome.completion === 'stopped' ? new Error(outcome.text) : new BadImage(`the controller answered ${outcome.completion}: ${outcome.text}`);
    this.#of.enter('reading-back', 'reading it back');
    const { condition, got } = await parts.management.verify(watched.name);
    if (condition !== 'ok' || got !== candidate.statement.sha256) throw new Error(`reading back: expected ${candidate.statement.sha256}, got ${got || condition}`);
  }

  async #push(candidate: Candidate, allow: PushRequest['allow'], signal: AbortSignal): Promise<PushOutcome> {
    const { management, spool, clock, settings } = this.#of.parts;
    const { component, version, size, sha256 } = candidate.statement;
    for (;;) {
      const push = await management.push({ user: USER, component, version, size, sha256, signature: candidate.signature, allow, activate: 'now', read: (offset, into) => spool.read(offset, into) });
      if (!('refused' in push)) return untilAborted(push.done, signal);
      this.#of.say('recovery-postponed', push.text);
      await clock.wait(settings.backOffMs, signal);
    }
  }

  /** The host has come up meanwhile with the image that was taken for dead. */
  #isOver(need: RecoveryNeed): boolean {
    return need.reason === 'dead' && this.#of.state.reason !== 'dead';
  }
}
