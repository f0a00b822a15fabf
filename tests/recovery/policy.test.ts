import { describe, expect, it } from 'vitest';
import { choose, type PolicyMemory, type PolicyRules } from '../../host/recovery/policy.ts';
import type { Candidate, RecoveryNeed } from '../../host/recovery/source.ts';
import { parseSignature } from '../../host/trust/signature.ts';
import { parseTrustedComment } from '../../host/trust/trusted-comment.ts';
import { key, testKey } from '../trust/signed-image.ts';
import { PLATFORM, signedImage, type Signed } from './images.ts';
import { runSeed, seeded } from '../random.ts';

const [old, last, newer] = ['1.0.0', '2.0.0', '3.0.0'].map((version, index) => signedImage(version, index + 1, { size: 1000 })) as [Signed, Signed, Signed];
const RULES: PolicyRules = { prefer: 'last-known-good', sources: ['local', 'stick', 'peers'], trust: { keys: [key.publicKey], revoked: [] }, seed: 'board-1' };
const NEED: RecoveryNeed = { component: 'bios', platform: PLATFORM, reason: 'corrupt', floor: 2, slotSize: 4096, running: { version: '2.0.0', sha256: last.sha256 } };
const FORGETS: PolicyMemory = { barred: () => undefined };

function candidate(image: Signed, source = 'local', changes: Partial<Candidate> = {}): Candidate {
  const statement = parseTrustedComment(parseSignature(image.signature, 'x').comment, 'x');
  return { id: `${image.version} of ${source}`, source, kind: 'directory', statement, signature: image.signature, size: statement.size, terms: {}, ...changes };
}
const pick = (candidates: readonly Candidate[], need: Partial<RecoveryNeed> = {}, rules: Partial<PolicyRules> = {}) => choose({ ...NEED, ...need }, candidates, { ...RULES, ...rules }, FORGETS);
const reason = (one: Candidate, need: Partial<RecoveryNeed> = {}): string => pick([one], need).judged[0]!.reason;

describe('a candidate is refused, with the reason,', () => {
  it.each([
    ['by another key', () => reason(candidate(signedImage('2.0.0', 9, { by: testKey(9).key, size: 1000 }))), 'key: expected'],
    ['for another platform', () => reason(candidate(signedImage('2.0.0', 9, { platform: 'other-board', size: 1000 }))), 'platform: expected "small-board"'],
    ['for another component', () => reason(candidate(signedImage('2.0.0', 9, { component: 'bmc', size: 1000 }))), 'component: expected bios, got bmc'],
    ['below the security number that the component has reached', () => reason(candidate(signedImage('2.0.0', 9, { security: 1, size: 1000 }))), 'security number: expected at least 2'],
    ['of another size than was signed', () => reason(candidate(last, 'local', { size: 999 })), 'size: expected the 1000 bytes that were signed, got 999'],
    ['larger than the slot', () => reason(candidate(last), { slotSize: 500 }), "size: expected at most the slot's 500 bytes"],
    ['with a statement that was not signed', () => reason({ ...candidate(last), statement: { ...candidate(last).statement, version: '9.9.9' } }), 'version: expected 2.0.0, which was signed, got 9.9.9'],
    ['by a key that has been revoked', () => choose(NEED, [candidate(last)], { ...RULES, trust: { keys: [key.publicKey], revoked: [key.publicKey.keyId] } }, FORGETS).judged[0]!.reason, 'revoked'],
    ['that is not the wanted version, when what runs is whole', () => reason(candidate(newer), { reason: 'outdated', wanted: { version: '4.0.0' } }), 'version: expected 4.0.0, which is wanted'],
    ['that is what runs already', () => reason(candidate(last), { reason: 'ordered' }), 'it is the image that runs'],
    ['that is not newer than what runs, when nothing is wanted in particular', () => reason(candidate(old), { reason: 'ordered' }), 'expected one newer than 2.0.0'],
    ['with which the host does not come up', () => reason(candidate(last), { reason: 'dead' }), 'does not come up'],
  ])('%s', (_what, got, expected) => expect(got()).toContain(expected));
});

describe('the order', () => {
  it('by what sources are: storage of its own, peers, consoles, web servers; then the link, before rate and load', () => {
    const peer = (id: string, terms: Candidate['terms']): Candidate => candidate(last, 'peers', { id, kind: 'peers', terms: { class: 'Peer', ratePerSecond: 1000, load: 0, ...terms } });
    const all = [
      candidate(last, 'local', { id: 'web', kind: 'web' }), peer('console', { class: 'Console', link: 'lan', ratePerSecond: 1e6 }), peer('bus', { link: 'icmb', ratePerSecond: 9e6 }), peer('air', { link: 'wireless' }),
      peer('busy', { link: 'lan', load: 200 }), peer('lan', { link: 'lan' }), candidate(last, 'stick', { id: 'stick', kind: 'fat-image' }),
    ];
    const order = (rules: Partial<PolicyRules>): string[] => pick(all, {}, rules).judged.map(({ candidate: { id } }) => id);
    expect(order({ sourceOrder: 'class' })).toEqual(['stick', 'lan', 'busy', 'air', 'bus', 'console', 'web']);
    expect(order({ sourceOrder: 'class', links: ['icmb', 'wireless'] })).toEqual(['stick', 'bus', 'air', 'lan', 'busy', 'console', 'web']);
    // The order of the file first: within one source only, link and class count.
    expect(order({})).toEqual(['web', 'stick', 'lan', 'busy', 'air', 'bus', 'console']);
    expect(pick([all[2]!, all[3]!]).why).toBe('its link wireless comes first');
    expect(pick([all[1]!, all[2]!]).why).toBe('a peer comes first');
  });

  it('is: exactly the wanted image, the wanted version, last known good or newest, source, rate, load', () => {
    const all = [candidate(old), candidate(newer), candidate(last, 'stick'), candidate(last, 'peers')];
    expect(pick(all)).toMatchObject({ chosen: { source: 'stick', statement: { version: '2.0.0' } }, why: 'the source stick comes first' });
    expect(pick(all.slice(0, 3)).why).toBe('it is the image that ran last (prefer = last-known-good)');
    expect(pick(all, {}, { prefer: 'newest' })).toMatchObject({ chosen: { statement: { version: '3.0.0' } }, why: 'its version 3.0.0 is newer' });
    expect(pick(all, { wanted: { version: '1.0.0' } })).toMatchObject({ chosen: { statement: { version: '1.0.0' } }, why: 'it has the wanted version' });
    expect(pick(all, { wanted: { version: '1.0.0', sha256: newer.sha256 } })).toMatchObject({ chosen: { statement: { version: '3.0.0' } }, why: 'it is exactly the wanted image' });
    const donors = [['slow', 1000, 0], ['busy', 90_000, 7], ['fast', 100_000, 3]].map(([id, ratePerSecond, load]) => candidate(last, 'peers', { id: id as string, terms: { ratePerSecond: ratePerSecond as number, load: load as number } }));
    expect(pick(donors)).toMatchObject({ chosen: { id: 'fast' }, why: 'its donor has less to do' });
    expect(pick(donors.slice(0, 2))).toMatchObject({ chosen: { id: 'busy' }, why: 'it comes faster' });
  });

  it('ends with the seed: boards do not all ask the same donor, and one board always asks the same', () => {
    const donors = Array.from({ length: 8 }, (_none, index) => candidate(last, 'peers', { id: `donor-${index}` }));
    const chosen = (seed: string): string => pick(donors, {}, { seed }).chosen!.id;
    expect(new Set(Array.from({ length: 64 }, (_none, board) => chosen(`board-${board}`))).size).toBe(8);
    expect(chosen('board-3')).toBe(chosen('board-3'));
  });

  it('does not depend on the order in which candidates were found', () => {
    const seed = runSeed();
    const random = seeded(seed);
    const all = [old, last, newer].flatMap((image) => ['local', 'stick', 'peers'].map((source) => candidate(image, source)));
    const decided = pick(all);
    for (let round = 0; round < 200; round++) {
      const shuffled = all.map((one) => [random(), one] as const).sort(([a], [b]) => a - b).map(([, one]) => one);
      expect(pick(shuffled), `SEED=${seed}`).toEqual(decided);
    }
    expect(decided.judged.every(({ reason: text }) => text !== '')).toBe(true);
  });
});
