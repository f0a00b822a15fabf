// The recovery of one component: what is known of it, when it has to act, and how far it is. Every phase is in the journal
// before it begins, so that whatever ends the controller, the next one goes on from there.
import type { ControllerEvent } from '../bmc/event-log.ts';
import type { SlotVerification } from '../bmc/management.ts';
import type { ComponentSnapshot } from '../core/receiver-exports.ts';
import { type BootSign, bootsText, countBoot, NO_BOOTS } from './boot-decision.ts';
import { untilAborted } from './found-image.ts';
import { HostHold } from './host-hold.ts';
import { needOf, reasonFor, runningOf } from './needs.ts';
import type { RecoveryParts } from './recovery-parts.ts';
import type { WatchedComponent } from './recovery-config.ts';
import { RecoveryProgress } from './recovery-progress.ts';
import { mayBeHalfWritten, type RecoveryPhase, type RecoveryState } from './recovery-state.ts';
import { Replacement } from './replacement.ts';
import { outcomeOf } from './recovery-outcome.ts';
import type { Candidate, NeedReason, RecoveryNeed, RecoveryOutcome } from './source.ts';

/** What has woken the recovery. */
export type Trigger = 'start' | 'power-on' | 'time' | 'order';

export const USER = 'recovery';
const STORING: readonly string[] = ['receiving', 'verifying', 'writing', 'reading-back'];
/** Phases in which nothing has been changed yet. */
const BEFORE_WRITING: readonly string[] = ['needed', 'asking', 'sourcing', 'fetching', 'staged', 'retry', 'locked'];
const WELL: Pick<RecoveryState, 'phase' | 'text' | 'tried' | 'rounds'> = { phase: 'healthy', text: 'it is as it should be', tried: [], rounds: 0 };

export class ComponentRecovery {
  readonly parts: RecoveryParts;
  readonly watched: WatchedComponent;
  readonly hold: HostHold;
  readonly progress = new RecoveryProgress();
  readonly #replacement: Replacement;
  #state: RecoveryState;
  /** In a row: what runs could not be put on record as not whole. */
  #refusals = 0;

  constructor(parts: RecoveryParts, watched: WatchedComponent) {
    this.parts = parts;
    this.watched = watched;
    this.#state = parts.journal.latest(watched.name) ?? { component: watched.name, at: parts.now().toISOString(), ...WELL };
    this.hold = new HostHold(parts.management, {
      remember: (powerBefore) => this.enter(this.#state.phase, this.#state.text, { powerBefore }, true),
      say: (event, text) => this.say(event, text),
    });
    this.#replacement = new Replacement(this);
  }

  get state(): RecoveryState {
    return this.#state;
  }

  /** Looks at the component and does what it needs. `again` when it could not look, or has not come to an end: soon once more. */
  async attend(trigger: Trigger, ordered: RecoveryState['ordered'], signal: AbortSignal): Promise<'again' | 'rested'> {
    if (ordered !== undefined) this.#take(ordered);
    if (this.#state.phase === 'releasing' || this.#state.phase === 'confirming') {
      await this.#replacement.finish(signal);
      return this.#howItWent();
    }
    // What a controller before this one was writing may be half there: the host does not start from it before it was looked at.
    if (mayBeHalfWritten(this.#state)) this.takeHost(true);
    if (this.#isBusy()) return 'again';
    const reason = await this.#examine();
    if (reason === 'unknown') return 'again';
    if (reason === undefined) await this.#whole(signal);
    else await this.#act(reason, trigger, signal);
    return this.#howItWent();
  }

  async #whole(signal: AbortSignal): Promise<void> {
    if (this.#replacement.isDone) await this.#replacement.finish(signal);
    else this.becomeWell();
  }

  async #act(reason: NeedReason, trigger: Trigger, signal: AbortSignal): Promise<void> {
    // A host that runs has read it long ago and may go on; it does not start from it anew.
    if (reason === 'corrupt' || reason === 'unfinished') this.takeHost(!this.#mustKeepOff(trigger));
    if (!this.#mayAct(reason)) return;
    if (reason === 'corrupt' && this.component().running !== undefined && !(await this.#condemn(signal))) return;
    await this.#replacement.run(this.need(reason), signal);
  }

  /** Writes the phase down, then says it. */
  enter(phase: RecoveryPhase, text: string, changes: Partial<RecoveryState> = {}, quietly = false): void {
    const { component, reason, tried } = this.#state;
    const outcome = phase === 'locked' ? outcomeOf(this, reason === 'dead' && tried.length > 0 ? 'failed' : 'given-up') : undefined;
    this.#state = { ...this.#state, ...changes, component, phase, text, at: this.parts.now().toISOString() };
    this.parts.journal.append(this.#state);
    if (!quietly) this.say(`recovery-${phase}`, text);
    this.report(outcome);
  }

  /** Bytes that were fetched. They are in the journal with the next phase. */
  count(bytes: number): void {
    this.#state = { ...this.#state, fetched: (this.#state.fetched ?? 0) + bytes };
  }

  say(event: string, text: string, fields: ControllerEvent['fields'] = {}): void {
    this.parts.say({ event, text: `${this.watched.name}: ${text}`, fields: { component: this.watched.name, ...fields } });
  }

  component(): ComponentSnapshot {
    const found = this.parts.management.snapshot().components.find(({ name }) => name === this.watched.name);
    if (found === undefined) throw new Error(`this board has no component "${this.watched.name}"`);
    return found;
  }

  need(reason: NeedReason): RecoveryNeed {
    const ordered = this.#state.ordered;
    const named = ordered?.version !== undefined || ordered?.sha256 !== undefined ? ordered : undefined;
    const need = needOf(this.component(), this.parts.management.identity.platform, reason, named ?? this.watched.wanted);
    return named === undefined ? need : { ...need, isNamed: true };
  }

  /** Takes the host that starts from this component. */
  takeHost(mayRun: boolean): void {
    if (this.component().isInPlace) this.hold.take(this.#state.powerBefore, mayRun);
  }

  /** Holds the host off, so that a device of its can be read. A host that runs is not stopped for a mere wish. */
  holdForSource(reason: NeedReason): boolean {
    const isWish = reason === 'outdated' || reason === 'ordered' || !this.component().isInPlace;
    if (isWish && this.parts.management.snapshot().power !== 'off') return false;
    this.hold.take(this.#state.powerBefore);
    return true;
  }

  /** Lets the host go: its power is as it was. */
  releaseHost(): void {
    const failure = this.hold.release(this.#state.powerBefore);
    if (failure !== undefined) this.say('recovery-power', `the host could not be switched on again: ${failure}`);
  }

  /** All is well: lets the host go, as it was, and forgets what was tried. */
  becomeWell(text = WELL.text, isHeld = true): void {
    const { phase, reason: _reason, ordered: _ordered, evidence: _evidence, candidate: _candidate, powerBefore: _power, begun: _begun, before: _before, fetched: _fetched, dead: _dead, ...rest } = this.#state;
    const outcome = outcomeOf(this, 'well');
    if (isHeld) this.releaseHost();
    if (phase === 'healthy') return;
    this.progress.clear();
    this.#state = { ...rest, ...WELL };
    this.enter('healthy', text);
    this.report(outcome);
  }

  /** Tells every source that can tell others. */
  report(outcome: RecoveryOutcome | undefined): void {
    if (outcome === undefined) return;
    for (const source of this.parts.sources) {
      Promise.resolve(source.report?.(outcome)).catch((error: unknown) => this.say('recovery-source', `nobody could be told over ${source.name}: ${(error as Error).message}`));
    }
  }

  /** Counts how a boot from it went. In the journal at once: a restart of the controller forgets none. */
  noteBoot(sign: BootSign): void {
    const { boots = NO_BOOTS, reason, phase } = this.#state;
    const counted = countBoot(boots, sign, this.parts.settings.bootFailures);
    // A host that has come up after all: what was to be done about it is not done any more.
    const isOver = sign.sign === 'up' && reason === 'dead' && BEFORE_WRITING.includes(phase);
    if (counted.failures === boots.failures && counted.place === boots.place && !isOver) return;
    const { reason: _reason, ...rest } = this.#state;
    this.#state = { ...(isOver ? rest : this.#state), boots: counted };
    this.parts.journal.append(this.#state);
    if (counted.failures > 0) this.say('recovery-boot-counted', `${bootsText(counted)}: ${counted.isDead ? 'it is dead' : `it is dead after ${this.parts.settings.bootFailures}`}`, { boots: counted.failures });
  }

  /** The image that runs is one with which the host does not come up. */
  get deadImages(): readonly string[] {
    const { dead = [] } = this.#state;
    const running = runningOf(this.component())?.sha256;
    return running === undefined || dead.includes(running) ? dead : [...dead, running];
  }

  /** Why a candidate would not be tried now. */
  barred(candidate: Candidate): string | undefined {
    return this.#replacement.barred(candidate);
  }

  close(): void {
    this.hold.close();
  }

  #howItWent(): 'again' | 'rested' {
    return ['healthy', 'locked', 'asking', 'waiting'].includes(this.#state.phase) ? 'rested' : 'again';
  }

  /** A person's order opens a lock, and counts as a yes. */
  #take(ordered: NonNullable<RecoveryState['ordered']>): void {
    this.enter(this.#state.phase === 'locked' ? 'needed' : this.#state.phase, 'a recovery has been ordered', { ordered, tried: [], rounds: 0 }, true);
  }

  /** Someone else sends or stores an image: that comes first. */
  #isBusy(): boolean {
    const { holder, transfer } = this.parts.management.snapshot();
    return holder !== undefined || STORING.includes(transfer.phase);
  }

  async #examine(): Promise<NeedReason | undefined | 'unknown'> {
    const found = await this.#look();
    if (found.condition === 'busy') return 'unknown';
    const reason = reasonFor(this.component(), found, this.watched.wanted, this.#state);
    if (reason === undefined || (reason === this.#state.reason && this.#state.phase !== 'healthy')) return reason;
    const evidence = found.condition === 'differs' ? { evidence: { expected: found.expected, got: found.got, blocks: found.blocks } } : {};
    const { boots } = this.#state;
    const text = reason === 'dead' && boots?.isDead === true ? `${REASONS.dead}: ${bootsText(boots)}` : REASONS[reason];
    this.enter('needed', text, { reason, begun: this.parts.now().toISOString(), before: found.got || (runningOf(this.component())?.sha256 ?? ''), fetched: 0, ...evidence, ...(reason === 'dead' ? { dead: this.deadImages } : {}) });
    if (found.condition === 'differs') this.say('recovery-evidence', `expected the SHA-256 ${found.expected}, flash holds ${found.got}`, { expected: found.expected, got: found.got });
    return reason;
  }

  /** One bad look can be a bad read: two that agree are not. */
  async #look(): Promise<SlotVerification> {
    const { management } = this.parts;
    const first = await management.verify(this.watched.name);
    if (first.condition !== 'differs') return first;
    const second = await management.verify(this.watched.name);
    return second.condition === 'differs' && second.got !== first.got ? { ...second, condition: 'busy' } : second;
  }

  /** A host that is off, or has just started from it, does not start from an image that is not whole. */
  #mustKeepOff(trigger: Trigger): boolean {
    return trigger === 'power-on' || this.#state.powerBefore !== undefined || this.parts.management.snapshot().power === 'off';
  }

  #mayAct(reason: NeedReason): boolean {
    const { mode, whileRunning } = this.parts.settings;
    const { phase, ordered } = this.#state;
    if (phase === 'locked') return false;
    if (ordered === undefined && mode !== 'auto') {
      if (phase !== 'asking') this.enter('asking', mode === 'ask' ? 'it needs a recovery, which waits for an order: ferry recover --now' : 'it needs a recovery, which is switched off (mode = off)');
      return false;
    }
    const canWait = reason === 'outdated' || reason === 'ordered';
    if (!canWait || whileRunning === 'write' || !this.component().isInPlace || this.parts.management.snapshot().power === 'off') return true;
    if (phase !== 'waiting') this.enter('waiting', 'the host runs: it is written when the host is off (while-running = wait)');
    return false;
  }

  /** What is damaged is on record as damaged before anything else happens: whatever ends the controller, the next one knows. */
  async #condemn(signal: AbortSignal): Promise<boolean> {
    const { ok, text } = await untilAborted(this.parts.management.condemn(this.watched.name, USER), signal);
    if (ok) this.#refusals = 0;
    else {
      const { backOffMs, backOffLimitMs } = this.parts.settings;
      this.say('recovery-postponed', text);
      await this.parts.clock.wait(Math.min(backOffLimitMs, backOffMs * 2 ** this.#refusals++), signal);
    }
    return ok;
  }
}

const REASONS: Readonly<Record<NeedReason, string>> = {
  corrupt: 'flash does not hold what the records say', dead: 'the host does not come up with it', unfinished: 'its slot holds no whole image',
  empty: 'it never had an image', outdated: 'it is older than wanted', ordered: 'a person wants another image',
};
