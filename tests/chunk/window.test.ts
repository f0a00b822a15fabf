import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { chunkCore, seed, u32 } from './chunk-core.ts';

const core = chunkCore();

/** All that the window shows of itself. */
function seen(now: number): object {
  const more = core.windowNext() !== 0;
  return {
    base: u32(core.windowBase), repeats: u32(core.windowRepeats), wait: core.windowWaitMs(now) >>> 0, whole: core.windowIsWhole(),
    next: more ? [u32(core.windowOffset), u32(core.windowChunk)] : undefined,
  };
}

/** Sends whatever the window names now. Answers the offsets. */
function sendAll(now: number): number[] {
  const offsets: number[] = [];
  while (core.windowNext() !== 0) {
    offsets.push(u32(core.windowOffset));
    core.windowSent(u32(core.windowOffset), now);
  }
  return offsets;
}

/** The acknowledgement of a receiver that has these chunks. */
function acknowledgement(there: ReadonlySet<number>, size: number, chunk: number): [number, number] {
  let missing = 0;
  while (there.has(missing)) missing++;
  let mask = 0;
  for (let bit = 0; bit < 32; bit++) if (there.has(missing + 1 + bit)) mask |= 1 << bit;
  return [Math.min(missing * chunk, size), mask];
}

describe('the sending window', () => {
  it('carries every chunk over through losses, late and doubled acknowledgements, and sends nothing needless', () => {
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    for (let round = 0; round < 60; round++) {
      const [chunk, window] = [1 + below(1000), 1 + below(32)];
      const size = 1 + below(chunk * 80);
      const loss = random() * 0.6;
      const where = `SEED=${seed}, round ${round}: ${size} bytes in chunks of ${chunk}, window ${window}, loss ${loss}`;
      core.timerReset();
      expect(core.status(core.windowBegin(size, chunk, window, 0))).toBe('Ok');
      const there = new Set<number>();
      const told = new Set<number>();
      const sent = new Map<number, number>();
      const acks: [number, number][] = [];
      // Just before the clock wraps.
      let now = 0xffffff00;
      for (let step = 0; core.windowIsWhole() === 0; step++) {
        if (step > 20_000) expect.fail(`${where}: no end`);
        const base = u32(core.windowBase);
        if (core.windowNext() !== 0) {
          const offset = u32(core.windowOffset);
          const isRight = offset % chunk === 0 && offset >= base && offset < Math.min(size, base + window * chunk)
            && u32(core.windowChunk) === Math.min(chunk, size - offset) && !told.has(offset / chunk);
          if (!isRight) expect.fail(`${where}: it wants ${u32(core.windowChunk)} bytes at ${offset} sent, with the base at ${base}`);
          core.windowSent(offset, now);
          sent.set(offset, (sent.get(offset) ?? 0) + 1);
          if (random() >= loss) there.add(offset / chunk);
          acks.push(acknowledgement(there, size, chunk));
        } else {
          const wait = core.windowWaitMs(now) >>> 0;
          if (wait > 4000) expect.fail(`${where}: it waits ${wait} ms`);
          now = (now + Math.max(1, Math.min(wait, 1 + below(60)))) >>> 0;
        }
        const ack = acks[below(acks.length)];
        if (ack !== undefined && random() < 0.5) {
          if (random() < 0.7) acks.splice(acks.indexOf(ack), 1);
          if (random() < loss) continue;
          if (core.windowAcknowledge(...ack) !== 0) expect.fail(`${where}: a right acknowledgement was refused`);
          for (let index = 0; index * chunk < ack[0]; index++) told.add(index);
          for (let bit = 0; bit < 32; bit++) if ((ack[1] & (1 << bit)) !== 0) told.add(ack[0] / chunk + 1 + bit);
          if (u32(core.windowBase) !== Math.max(base, ack[0])) expect.fail(`${where}: the base is ${u32(core.windowBase)}`);
        }
        if (core.windowExpire(now) > 0) core.timerBackOff();
      }
      const total = [...sent.values()].reduce((sum, times) => sum + times, 0);
      expect([sent.size, u32(core.windowRepeats)], where).toEqual([Math.ceil(size / chunk), total - sent.size]);
    }
  });

  it('an acknowledgement of what was never sent is a bad field and changes nothing', () => {
    core.timerReset();
    core.windowBegin(1000, 100, 4, 100);
    expect(sendAll(7)).toEqual([100, 200, 300, 400]);
    const before = seen(9);
    for (const next of [101, 150, 600, 900, 1000, 1001, 1100, 0x80000000, 0xffffff38, 0xffffffff]) {
      for (const mask of [0, 1, 0xffffffff]) {
        expect(core.status(core.windowAcknowledge(next, mask)), `next ${next}`).toBe('BadField');
        expect(seen(9), `next ${next}, mask ${mask}`).toEqual(before);
      }
    }
  });

  it('an acknowledgement of more than the widest window holds is a bad field, too', () => {
    core.timerReset();
    core.windowBegin(1000, 10, 32, 0);
    expect(sendAll(0).length).toBe(32);
    for (let next = 330; next <= 1000; next += 10) expect(core.status(core.windowAcknowledge(next, 0xffffffff)), `next ${next}`).toBe('BadField');
    expect(core.status(core.windowAcknowledge(320, 0))).toBe('Ok');
    expect(u32(core.windowBase)).toBe(320);
  });

  it('an acknowledgement of less than is known, with any mask, changes nothing', () => {
    core.timerReset();
    core.windowBegin(1000, 100, 4, 0);
    sendAll(7);
    core.windowAcknowledge(200, 0);
    sendAll(8);
    const before = seen(9);
    for (const next of [0, 100]) expect(core.status(core.windowAcknowledge(next, 0xffffffff))).toBe('Ok');
    expect(seen(9)).toEqual(before);
    expect(u32(core.windowHasNews)).toBe(0);
  });

  it('a mask counts only for chunks that were sent', () => {
    core.timerReset();
    core.windowBegin(1000, 100, 8, 0);
    for (const offset of [0, 100, 200]) {
      core.windowNext();
      core.windowSent(offset, 0);
    }
    expect(core.status(core.windowAcknowledge(0, 0xffffffff))).toBe('Ok');
    expect(sendAll(1)).toEqual([300, 400, 500, 600, 700]);
  });

  it('a chunk is repeated at once when three later sends have arrived, and not for two', () => {
    core.timerReset();
    core.windowBegin(1000, 100, 8, 0);
    sendAll(0);
    core.windowAcknowledge(0, 0b011);
    expect(core.windowNext()).toBe(0);
    core.windowAcknowledge(0, 0b111);
    expect(sendAll(1)).toEqual([0]);
    // The repeat is the newest send now: only what was sent after it can prove it lost.
    core.windowAcknowledge(0, 0b1111111);
    expect(core.windowNext()).toBe(0);
    expect(u32(core.windowRepeats)).toBe(1);
  });

  it('a chunk whose acknowledgement came while it was being read again is not sent for nothing', () => {
    core.timerReset();
    core.windowBegin(1000, 100, 4, 0);
    sendAll(0);
    expect(core.windowExpire(500)).toBe(4);
    core.windowNext();
    expect(u32(core.windowOffset)).toBe(0);
    core.windowAcknowledge(300, 0);
    const before = seen(501);
    core.windowSent(0, 501);
    expect(seen(501)).toEqual(before);
    core.windowBegin(1000, 100, 4, 0);
    sendAll(0);
    core.windowAcknowledge(0, 0b001);
    core.windowSent(100, 1);
    core.windowExpire(5000);
    expect(sendAll(5000)).toEqual([0, 200, 300]);
  });

  it('time may wrap while chunks are under way', () => {
    core.timerReset();
    core.windowBegin(300, 100, 2, 0);
    expect(sendAll(0xfffffff0)).toEqual([0, 100]);
    expect(core.windowWaitMs(0x10) >>> 0).toBe(500 - 0x20);
    expect(core.windowExpire(0x10)).toBe(0);
    expect(core.windowExpire(500 - 0x10 - 1)).toBe(0);
    expect(core.windowExpire(500 - 0x10)).toBe(2);
    expect(core.windowWaitMs(500 - 0x10) >>> 0).toBe(500);
  });

  it.each([
    [0, 1, 1, 0], [10, 0, 1, 0], [10, 65_537, 1, 0], [10, 1, 0, 0], [10, 1, 33, 0], [10, 3, 1, 4], [10, 3, 1, 12],
  ])('a file of %i bytes, chunks of %i, window %i, from %i is refused', (size, chunk, window, resume) => {
    expect(core.status(core.windowBegin(size, chunk, window, resume))).toBe('BadArgument');
  });

  it('a file that is whole at the start has nothing to send', () => {
    expect(core.status(core.windowBegin(10, 3, 4, 10))).toBe('Ok');
    expect([core.windowIsWhole(), core.windowNext()]).toEqual([1, 0]);
    expect(core.status(core.windowAcknowledge(10, 0xffffffff))).toBe('Ok');
  });
});
