// One upgrade in a world of its own: a host, a faulty link, a device, and a clock that jumps to the next event. The same
// seed gives the same world, event for event: `trace` is the digest of them all.
import { createHash } from 'node:crypto';
import { FaultyLink, type FaultyLinkOptions, type LinkQuality } from '../../host/bus/faulty-link.ts';
import { makePatch, sha256 } from '../../host/patch/make-patch.ts';
import { seeded } from '../random.ts';
import { MemoryDevice } from './memory-device.ts';
import { SendingHost, type HostOutcome, type SimulatedImage } from './sending-host.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly chunkSize: number;
  readonly window: number;
  /** Sizes of the images: the first for the two-slot component `bmc`, the second for `bios`, which is written in place. */
  readonly imageSizes: readonly number[];
  readonly quality: LinkQuality;
  readonly choose?: FaultyLinkOptions['choose'];
  /** The device loses its power when so many messages have been sent, each time for so long. */
  readonly restarts?: readonly { readonly atMessage: number; readonly forMs: number }[];
  /** Where the clock starts. */
  readonly startMs?: number;
  /** The images are old ones rebuilt, and go as patches: `damaged`, whose bytes are not what they should be. */
  readonly patches?: 'whole' | 'damaged';
}

export interface WorldReport {
  readonly outcome: HostOutcome;
  readonly device: MemoryDevice;
  readonly images: readonly SimulatedImage[];
  readonly oldImages: readonly SimulatedImage[];
  /** Messages sent in both directions. */
  readonly messages: number;
  /** How often the device lost its power. */
  readonly restarts: number;
  readonly elapsedMs: number;
  readonly trace: string;
  /** Patches that the device has given up. */
  readonly givenUp: number;
}

const COMPONENTS = ['bmc', 'bios'] as const;
const BLOCK = 65_536;
const STEP_LIMIT = 400_000;
const TIME_LIMIT_MS = 3_600_000;

/** Bytes like a firmware's: code-like noise with a gap of erased flash in it. */
function makeImage(component: string, version: string, size: number, random: () => number): SimulatedImage {
  const bytes = new Uint8Array(size);
  const words = new Uint32Array(Math.min(size, 4096) / 4 + 1).map(() => random() * 4294967296);
  for (let at = 0; at < size; at++) bytes[at] = at % 8192 < 5000 ? words[(at >> 2) % words.length]! >>> ((at & 3) * 8) : 0xff;
  // Even images of one byte differ from version to version.
  bytes[0] = version.charCodeAt(0);
  const digest = new Uint8Array(createHash('sha256').update(bytes).digest());
  return { component, version, allow: 'Upgrade', bytes, digest };
}

/** The old image after a rebuild, and the patch to it. */
function rebuild(old: SimulatedImage, damaged: boolean): SimulatedImage {
  const bytes = old.bytes.map((byte, at) => (at % 83 === 0 ? byte + 4 : byte));
  const digest = sha256(bytes);
  const patch = makePatch(old.bytes, bytes);
  if (damaged) patch[patch.length - 5]! ^= 0x55;
  return { ...old, version: '2.0', bytes, digest, patch: { bytes: patch, digest: sha256(patch), base: old.digest } };
}

/** The image before: half of them have most of their bytes where the new one has them. */
function makeOlder({ component, bytes }: SimulatedImage, random: () => number): SimulatedImage {
  const size = bytes.length;
  if (random() < 0.5) return makeImage(component, '1.0', size, random);
  const older = bytes.slice();
  for (let change = 0; change < 3; change++) {
    const at = Math.floor(random() * size);
    older.fill(Math.floor(random() * 256), at, at + Math.floor((random() * size) / 8));
  }
  older[0] = '1'.charCodeAt(0);
  return { component, version: '1.0', allow: 'Upgrade', bytes: older, digest: sha256(older) };
}

/** Runs the world to its end. Throws when it comes to none. */
export function runWorld(options: WorldOptions): WorldReport {
  const { seed, chunkSize, window, imageSizes, quality, choose, restarts = [], startMs = 0, patches } = options;
  const random = seeded(seed);
  const others = imageSizes.map((size, index) => makeImage(COMPONENTS[index]!, '2.0', size, random));
  const oldImages = patches === undefined
    ? others.map((image) => makeOlder(image, random)) : imageSizes.map((size, index) => makeImage(COMPONENTS[index]!, '1.0', size, random));
  const images = patches === undefined ? others : oldImages.map((old) => rebuild(old, patches === 'damaged'));
  const components = imageSizes.map((size, index) => ({
    name: COMPONENTS[index]!, slotCount: 2 - index, slotSize: Math.ceil(size / BLOCK) * BLOCK,
  }));
  const device = new MemoryDevice({ components, chunkSize, window, leaseMs: 10_000, random });
  for (const { component, bytes, version, digest } of oldImages) device.provision(component, bytes, version, digest);
  device.start(startMs);
  const trace = createHash('sha256');
  const link = new FaultyLink({
    toDevice: quality, toHost: quality, random, ...(choose && { choose }),
    observe: ({ nowMs, direction, message, fault }) => trace.update(`${nowMs} ${direction} ${fault ?? ''} `).update(message),
  });
  const session = 1 + Math.floor(random() * 0xfffffffe);
  const host = new SendingHost({ images, activate: 'Now', session, firstId: Math.floor(random() * 4294967296) }, link);
  const pending = [...restarts].sort((a, b) => a.atMessage - b.atMessage);

  let nowMs = startMs;
  for (let step = 0; host.outcome === undefined; step++) {
    if (step > STEP_LIMIT || nowMs - startMs > TIME_LIMIT_MS) throw new Error(`no end after ${step} steps and ${nowMs - startMs} ms`);
    const hostMs = host.step(nowMs);
    const deviceMs = device.step(nowMs, link);
    const restart = pending[0];
    if (restart !== undefined && link.count >= restart.atMessage) {
      pending.shift();
      link.clear();
      device.start(nowMs + restart.forMs);
      trace.update(`restart ${nowMs}`);
    }
    nowMs = Math.max(nowMs, Math.min(hostMs, deviceMs, link.nextArrivalMs(nowMs) ?? Infinity));
  }
  for (let rest = 0; rest < 1000; rest++) if (!device.receiver.step(nowMs)) break;
  return {
    outcome: host.outcome, device, images, oldImages, messages: link.count, restarts: restarts.length - pending.length,
    elapsedMs: nowMs - startMs, givenUp: host.givenUp, trace: trace.digest('hex'),
  };
}
