import { describe, expect, it } from 'vitest';
import type { Link } from '../../../host/recovery/links/link.ts';
import { SharedLinks } from '../../../host/recovery/links/shared-links.ts';

/** Links whose opening and closing is counted, on a machine whose addresses change by hand. */
function machine() {
  const seen = { opened: 0, closed: 0, address: '10.0.0.1', isDown: false, notes: [] as string[] };
  const link = (): Link => ({
    name: seen.address, kind: 'lan', broadcast: () => undefined, hear: () => () => undefined, connect: () => Promise.reject(new Error('not here')), listen: () => Promise.resolve(1),
    close: () => { seen.closed += 1; return Promise.resolve(); },
  });
  const links = new SharedLinks({
    open: () => {
      if (seen.isDown) return Promise.reject(new Error('it is down'));
      seen.opened += 1;
      return Promise.resolve({ links: [link()], problems: ['no IPv6'] });
    },
    fingerprint: () => seen.address, note: (problem) => void seen.notes.push(problem),
  });
  return { seen, links };
}

describe('links that several share', () => {
  it('are opened for the first one and closed after the last one, however often it lets go', async () => {
    const { seen, links } = machine();
    const [one, other] = await Promise.all([links.take(), links.take()]);
    expect([seen.opened, one.links[0] === other.links[0], seen.notes]).toEqual([1, true, ['no IPv6']]);
    await one.release();
    await one.release();
    expect(seen.closed).toBe(0);
    await other.release();
    expect(seen.closed).toBe(1);
    await (await links.take()).release();
    expect([seen.opened, seen.closed]).toEqual([2, 2]);
  });

  it('are opened anew when the addresses are others, and the old ones live until the last one has let them go', async () => {
    const { seen, links } = machine();
    const old = await links.take();
    seen.address = '10.0.0.2';
    expect(old.isStale).toBe(true);
    const fresh = await links.take();
    expect([fresh.isStale, fresh.links[0]!.name, seen.closed]).toEqual([false, '10.0.0.2', 0]);
    await old.release();
    expect(seen.closed).toBe(1);
    const more = await links.take();
    expect(more.links[0]).toBe(fresh.links[0]);
    await more.release();
    await fresh.release();
    expect([seen.opened, seen.closed]).toEqual([2, 2]);
  });

  it('that can not be opened are tried again by the next one', async () => {
    const { seen, links } = machine();
    seen.isDown = true;
    await expect(links.take()).rejects.toThrow('it is down');
    seen.isDown = false;
    await (await links.take()).release();
    expect([seen.opened, seen.closed]).toEqual([1, 1]);
  });
});
