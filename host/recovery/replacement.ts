// Replaces a component's image: finds and chooses, fetches, proves, writes through the controller, reads back, lets the host
// go and sees whether it comes up. What fails is tried again after a pause, then the next candidate; after too many it is
// locked and waits for a person.
import type { PushOutcome, PushRequest } from '../bmc/management.ts';
import type { ComponentRecovery } from './component-recovery.ts';
import { describeChoice, sourceFailure } from './recovery-text.ts';
import { tellEvidence } from './evidence.ts';
import { FailedTries } from './failed-tries.ts';
import { fetchImage, proveImage } from './fetch-image.ts';
import { findCandidates, type Found } from './find-candidates.ts';
import { untilAborted } from './found-image.ts';
import { hostComesUp } from './host-confirmation.ts';
import { runningOf } from './needs.ts';
import { choose } from './policy.ts';
import { rulesOf } from './recovery-parts.ts';
import { chosenOf } from './recovery-state.ts';
import type { Candidate, RecoveryNeed, Source } from './source.ts';

const USER = 'recovery';

export class Replacement {
  readonly #of: ComponentRecovery;
  readonly #tries: FailedTries;

  constructor(of: ComponentRecovery) {
    this.#of = of;
    this.#tries = new FailedTries(of.parts.clock, of.parts.settings.coolDownMs);
  }

  /** Whether what was to be written is what runs: a controller before this one has come so far. */
  get isDone(): boolean {
    const { candidate, phase } = this.#of.state;
    return candidate !== undefined && (phase === 'writing' || phase === 'reading-back') && runningOf(this.#of.component())?.sha256 === candidate.sha256;
  }

  /** Why a candidate would not be tried now. */
  barred(candidate: Candidate): string | undefined {
    return this.#tries.barred(this.#of.state, candidate);
  }

  async run(need: RecoveryNeed, signal: AbortSignal): Promise<void> {
    while (this.#of.state.phase !== 'healthy' && this.#of.state.phase !== 'locked') {
      const candidate = await this.#choose(need, signal);
      if (candidate !== undefined && (await this.#install(need, candidate, signal))) return this.finish(signal);
    }
  }

  /** The image is in flash and has been read back: gives the host its power back, and sees whether it comes up. */
  async finish(signal: AbortSignal): Promise<void> {
    const { state } = this.#of;
    const wasOn = state.powerBefore === 'on';
    if (state.phase !== 'confirming') {
      this.#of.enter('releasing', 'the image is whole: the host gets its power back as it was');
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
    this.#of.enter('retry', why, { reason: 'dead', tried: candidate === undefined ? tried : [...tried, { ...candidate, why }] });
    this.#lockAfterTooMany();
  }

  async #choose(need: RecoveryNeed, signal: AbortSignal): Promise<Candidate | undefined> {
    const { parts, state } = this.#of;
    this.#of.enter('sourcing', `asking ${parts.sources.length} source${parts.sources.length === 1 ? '' : 's'}`);
    const found = await findCandidates(need, parts.sources, parts.settings.findMs, parts.clock, signal);
    for (const failure of found.failures) this.#of.say('recovery-source-failed', sourceFailure(failure));
    const choice = choose(need, found.candidates, rulesOf(parts), { barred: (candidate) => this.#tries.barred(state, candidate) });
    this.#of.progress.choice = choice;
    for (const { event, text } of describeChoice(choice)) this.#of.say(event, text);
    if (choice.chosen === undefined) await this.#nothing(need, found, signal);
    return choice.chosen;
  }

  /** Nothing fits now. What only rests is waited for; a wish that nobody can fulfil is no failure. */
  async #nothing({ reason }: RecoveryNeed, { candidates, failures }: Found, signal: AbortSignal): Promise<void> {
    const { parts, state } = this.#of;
    const restMs = this.#tries.restMs(state, candidates.filter((candidate) => this.#tries.barred(state, candidate) !== undefined));
    if (restMs !== undefined) {
      this.#of.enter('retry', `what is left rests: trying again in ${Math.ceil(restMs / 1000)} s`);
      return parts.clock.wait(restMs, signal);
    }
    if ((reason === 'outdated' || reason === 'ordered') && failures.length === 0 && state.tried.length === 0) return this.#of.becomeWell('no source has an image that is wanted; what runs is whole');
    const rounds = state.rounds + 1;
    if (rounds >= parts.settings.attempts) return this.#lock(`no source has an image for it, after ${rounds} rounds`, rounds);
    this.#of.enter('retry', 'no source has an image for it', { rounds });
    await this.#pause(rounds, signal);
  }

  /** True when the image is in flash and was read back. */
  async #install(need: RecoveryNeed, candidate: Candidate, signal: AbortSignal): Promise<boolean> {
    const { settings } = this.#of.parts;
    let why = '';
    for (let attempt = 1; attempt <= settings.attempts; attempt++) {
      if (attempt > 1) {
        this.#of.enter('retry', `${why}; trying again (${attempt} of ${settings.attempts})`);
        await this.#pause(attempt - 1, signal);
      }
      try {
        await this.#fetch(candidate, signal);
        await this.#write(need, candidate, signal);
        this.#tries.forgive(candidate);
        this.#of.parts.spool.close();
        return true;
      } catch (error) {
        signal.throwIfAborted();
        why = `${candidate.statement.version} from ${candidate.source}: ${(error as Error).message}`;
        if (error instanceof BadImage) break;
      }
    }
    this.#of.parts.spool.close();
    this.#tries.rest(candidate);
    this.#of.enter('retry', `${why}; the next one`, { tried: [...this.#of.state.tried, { ...chosenOf(candidate), why }], rounds: 0 });
    this.#lockAfterTooMany();
    return false;
  }

  async #fetch(candidate: Candidate, signal: AbortSignal): Promise<void> {
    const { parts } = this.#of;
    const source = parts.sources.find(({ name }) => name === candidate.source) as Source;
    this.#of.enter('fetching', `fetching ${candidate.statement.version} from ${candidate.source}`, { candidate: chosenOf(candidate) });
    const begin = await fetchImage(this.#of.progress.counted(source, candidate), candidate, parts.spool, parts.settings, parts.clock, signal);
    if (begin > 0) this.#of.say('recovery-resumed', begin === candidate.size ? 'all of it was in the spool already' : `went on at byte ${begin}`, { offset: begin });
    try {
      await proveImage(candidate, parts.spool, parts.trust().keys, signal);
    } catch (error) {
      signal.throwIfAborted();
      parts.spool.discard(candidate.statement.sha256);
      // Bytes of an earlier source may be the wrong ones: this one gets a chance of its own.
      throw begin > 0 ? error : new BadImage((error as Error).message);
    }
    this.#of.enter('staged', 'the image is there and is the one that was signed');
  }

  async #write(need: RecoveryNeed, candidate: Candidate, signal: AbortSignal): Promise<void> {
    const { parts, watched } = this.#of;
    tellEvidence(this.#of, candidate);
    const mayRun = need.reason === 'outdated' || need.reason === 'ordered';
    this.#of.enter('holding', mayRun ? 'about to be written' : 'the host is held off until the image is whole');
    this.#of.takeHost(mayRun);
    this.#of.enter('writing', `writing ${candidate.statement.version}`);
    const outcome = await this.#push(candidate, mayRun && need.reason === 'outdated' ? 'upgrade' : 'downgrade', signal);
    if (!outcome.ok) throw outcome.completion === 'stopped' ? new Error(outcome.text) : new BadImage(`the controller answered ${outcome.completion}: ${outcome.text}`);
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

  #lockAfterTooMany(): void {
    const { tried } = this.#of.state;
    if (tried.length >= this.#of.parts.settings.candidates) this.#lock(`${tried.length} candidates have failed`, this.#of.state.rounds);
  }

  #lock(why: string, rounds: number): void {
    this.#of.enter('locked', `${why}; nothing more is tried until a person has looked: see the log, then ferry recover --now`, { rounds });
  }

  #pause(count: number, signal: AbortSignal): Promise<void> {
    const { backOffMs, backOffLimitMs } = this.#of.parts.settings;
    return this.#of.parts.clock.wait(Math.min(backOffLimitMs, backOffMs * 2 ** (count - 1)), signal);
  }
}

/** Nothing that is sent again makes it better. */
class BadImage extends Error {}
