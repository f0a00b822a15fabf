// Whether chunks are compressed depends on what is faster: the same sending end, over links and encoders of many speeds.
import { describe, expect, it } from 'vitest';
import { seeded } from '../random.ts';
import { runPaced, type PacedLink, type PacedRun } from './paced-link.ts';

const random = seeded(4);
/** Half of it noise, half blank: a block of it is half as large. */
const chunk = new Uint8Array(8192).map((_, index) => (index % 64 < 32 ? 0xff : random() * 256));
const ENCODER = 100_000;
const base: PacedLink = { chunk, chunks: 3000, window: 16, linkBytesPerMs: () => 1000, encoderBytesPerMs: ENCODER, latencyMs: 0.1, version: 2 };
const share = ({ packed }: PacedRun): number => packed.filter(Boolean).length / packed.length;
const plainMs = (link: PacedLink): number => runPaced({ ...link, version: 1 }).elapsedMs;

describe('chunks are compressed', () => {
  it.each([10, 100, 500])('all of them, on a link of %i bytes a millisecond: never tried without', (rate) => {
    const link = { ...base, chunk: chunk.subarray(0, 512), window: 4, chunks: 400, linkBytesPerMs: () => rate };
    const run = runPaced(link);
    expect(share(run)).toBe(1);
    expect(run.elapsedMs).toBeLessThan(plainMs(link) * 0.75);
    expect(run.wireBytes).toBeLessThan(400 * 512 * 0.75);
  });

  it.each([2000, 10_000, 40_000])('most of them, on a link of %i bytes a millisecond, slower than the encoder', (rate) => {
    const link = { ...base, linkBytesPerMs: () => rate };
    const run = runPaced(link);
    expect(share(run)).toBeGreaterThan(0.75);
    expect(run.elapsedMs).toBeLessThan(plainMs(link) * 0.85);
  });

  it.each([300_000, 1_000_000])('hardly any, on a link of %i bytes a millisecond, faster than the encoder, as a shared window is', (rate) => {
    const link = { ...base, chunks: 16_000, linkBytesPerMs: () => rate };
    const run = runPaced(link);
    expect(share(run)).toBeLessThan(0.25);
    // What finding that out costs is a stretch of the file now and then, which the encoder slows down.
    const stretches = share(run) * 16_000 * (chunk.length / ENCODER);
    expect(run.elapsedMs).toBeLessThan(plainMs(link) + stretches * 1.1 + 1);
  });

  it('where the device is the slowest, for others use the link as well', () => {
    const link = { ...base, window: 4, linkBytesPerMs: () => 1e9, latencyMs: 6 };
    expect(share(runPaced(link))).toBeGreaterThan(0.75);
  });

  it('again, when the link has become slow, and no longer when it has become fast', () => {
    const slower = runPaced({ ...base, chunks: 8000, linkBytesPerMs: (sent) => (sent < 0.5 ? 400_000 : 10_000) });
    expect(share({ ...slower, packed: slower.packed.slice(1000, 4000) })).toBeLessThan(0.5);
    expect(share({ ...slower, packed: slower.packed.slice(6000) })).toBeGreaterThan(0.7);
    const faster = runPaced({ ...base, chunks: 16_000, linkBytesPerMs: (sent) => (sent < 0.1 ? 10_000 : 400_000) });
    expect(share({ ...faster, packed: faster.packed.slice(0, 1500) })).toBeGreaterThan(0.6);
    expect(share({ ...faster, packed: faster.packed.slice(9000) })).toBeLessThan(0.4);
  });

  it('never, when the receiving end speaks version 1', () => {
    const run = runPaced({ ...base, chunks: 100, version: 1 });
    expect(share(run)).toBe(0);
    expect(run.wireBytes).toBe(100 * (chunk.length + 32));
  });
});
