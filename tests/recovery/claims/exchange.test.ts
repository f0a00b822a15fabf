// Claims: request over an out-of-band network, a donor that has a compatible image, acknowledge and offer, the policy
// selects, acceptance, upload. On a whole controller, real donors, and what they said to each other.
import { afterEach, describe, expect, it } from 'vitest';
import { compatibleId } from '../../../host/recovery/peers/group-key.ts';
import { testKey } from '../../trust/signed-image.ts';
import { PLATFORM, signedImage, SIZE } from '../images.ts';
import { BOARD, BoardOnANetwork, type Said } from './board-on-a-network.ts';

const boards: BoardOnANetwork[] = [];
afterEach(async () => { for (const { rig } of boards.splice(0)) await rig.close(); });

const [old, good, newer] = [signedImage('1.0.0', 1), signedImage('2.0.0', 2), signedImage('3.0.0', 3)];
const CONFIG = '[recovery]\nboots = 0\nattempts = 100\nback-off = 1s\nback-off-limit = 2s\nprefer = newest\nseed = the same everywhere\ncheck-every = 60s\n[component bios]\n';

/** Its BIOS is spoiled, and its host switched off: nothing of what follows can be the host's work. */
async function brokenBoard(): Promise<BoardOnANetwork> {
  const board = new BoardOnANetwork({ config: CONFIG });
  boards.push(board);
  await board.rig.install(good);
  board.rig.management.power('ForceOff', 'admin');
  board.rig.machine.run();
  board.rig.spoil();
  return board;
}
const healthy = ({ rig }: BoardOnANetwork) => () => rig.words().includes('recovery-healthy');
const asked = (board: BoardOnANetwork) => () => board.of('request').length > 0;
const offerers = (board: BoardOnANetwork): string[] => [...new Set(board.of('offer').map(({ from }) => from))].sort();

describe('request over out-of-band network', () => {
  it('request over out-of-band network: the controller itself asks, while the host is off and the bus to it is down', async () => {
    const board = await brokenBoard();
    board.rig.startAgent();
    await board.rig.until(asked(board), 'a request');
    const [{ from, fields, power }] = board.of('request') as [Said<'request'>];
    expect([from, power, board.rig.management.snapshot().power]).toEqual([BOARD, 'off', 'off']);
    expect(fields).toMatchObject({ reason: 'Corrupt', floor: 3, slotSize: board.rig.bios.slotSize });
    expect(Buffer.from(fields.compatible)).toEqual(Buffer.from(compatibleId(undefined, PLATFORM, 'bios')));
    // What ran is what is wanted most.
    expect(Buffer.from(fields.wanted).toString('hex')).toBe(good.sha256.slice(0, 32));
    expect(board.rig.management.snapshot().holder).toBeUndefined();
  });

  it('request over out-of-band network: a board that is well asks nobody', async () => {
    const board = new BoardOnANetwork({ config: CONFIG });
    boards.push(board);
    await board.rig.install(good);
    await board.donor('10.0.0.2', [newer]);
    board.rig.startAgent();
    await board.rig.until(() => board.rig.machine.clock.now > 150_000, 'two looks');
    expect(board.said).toEqual([]);
  });
});

describe('donor has compatible image', () => {
  it('donor has compatible image: of those who hear the request, only the one answers that has one', async () => {
    const board = await brokenBoard();
    await board.donor('10.0.0.2', [signedImage('2.0.0', 2, { platform: 'other-board' })]);
    await board.donor('10.0.0.3', [signedImage('2.0.0', 2, { component: 'bmc' })]);
    await board.donor('10.0.0.4', [signedImage('2.0.0', 2, { security: 2 })]);
    await board.donor('10.0.0.5', [signedImage('2.0.0', 2, { size: 400_000 })]);
    await board.donor('10.0.0.6', []);
    await board.donor('10.0.0.7', [good]);
    board.rig.startAgent();
    await board.rig.until(healthy(board), 'healthy');
    const hearers = new Set(board.said.filter(({ name }) => name === 'request').map(({ to }) => to));
    for (let host = 2; host <= 7; host++) expect(hearers).toContain(`10.0.0.${host}`);
    expect(offerers(board)).toEqual(['10.0.0.7']);
    expect(board.rig.flashDigest()).toBe(good.sha256);
  });
});

describe('acknowledge and offer', () => {
  it('acknowledge and offer: the donor acknowledges this very request, and says what it has, no longer than it was asked', async () => {
    const board = await brokenBoard();
    await board.donor('10.0.0.2', [good]);
    board.rig.startAgent();
    await board.rig.until(() => board.of('offer').length > 0, 'an offer');
    const [request] = board.of('request') as [Said<'request'>];
    const [offer] = board.of('offer') as [Said<'offer'>];
    expect(Buffer.from(offer.fields.nonce)).toEqual(Buffer.from(request.fields.nonce));
    expect(Buffer.from(offer.fields.digest).toString('hex')).toBe(good.sha256);
    expect(offer.fields).toMatchObject({ security: 3, size: SIZE, class: 'Peer' });
    expect(offer.size).toBeLessThanOrEqual(request.size);
    // Its bytes are not sent before they are asked for.
    expect(board.said.slice(0, board.said.findIndex(({ name }) => name === 'offer')).map(({ name }) => name)).not.toContain('data');
  });

  it('acknowledge and offer: an acknowledgement of another request is nothing to this one', async () => {
    const board = await brokenBoard();
    await board.donor('10.0.0.2', [good]);
    const note = board.network.messageFault;
    board.network.messageFault = (from, to, bytes) => {
      const said = note(from, to, bytes)!;
      const copy = said.slice();
      // A bit of the body: the checksum of the message tells, and it was never said.
      if (from === '10.0.0.2') copy[20] = copy[20]! ^ 1;
      return copy;
    };
    board.rig.startAgent();
    await board.rig.until(() => board.of('offer').length > 1, 'offers, all of them damaged');
    expect(board.said.filter(({ name }) => name === 'accept')).toEqual([]);
    expect(board.rig.phase()).not.toBe('healthy');
  });
});

describe('policy selects', () => {
  it('policy selects: one of three offers, by a rule that is said, and refuses what nobody trusted has signed', async () => {
    const board = await brokenBoard();
    await board.donor('10.0.0.2', [old]);
    await board.donor('10.0.0.3', [newer]);
    await board.donor('10.0.0.4', [signedImage('9.0.0', 9, { by: testKey(0x77).key })]);
    board.rig.startAgent();
    await board.rig.until(healthy(board), 'healthy');
    expect(offerers(board)).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4']);
    expect(board.rig.texts('recovery-choice')).toEqual([expect.stringMatching(/^bios: chosen: bios 3\.0\.0 \(security 3\) from rack, donor 10\.0\.0\.3 port 40000 .*: its version 3\.0\.0 is newer$/)]);
    expect(board.rig.texts('recovery-candidate').join('\n')).not.toMatch(/9\.0\.0.*fits/);
    expect(board.rig.flashDigest()).toBe(newer.sha256);
  });

  it('policy selects: the same one again from the same offers', async () => {
    const chosen: (string | undefined)[] = [];
    for (let round = 0; round < 2; round++) {
      const board = await brokenBoard();
      for (const host of [2, 3, 4]) await board.donor(`10.0.0.${host}`, [good]);
      board.rig.startAgent();
      await board.rig.until(healthy(board), 'healthy');
      chosen.push(/donor (\S+)/.exec(board.rig.texts('recovery-choice').at(-1) ?? '')?.[1]);
    }
    expect(chosen[0]).toMatch(/^10\.0\.0\.[234]$/);
    expect(chosen[1]).toBe(chosen[0]);
  });
});

describe('acceptance', () => {
  it('acceptance: the chosen donor alone is told that its offer is taken, and no byte of the image comes before', async () => {
    const board = await brokenBoard();
    const events = { old: await board.donor('10.0.0.2', [old]), newer: await board.donor('10.0.0.3', [newer]) };
    board.rig.startAgent();
    await board.rig.until(healthy(board), 'healthy');
    const firstData = board.said.findIndex(({ name }) => name === 'data' || name === 'blocks' || name === 'digests');
    expect(firstData).toBeGreaterThan(0);
    const accepts = board.said.filter((one): one is Said<'accept'> => one.name === 'accept' && one.to === '10.0.0.3');
    expect(accepts.length).toBeGreaterThan(0);
    const [{ fields: offer }] = board.of('offer').filter(({ from }) => from === '10.0.0.3') as [Said<'offer'>];
    for (const { fields, from } of accepts) {
      expect(from).toBe(BOARD);
      expect([Buffer.from(fields.digest), Buffer.from(fields.donor)]).toEqual([Buffer.from(newer.sha256, 'hex'), Buffer.from(offer.donor)]);
    }
    expect(board.said.findIndex(({ name, to }) => name === 'accept' && to === '10.0.0.3')).toBeLessThan(firstData);
    expect(events.newer.map(({ event }) => event)).toContain('upload-started');
    expect(events.old.map(({ event }) => event)).not.toContain('upload-started');
    expect(board.said.filter(({ name, from }) => from === '10.0.0.2' && (name === 'data' || name === 'blocks'))).toEqual([]);
  });
});

describe('upload', () => {
  it('upload: the donor sends the image, the controller takes it whole and proves it before anything is written', async () => {
    const board = await brokenBoard();
    // Nothing of this one lies in the slot already: all of it has to come.
    const events = await board.donor('10.0.0.2', [newer]);
    board.rig.startAgent();
    await board.rig.until(() => healthy(board)() && events.some(({ event }) => event === 'upload-ended'), 'healthy, and the donor knows');
    expect(events.filter(({ event }) => event === 'upload-ended')).toMatchObject([{ to: BOARD, image: '3.0.0', result: 'Complete' }]);
    const sent = board.said.filter(({ name, from }) => from === '10.0.0.2' && (name === 'data' || name === 'blocks')).reduce((sum, { size }) => sum + size, 0);
    // It is noise, which no packing makes smaller.
    expect(sent).toBeGreaterThan(SIZE);
    const words = board.rig.words();
    expect(words.indexOf('recovery-staged')).toBeGreaterThan(words.indexOf('recovery-fetching'));
    expect(words.indexOf('recovery-writing')).toBeGreaterThan(words.indexOf('recovery-staged'));
    expect(board.rig.flashDigest()).toBe(newer.sha256);
  });
});
