// Power that fails at every operation of the trust store, and again in the repair; and disks that fail.
import { expect, test } from 'vitest';
import type { TrustStore } from '../../../host/bmc/trust/trust-store.ts';
import { FerryError } from '../../../host/error.ts';
import { CutDisk, type Cut, KEEPS, WHENS } from './cut-disk.ts';
import { factsOf, first, openStore, publicOf, second, signedList, third, type SignedFiles } from './keys.ts';

interface Scene {
  readonly name: string;
  /** What was done before, without trouble. */
  readonly before: readonly ((store: TrustStore) => void)[];
  /** What power fails in. Done again it changes nothing. */
  act(store: TrustStore): void;
}

const pin = (store: TrustStore): void => void store.pin(publicOf([first, second]));
const applying = ({ list, signature }: SignedFiles) => (store: TrustStore): void => void store.apply(list, signature);
const rotate = applying(signedList(first, 1, [first, second, third]));
const revoke = applying(signedList(second, 2, [second, third], [first]));

const SCENES: readonly Scene[] = [
  { name: 'pinning', before: [], act: pin },
  { name: 'the first list', before: [pin], act: rotate },
  { name: 'a revocation', before: [pin, rotate], act: revoke },
];

function diskBefore(scene: Scene): CutDisk {
  const disk = new CutDisk();
  for (const step of scene.before) step(openStore(disk));
  disk.powerOn();
  return disk;
}

/** Does it on this disk with this cut; answers whether it ended before power failed. What a cut throws must be a `FerryError`. */
function actWithCut(scene: Scene, disk: CutDisk, cut: Cut): 'done' | 'cut' {
  disk.cut = cut;
  try {
    scene.act(openStore(disk));
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'state-failed') throw error;
    disk.powerOn();
    return 'cut';
  }
  disk.powerOn();
  return 'done';
}

/** After the last operation; only what was made to last is there. */
const SWITCHED_OFF: Cut = { at: Number.POSITIVE_INFINITY, when: 'before', keeps: 'nothing' };
const cutsAt = (at: number): Cut[] => WHENS.flatMap((when) => KEEPS.map((keeps) => ({ at, when, keeps })));
const worded = ({ at, when, keeps }: Cut): string => `cut ${when} operation ${at}, which keeps ${keeps}`;

test.each(SCENES)('$name: power that fails at any operation, and at any in the repair, leaves the old keys or the new ones', (scene) => {
  const base = diskBefore(scene);
  const old = factsOf(openStore(base));
  const after = base.copy();
  scene.act(openStore(after));
  const fresh = factsOf(openStore(after));
  expect(fresh).not.toEqual(old);
  const operations = after.operations;
  const met = new Set<string>();
  const repaired = new Set<string>();
  for (let at = 0; at <= operations; at++) { // the last one is never reached: power fails when all is done
    for (const cut of cutsAt(at)) {
      const disk = base.copy();
      const ended = actWithCut(scene, disk, cut);
      const found = factsOf(openStore(disk));
      expect([old, fresh], worded(cut)).toContainEqual(found);
      if (ended === 'done') expect(found, `${worded(cut)}: what was done lasts`).toEqual(fresh);
      if (met.has(disk.content())) continue;
      met.add(disk.content());
      for (let again = 0; again < operations; again++) {
        for (const second of cutsAt(again)) {
          const repair = disk.copy();
          actWithCut(scene, repair, second);
          if (repaired.has(repair.content())) continue;
          repaired.add(repair.content());
          expect([old, fresh], `${worded(cut)}, then ${worded(second)}`).toContainEqual(factsOf(openStore(repair)));
          scene.act(openStore(repair));
          repair.cut = SWITCHED_OFF;
          repair.powerOn();
          expect(factsOf(openStore(repair)), `${worded(cut)}, then ${worded(second)}`).toEqual(fresh);
        }
      }
    }
  }
  expect(operations).toBeGreaterThanOrEqual(7);
  expect(met.size, 'different disks after the first cut').toBeGreaterThan(4);
});

test.each(SCENES)('$name: any operation that fails: the store says what is true, and doing it again ends well', (scene) => {
  const base = diskBefore(scene);
  const old = factsOf(openStore(base));
  for (let fails = 0; ; fails++) {
    const disk = base.copy();
    const store = openStore(disk);
    disk.fails = fails;
    let message: string | undefined;
    try {
      scene.act(store);
    } catch (error) {
      message = (error as FerryError).message;
      expect((error as FerryError).code).toBe('state-failed');
    }
    expect(factsOf(store), `operation ${fails}`).toEqual(factsOf(openStore(disk)));
    if (message === undefined) {
      expect(fails).toBeGreaterThanOrEqual(7);
      break;
    }
    const isOld = JSON.stringify(factsOf(store)) === JSON.stringify(old);
    expect(message).toMatch(isOld ? /EIO.*; the trusted keys stay as they were$/ : /EIO.*; they are in effect, but a power failure could bring the old ones back$/);
    scene.act(store);
    disk.cut = SWITCHED_OFF;
    disk.powerOn();
    expect(factsOf(openStore(disk)), `operation ${fails}`).toEqual(factsOf(store));
    expect(factsOf(store)).not.toEqual(old);
  }
});
