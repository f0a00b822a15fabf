// A controller's donor on a network that comes and goes.
import { describe, expect, it } from 'vitest';
import { SharedLinks } from '../../../host/recovery/links/shared-links.ts';
import { ControllerDonor, LOOK_MS } from '../../../host/recovery/peers/controller-donor.ts';
import type { PeerGroup } from '../../../host/recovery/peers/peer-group.ts';
import { makeImage, VirtualRack } from './virtual-rack.ts';

const image = makeImage();

function donating(isDown: boolean) {
  const rack = new VirtualRack();
  const state = { address: '10.0.0.2', isDown, said: [] as string[] };
  const links = new SharedLinks({
    open: () => (state.isDown ? Promise.reject(new Error('eth0 is down')) : Promise.resolve({ links: [rack.network.link(state.address)], problems: [] })),
    fingerprint: () => state.address, note: () => undefined,
  });
  const own = new Set<string>();
  const group = { config: { name: 'rack' }, key: undefined, links, addDonor: (id: Uint8Array) => void own.add(Buffer.from(id).toString('hex')), isOwnDonor: (id: Uint8Array) => own.has(Buffer.from(id).toString('hex')) } as unknown as PeerGroup;
  const clock = {
    nowMs: () => rack.clock.now(),
    wait: (ms: number, signal: AbortSignal) => new Promise<void>((resolve, reject) => {
      const takeBack = rack.clock.after(ms, resolve);
      signal.addEventListener('abort', () => { takeBack(); reject(signal.reason as Error); }, { once: true });
    }),
  };
  const donor = new ControllerDonor({ group, images: () => [image], uploads: 2, ratePerSecond: undefined, clock, exchangeClock: rack.clock, say: (event) => void state.said.push(event) });
  return { rack, state, donor, group };
}

describe('a controller\'s donor', () => {
  it('says once that its links do not work, tries again until they do, and moves with the machine\'s address', async () => {
    const { rack, state, donor } = donating(true);
    await rack.clock.pass(3 * LOOK_MS);
    expect(state.said).toEqual(['donor-failed']);
    state.isDown = false;
    await rack.clock.pass(LOOK_MS);
    expect(state.said).toEqual(['donor-failed', 'donor-ready']);
    state.address = '10.0.0.3';
    await rack.clock.pass(LOOK_MS + 1);
    expect(state.said).toEqual(['donor-failed', 'donor-ready', 'donor-ready']);
    await donor.close();
  });

  it('is no donor to the machine that it is in', async () => {
    const { rack, donor, group } = donating(false);
    await rack.clock.pass(LOOK_MS);
    expect(await rack.find(rack.recipient('10.0.0.9'))).toHaveLength(1);
    await rack.clock.pass(5000);
    expect(await rack.find(rack.recipient('10.0.0.8', { isOwnDonor: (id) => group.isOwnDonor(id) }))).toEqual([]);
    await donor.close();
  });
});
