// Which image is taken, from where, and what follows when that fails: it is tried again after a pause, then the next
// candidate; who has no time now is set aside without blame; after too many failures it is locked and waits for a person.
// How an image is brought is the caller's.
import { FailedTries } from './failed-tries.ts';
import { findCandidates, type Found } from './find-candidates.ts';
import { type Choice, choose } from './policy.ts';
import { type RecoveryParts, rulesOf } from './recovery-parts.ts';
import { chosenOf, type RecoveryPhase, type RecoveryState } from './recovery-state.ts';
import { describeChoice, sourceFailure } from './recovery-text.ts';
import { SourceBusy } from './source-busy.ts';
import type { Candidate, RecoveryNeed, Source } from './source.ts';

/** For whom it searches. */
export interface SearchOwner {
  readonly parts: Pick<RecoveryParts, 'settings' | 'sources' | 'clock' | 'trust'> & { readonly management: { readonly identity: { readonly uuid: string } } };
  readonly state: RecoveryState;
  enter(phase: RecoveryPhase, text: string, changes?: Partial<RecoveryState>): void;
  say(event: string, text: string): void;
  becomeWell(text: string): void;
  /** It has turned out that nothing is needed. */
  isOver(need: RecoveryNeed): boolean;
  /** Holds the host off for sources that need it. False: it runs, and what is needed is no reason to end that. */
  holdHost(need: RecoveryNeed): boolean;
  /** What was chosen, and why. */
  decided(choice: Choice): void;
  /** Fetches, proves and writes it. Throws `BadImage`, `SourceBusy`, or what may be better the next time. */
  bring(need: RecoveryNeed, candidate: Candidate, signal: AbortSignal): Promise<void>;
}

/** Nothing that is sent again makes it better. */
export class BadImage extends Error {}

export class ImageSearch {
  readonly #owner: SearchOwner;
  readonly #tries: FailedTries;

  constructor(owner: SearchOwner) {
    this.#owner = owner;
    this.#tries = new FailedTries(owner.parts.clock, owner.parts.settings.coolDownMs);
  }

  /** True when an image was brought; else nothing is needed any more, or it is locked. */
  async run(need: RecoveryNeed, signal: AbortSignal): Promise<boolean> {
    while (this.#owner.state.phase !== 'healthy' && this.#owner.state.phase !== 'locked') {
      if (this.#owner.isOver(need)) {
        this.#owner.becomeWell('the host has come up: nothing is replaced');
        return false;
      }
      const found = await this.#find(need, signal);
      let outcome: 'brought' | 'busy' | 'failed' = 'failed';
      do {
        const candidate = this.#choose(need, found);
        if (candidate === undefined) await this.#nothing(need, found, signal);
        outcome = candidate === undefined ? 'failed' : await this.#try(need, candidate, signal);
        // Whoever else has been found may have a place.
      } while (outcome === 'busy');
      if (outcome === 'brought') return true;
    }
    return false;
  }

  /** Why a candidate would not be tried now. */
  barred(candidate: Candidate): string | undefined {
    return this.#tries.barred(this.#owner.state, candidate);
  }

  lockAfterTooMany(): void {
    const { tried } = this.#owner.state;
    if (tried.length >= this.#owner.parts.settings.candidates) this.#lock(tried.length === 1 ? '1 candidate has failed' : `${tried.length} candidates have failed`, this.#owner.state.rounds);
  }

  async #find(need: RecoveryNeed, signal: AbortSignal): Promise<Found> {
    const { parts: { sources, settings, clock } } = this.#owner;
    this.#owner.enter('sourcing', `asking ${sources.length} source${sources.length === 1 ? '' : 's'}`);
    const ask = (asked: readonly Source[]): Promise<Found> => findCandidates(need, asked, settings.findMs, clock, signal);
    const held = sources.filter(({ holdsHost }) => holdsHost === true);
    const open = await ask(sources.filter((source) => !held.includes(source)));
    // The host is not stopped for what another source has.
    const found = held.length === 0 || this.#best(need, open).chosen !== undefined ? open : this.#owner.holdHost(need) ? together(open, await ask(held)) : this.#leaveOut(held, open);
    for (const failure of found.failures) this.#owner.say('recovery-source-failed', sourceFailure(failure));
    return found;
  }

  /** That they are not asked is no failure of theirs. */
  #leaveOut(held: readonly Source[], found: Found): Found {
    for (const { name } of held) this.#owner.say('recovery-source', `${name} is read only while the host is held off, and the host runs; it is not asked`);
    return found;
  }

  #best(need: RecoveryNeed, { candidates }: Found): Choice {
    return choose(need, candidates, rulesOf(this.#owner.parts), this);
  }

  #choose(need: RecoveryNeed, found: Found): Candidate | undefined {
    const choice = this.#best(need, found);
    this.#owner.decided(choice);
    for (const { event, text } of describeChoice(choice)) this.#owner.say(event, text);
    return choice.chosen;
  }

  /** Nothing fits now. What only rests is waited for; a wish that nobody can fulfil is no failure. */
  async #nothing({ reason }: RecoveryNeed, { candidates, failures }: Found, signal: AbortSignal): Promise<void> {
    const { parts, state } = this.#owner;
    const restMs = Math.min(
      this.#tries.restMs(state, candidates.filter((candidate) => this.barred(candidate) !== undefined)) ?? Infinity,
      ...failures.map(({ busyMs }) => busyMs ?? Infinity),
    );
    if (restMs < Infinity) {
      this.#owner.enter('retry', `what is left rests: trying again in ${Math.ceil(restMs / 1000)} s`);
      return parts.clock.wait(restMs, signal);
    }
    if ((reason === 'outdated' || reason === 'ordered') && failures.length === 0 && state.tried.length === 0) return this.#owner.becomeWell('no source has an image that is wanted; what runs is whole');
    const rounds = state.rounds + 1;
    if (rounds >= parts.settings.attempts) return this.#lock(`no source has an image for it, after ${rounds} round${rounds === 1 ? '' : 's'}`, rounds);
    this.#owner.enter('retry', 'no source has an image for it', { rounds });
    await this.#pause(rounds, signal);
  }

  async #try(need: RecoveryNeed, candidate: Candidate, signal: AbortSignal): Promise<'brought' | 'busy' | 'failed'> {
    const { settings } = this.#owner.parts;
    let why = '';
    for (let attempt = 1; attempt <= settings.attempts; attempt++) {
      if (attempt > 1) {
        this.#owner.enter('retry', `${why}; trying again (${attempt} of ${settings.attempts})`);
        await this.#pause(attempt - 1, signal);
      }
      try {
        await this.#owner.bring(need, candidate, signal);
        this.#tries.forgive(candidate);
        return 'brought';
      } catch (error) {
        signal.throwIfAborted();
        if (this.#owner.isOver(need)) return 'failed';
        why = `${candidate.statement.version} from ${candidate.source}: ${(error as Error).message}`;
        if (error instanceof SourceBusy) {
          this.#tries.setAside(candidate, error.waitMs);
          this.#owner.say('recovery-source-busy', `${why}; it is asked again later`);
          return 'busy';
        }
        if (error instanceof BadImage) break;
      }
    }
    this.#tries.rest(candidate);
    this.#owner.enter('retry', `${why}; the next one`, { tried: [...this.#owner.state.tried, { ...chosenOf(candidate), why }], rounds: 0 });
    this.lockAfterTooMany();
    return 'failed';
  }

  #lock(why: string, rounds: number): void {
    this.#owner.enter('locked', `${why}; nothing more is tried until a person has looked: see the log, then ferry recover --now`, { rounds });
  }

  #pause(count: number, signal: AbortSignal): Promise<void> {
    const { backOffMs, backOffLimitMs } = this.#owner.parts.settings;
    return this.#owner.parts.clock.wait(Math.min(backOffLimitMs, backOffMs * 2 ** (count - 1)), signal);
  }
}

const together = (one: Found, other: Found): Found => ({ candidates: [...one.candidates, ...other.candidates], failures: [...one.failures, ...other.failures] });
