// Claim: each kind of link, by serial lines. The board's only source is a station on an emulated line, at the line's own speed:
// ICMB is shared by several machines, Bluetooth is a line to one other.
import { afterEach, expect, it } from 'vitest';
import type { Clock } from '../../../host/recovery/links/clock.ts';
import { EmulatedBus } from '../../../host/recovery/links/emulated-bus.ts';
import { SerialLink } from '../../../host/recovery/links/serial-link.ts';
import { Station } from '../../../host/recovery/links/station.ts';
import type { DonorEvent } from '../../../host/recovery/peers/donor-event.ts';
import { Donor } from '../../../host/recovery/peers/donor.ts';
import { PeerSource } from '../../../host/recovery/peers/peer-source.ts';
import { seeded } from '../../random.ts';
import { key } from '../../trust/signed-image.ts';
import { signedImage } from '../images.ts';
import { Rig } from '../rig.ts';
import { clockOf, donorImage } from './board-on-a-network.ts';

/** Small: the line carries less than two KiB a second, and each byte of it is emulated. */
const good = signedImage('2.0.0', 2, { size: 20_000 });
const rigs: Rig[] = [];
afterEach(async () => { for (const rig of rigs.splice(0)) await rig.close(); });

class Line {
  readonly random = seeded(5);
  readonly bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => this.random() * 256);
  readonly #kind: 'icmb' | 'bluetooth';
  readonly #clock: Clock;
  readonly #bus: EmulatedBus;

  constructor(kind: 'icmb' | 'bluetooth', clock: Clock) {
    this.#kind = kind;
    this.#clock = clock;
    this.#bus = new EmulatedBus({ clock, baud: 19_200, random: this.random, faults: {}, isDuplex: kind === 'bluetooth', latencyMs: 0 });
  }

  link(address: number): SerialLink {
    const station = new Station({
      line: this.#bus.end(`end ${address}`), clock: this.#clock, address, isShared: this.#kind === 'icmb', random: this.random, note: () => undefined,
    });
    return new SerialLink({ station, release: async () => undefined }, { kind: this.#kind });
  }

  async donor(address: number): Promise<DonorEvent[]> {
    const events: DonorEvent[] = [];
    const image = donorImage(good);
    await Donor.start({ links: [this.link(address)], images: () => [image], class: 'Peer', clock: this.#clock, random: this.random, randomBytes: this.bytes, note: (event) => events.push(event) });
    return events;
  }
}

/** A spoiled board with one end of the line. */
async function boardOn(kind: 'icmb' | 'bluetooth'): Promise<{ readonly rig: Rig; readonly line: Line }> {
  let line: Line | undefined;
  const rig: Rig = new Rig({
    config: '[recovery]\nboots = 0\nattempts = 1\nfind-time = 2m\nlowest-rate = 0\n[component bios]\n',
    sources: (of) => [new PeerSource({ name: 'bus', links: [(line ??= new Line(kind, clockOf(of))).link(0x20)], keys: () => [key.publicKey], clock: clockOf(of), randomBytes: line.bytes })],
  });
  rigs.push(rig);
  await rig.install(good);
  rig.spoil(7000);
  line ??= new Line(kind, clockOf(rig));
  return { rig, line };
}
const KINDS = [['ICMB, a bus of several machines', 'icmb'], ['Bluetooth, a serial stream to one other machine', 'bluetooth']] as const;

it.each(KINDS)('each kind of link: %s', { timeout: 60_000 }, async (_name, kind) => {
  const { rig, line } = await boardOn(kind);
  const events = await line.donor(0x10);
  rig.startAgent();
  await rig.until(() => rig.words().includes('recovery-healthy'), 'healthy');
  expect(rig.flash(good.bytes.length).equals(good.bytes)).toBe(true);
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['offer-sent', 'upload-started']));
  expect(rig.texts('recovery-choice').at(-1)).toMatch(new RegExp(`from bus, donor \\S+.*\\(${kind}, .*: the only candidate that fits$`));
});

it.each(KINDS)('each kind of link, with nobody on it, brings nothing back: %s', { timeout: 60_000 }, async (_name, kind) => {
  const { rig } = await boardOn(kind);
  rig.startAgent();
  await rig.until(() => rig.phase() === 'locked', 'locked');
  expect(rig.texts('recovery-choice')).toEqual(['bios: nothing is chosen: no source has an image for it']);
});
