// What a machine has already is offered to its sources, and is not believed: over a whole controller.
import { afterEach, describe, expect, it } from 'vitest';
import type { Candidate, FetchHelp, Source } from '../../host/recovery/source.ts';
import { PLATFORM, signedImage } from './images.ts';
import { Rig } from './rig.ts';

const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });

const good = signedImage('2.0.0', 2);
const { bytes, signature, component, version, sha256 } = good;
const statement = { component, version, sha256, platform: PLATFORM, security: 3, size: bytes.length };

/** A place with the good image, whose fetch is the test's. */
const place = (fetch: (into: (offset: number, bytes: Uint8Array) => void, help: FetchHelp) => void): Source => ({
  name: 'local', kind: 'peers',
  find: () => Promise.resolve([{ id: 'neighbour', source: 'local', kind: 'peers', statement, signature, size: bytes.length, terms: {} } satisfies Candidate]),
  fetch: async (_candidate, from, into, _signal, help) => {
    if (from !== 0 || help === undefined) throw new Error(`expected a fetch from the start with help, got one from ${from}`);
    fetch(into, help);
  },
});

async function recovered(source: Source): Promise<Rig> {
  const rig = new Rig({ sources: () => [source] });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil(70_000, 2);
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flashDigest()).toBe(good.sha256);
  return rig;
}

describe('a source that can do with what the machine has', () => {
  it('is given its flash as it is, broken bits and all, and the log says how little came', async () => {
    const wrong: number[] = [];
    const rig = await recovered(place((into, { bases = [], came }) => {
      const [base] = bases;
      for (let offset = 0; offset < bytes.length; offset += 4096) {
        const here = new Uint8Array(Math.min(4096, bytes.length - offset));
        base!.read(offset, here);
        const there = bytes.subarray(offset, offset + here.length);
        if (Buffer.compare(here, there) !== 0) {
          wrong.push(offset);
          came(there.length);
        }
        into(offset, Buffer.compare(here, there) === 0 ? here : there);
      }
    }));
    expect(wrong).toEqual([69_632, 135_168]);
    expect(rig.texts('recovery-received')).toEqual([expect.stringMatching(/^bios: 8\.0 KiB came over the link for \d+\.\d KiB of image$/)]);
  });

  it('and makes a wrong image of it is asked once more, for every byte', async () => {
    const given: (number | undefined)[] = [];
    const rig = await recovered(place((into, { bases, came }) => {
      given.push(bases?.length);
      came(100);
      const piece = Buffer.from(bytes);
      if (bases !== undefined) bases[0]!.read(0, piece);
      into(0, piece);
    }));
    expect(given).toEqual([1, undefined]);
    expect(rig.texts('recovery-retry').join()).toContain('once more, and nothing of it from here');
  });
});
