// A management controller without disk, registers or clock: the receiving half of the core, staging and flash in memory.
// It can lose its power at any moment; staging, flash and records stay.
import { HashInPlace } from '../../host/bmc/hash-engine.ts';
import { FLASH_PARTS } from '../../host/bmc/flash-part.ts';
import { NorFlash } from '../../host/bmc/nor-flash.ts';
import type { FaultyLink } from '../../host/bus/faulty-link.ts';
import type { PlannedPart } from '../../host/core/flash-plan.ts';
import { loadCore } from '../../host/core/instance.ts';
import type { ImageOffer, ImageVerdict, ReceiverComponent, ReceiverExports, ReceiverHost } from '../../host/core/receiver-exports.ts';
import { Receiver } from '../../host/core/receiver.ts';
import type { SlotRecord } from '../../host/core/slot-record.ts';
import { playedSignature } from './sending-host.ts';

export interface MemoryDeviceOptions {
  readonly components: readonly ReceiverComponent[];
  readonly chunkSize: number;
  readonly window: number;
  readonly leaseMs: number;
  readonly random: () => number;
}

interface Staging {
  readonly bytes: Uint8Array;
  /** Offset and size of every write, in the order of the writes. */
  readonly writes: { readonly offset: number; readonly size: number }[];
}

const PART = FLASH_PARTS.W25Q128JV;

/** What there is of the image from its start without a gap. */
function prefixOf({ bytes, writes }: Staging): number {
  const ends = new Map(writes.map(({ offset, size }) => [offset, offset + size]));
  let end = 0;
  for (let next = ends.get(0); next !== undefined; next = ends.get(end)) end = next;
  return Math.min(end, bytes.length);
}

export class MemoryDevice implements ReceiverHost {
  readonly #hash = new HashInPlace();
  readonly stagings = new Map<string, Staging>();
  readonly records = new Map<string, SlotRecord>();
  readonly notes: string[] = [];
  /** How many signatures have been judged. */
  signatures = 0;
  receiver!: Receiver;
  /** The instance of the core that the receiver is in. */
  core!: ReceiverExports;
  readonly #options: MemoryDeviceOptions;
  readonly #flash = new Map<string, NorFlash>();
  #open: Staging | undefined;
  #patch: Staging | undefined;
  #link: FaultyLink | undefined;
  #busyUntilMs = 0;
  #nowMs = 0;

  constructor(options: MemoryDeviceOptions) {
    this.#options = options;
    for (const { name, slotCount, slotSize } of options.components) {
      this.#flash.set(name, new NorFlash({ part: PART, size: slotCount * slotSize }));
    }
    this.start(0);
  }

  /** Starts, or starts anew: what was only in memory is gone. Deaf until `readyMs`. */
  start(readyMs: number): void {
    const { components, chunkSize, window, leaseMs, random } = this.#options;
    this.#open = undefined;
    this.#patch = undefined;
    this.#busyUntilMs = readyMs;
    this.core = loadCore<ReceiverExports>();
    this.receiver = new Receiver(this.core, this);
    const bootId = 1 + Math.floor(random() * 0xfffffffe);
    this.receiver.start({ components, records: [...this.records.values()], platform: 'test-board', chunkSize, window, leaseMs, bootId });
  }

  /** Puts an image into a slot as a factory would; takes effect at the next start. */
  provision(component: string, image: Uint8Array, version: string, digest: Uint8Array): void {
    const slotCount = this.#options.components.find(({ name }) => name === component)?.slotCount ?? 0;
    this.#part(component).program(0, image);
    const empty = { state: 'empty', size: 0, security: 0, version: '', digest: new Uint8Array(32) } as const;
    const slots = [{ state: 'valid', size: image.length, security: 0, version, digest } as const, ...Array<typeof empty>(slotCount - 1).fill(empty)];
    this.records.set(component, { component, active: 0, hostReset: false, slots });
  }

  /** Until when the last action keeps it from doing another one. */
  get busyUntilMs(): number {
    return this.#busyUntilMs;
  }

  /** What the slot holds. */
  slotBytes(component: string, slot: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    this.#part(component).read(slot * this.#slotSize(component), bytes);
    return bytes;
  }

  /** Does what there is to do now. Answers when there is something to do again, unless a message comes. */
  step(nowMs: number, link: FaultyLink): number {
    this.#nowMs = nowMs;
    this.#link = link;
    for (let actions = 0; nowMs >= this.#busyUntilMs; actions++) {
      if (actions > 100_000) throw new Error('the device does not come to rest');
      const message = this.receiver.ready() ? link.receive('to-device', nowMs) : undefined;
      if (message !== undefined) this.receiver.deliver(0, message, nowMs);
      if (!this.receiver.step(nowMs) && message === undefined) return nowMs + this.receiver.waitMs;
    }
    return this.#busyUntilMs;
  }

  respond(_link: number, message: Uint8Array): void {
    this.#link?.send('to-host', message, this.#nowMs);
  }

  openStaging(digest: string, size: number): number {
    const staging = this.stagings.get(digest) ?? { bytes: new Uint8Array(size), writes: [] };
    this.stagings.set(digest, staging);
    this.#open = staging;
    return prefixOf(staging);
  }

  writeStaging(offset: number, data: Uint8Array): void {
    if (this.#open === undefined) throw new Error('no staging is open');
    this.#open.bytes.set(data, offset);
    this.#open.writes.push({ offset, size: data.length });
    this.#spend(this.#options.random() * 2);
  }

  readStaging(offset: number, into: Uint8Array): void {
    if (this.#open === undefined) throw new Error('no staging is open');
    into.set(this.#open.bytes.subarray(offset, offset + into.length));
    this.#spend(1);
  }

  openPatched(digest: string, size: number): number {
    this.#patch = this.#open;
    return this.openStaging(digest, size);
  }

  readPatch(offset: number, into: Uint8Array): void {
    if (this.#patch === undefined) throw new Error('no patch is open');
    into.set(this.#patch.bytes.subarray(offset, offset + into.length));
  }

  closeStaging(): void {
    this.#open = undefined;
    this.#patch = undefined;
  }

  discardStaging(digest: string): void {
    if (this.stagings.get(digest) === this.#open) this.#open = undefined;
    if (this.stagings.get(digest) === this.#patch) this.#patch = undefined;
    this.stagings.delete(digest);
  }

  selectFlash(): PlannedPart {
    return PART;
  }

  readFlash(component: string, slot: number, offset: number, into: Uint8Array): void {
    this.#part(component).read(slot * this.#slotSize(component) + offset, into);
    this.#spend(1);
  }

  eraseFlash(component: string, slot: number, offset: number, size: number): void {
    this.#part(component).erase(slot * this.#slotSize(component) + offset, size);
    this.#spend((PART.erasers.find((eraser) => eraser.size === size)?.typicalMicroseconds ?? 0) / 1000);
  }

  programFlash(component: string, slot: number, offset: number, data: Uint8Array): void {
    this.#part(component).program(slot * this.#slotSize(component) + offset, data);
    this.#spend((data.length / PART.pageSize) * (PART.programTypicalMicroseconds / 1000));
  }

  writeRecord(record: SlotRecord): void {
    this.records.set(record.component, record);
  }

  note(note: string): void {
    this.notes.push(note);
  }

  /** In this lab everything is taken, but a signature arrives as it was sent. */
  judge({ signature, sha256 }: ImageOffer): ImageVerdict {
    if (signature !== undefined && Buffer.compare(signature, playedSignature(Buffer.from(sha256, 'hex'))) !== 0) throw new Error('a signature arrived changed');
    if (signature !== undefined) this.signatures++;
    return { completion: 'ok', security: 0 };
  }

  authenticate(): ImageVerdict {
    return { completion: 'ok', security: 0 };
  }

  hash(offset: number, bytes: Uint8Array): void {
    this.#hash.take(offset, bytes);
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }

  checkHealth(): boolean {
    return true;
  }

  failed(action: string, cause: unknown): void {
    throw new Error(`${action} failed where nothing can fail`, { cause });
  }

  #part(component: string): NorFlash {
    const flash = this.#flash.get(component);
    if (flash === undefined) throw new Error(`no flash is named "${component}"`);
    return flash;
  }

  #slotSize(component: string): number {
    return this.#options.components.find(({ name }) => name === component)?.slotSize ?? 0;
  }

  #spend(ms: number): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#nowMs) + ms;
  }
}
