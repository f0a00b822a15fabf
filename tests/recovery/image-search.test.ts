// What follows when an image can not be had now, or not at all.
import { expect, it } from 'vitest';
import { type SearchOwner, ImageSearch } from '../../host/recovery/image-search.ts';
import { pause } from '../../host/recovery/links/clock.ts';
import { parseRecoveryConfig } from '../../host/recovery/recovery-config.ts';
import type { RecoveryState } from '../../host/recovery/recovery-state.ts';
import { SourceBusy } from '../../host/recovery/source-busy.ts';
import type { Candidate, Source } from '../../host/recovery/source.ts';
import { VirtualClock } from './peers/virtual-clock.ts';
import { makeImage, NEED, releaseKey } from './peers/virtual-rack.ts';

const image = makeImage();
const { settings } = parseRecoveryConfig(Buffer.from('[component bios]\n[source rack]\nkind = directory\npath = x\n'), 'recovery.ini', '/');

const offered = (donor: string): Candidate => ({
  id: donor, source: 'rack', kind: 'peers', statement: image.statement, signature: image.signature, size: image.statement.size, terms: { donor },
});

/** A search among donors: `place` says whether one has a place now. */
function search(find: () => readonly Candidate[], place: (donor: string, nowMs: number) => boolean) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  let state: RecoveryState = { component: 'bios', phase: 'needed', at: '', text: '', tried: [], rounds: 0 };
  const source: Source = { name: 'rack', kind: 'peers', find: async () => find(), fetch: async () => undefined };
  const owner: SearchOwner = {
    isOver: () => false,
    holdHost: () => false,
    parts: {
      settings, sources: [source], trust: () => ({ keys: [releaseKey.publicKey], revoked: [] }), management: { identity: { uuid: 'one' } },
      clock: { nowMs: () => clock.now(), wait: (ms, signal) => pause(clock, ms, signal) },
    },
    get state() { return state; },
    enter: (phase, text, changes = {}) => { state = { ...state, ...changes, phase, text }; },
    say: () => undefined,
    decided: () => undefined,
    becomeWell: (text) => { state = { ...state, phase: 'healthy', text }; },
    bring: async (_need, { terms: { donor = '' } }) => {
      asked.push(`${donor} at ${clock.now() / 1000} s`);
      if (!place(donor, clock.now())) throw new SourceBusy(`${donor} serves others`, 4000);
    },
  };
  const run = (): Promise<boolean> => clock.run(new ImageSearch(owner).run(NEED, new AbortController().signal));
  return { run, asked, clock, owner };
}

it('a donor that serves others is no failure: the next one that was found is asked at once', async () => {
  const { run, asked, owner } = search(() => [offered('a'), offered('b'), offered('c')], (donor) => donor === 'c');
  expect(await run()).toBe(true);
  expect(asked.at(-1)).toBe('c at 0 s');
  expect(owner.state.tried).toEqual([]);
});

it('when all serve others it waits as long as they say, for hours if need be, and never locks itself', async () => {
  const { run, asked, owner, clock } = search(() => [offered('a'), offered('b')], (_donor, nowMs) => nowMs > 3_000_000);
  expect(await run()).toBe(true);
  expect(clock.now()).toBeGreaterThan(3_000_000);
  expect(owner.state).toMatchObject({ tried: [], rounds: 0 });
  const times = asked.filter((text) => text.startsWith('a')).map((text) => Number(/[\d.]+/.exec(text)![0]));
  for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBeGreaterThanOrEqual(4);
});

it('a network in which others are served first is asked again, and counts as no round without an image', async () => {
  let finds = 0;
  const { run, clock } = search(() => {
    if (finds++ < 20) throw new SourceBusy('all who have it serve others', 2000);
    return [offered('a')];
  }, () => true);
  expect(await run()).toBe(true);
  expect(clock.now()).toBe(40_000);
});

it('a network in which nobody has it is asked three times, then it is locked', async () => {
  const { run, owner } = search(() => [], () => true);
  expect(await run()).toBe(false);
  expect(owner.state).toMatchObject({ phase: 'locked', rounds: 3 });
});
