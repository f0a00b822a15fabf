// Performs the receiver's actions on the board: staging, flash, records; and says in events what happened.
import type { ComponentSnapshot, ImageOffer, ImageVerdict, ReceiverHost, TransferSnapshot } from '../core/receiver-exports.ts';
import type { SlotRecord } from '../core/slot-record.ts';
import { isBlockNote } from './block-note.ts';
import type { ControllerEvent } from './event-log.ts';
import type { FlashPart } from './flash-part.ts';
import { HashInPlace, type HashEngine } from './hash-engine.ts';
import { HealthCheck } from './health-check.ts';
import { ImageJudge, type JudgedImage } from './image-judge.ts';
import { asSigned, bytesInRegions } from './protected-bytes.ts';
import { noteEvent, recordEvents } from './note-events.ts';
import type { SignatureStore } from './signature-store.ts';
import type { SlotLog } from './slot-log.ts';
import type { Slots } from './slots.ts';
import type { Staging } from './staging.ts';
import type { Trust } from './trust/judge.ts';

export interface ReceiverActionsOptions {
  readonly staging: Staging;
  readonly slots: Slots;
  readonly slotLog: SlotLog;
  /** The newest record of each component at the start. */
  readonly records: readonly SlotRecord[];
  /** A second place for the security numbers that were reached. */
  readonly floors?: { of(component: string): number; raise(component: string, floor: number): void } | undefined;
  /** Where the signatures of stored images are kept. */
  readonly signatures?: Pick<SignatureStore, 'keep' | 'keepRegions' | 'readRegions' | 'prune'> | undefined;
  /** What takes the image's SHA-256; this thread when not given. */
  readonly hashEngine?: HashEngine | undefined;
  readonly platform: string;
  /** Whose signatures count. */
  trust(): Trust;
  /** The user of the upgrade with this session, when it is one of the network side. */
  userOf?(session: number): string | undefined;
  respond(link: number, message: Uint8Array): void;
  transfer(): TransferSnapshot;
  components(): readonly ComponentSnapshot[];
  say(event: ControllerEvent): void;
}

export class ReceiverActions implements ReceiverHost {
  readonly #options: ReceiverActionsOptions;
  readonly #records: Map<string, SlotRecord>;
  readonly #judge: ImageJudge;
  readonly #health: HealthCheck;
  readonly #hash: HashEngine;
  /** What was kept of the image that a patch is made for. */
  #base: { readonly sha256: string; readonly bytes: Uint8Array | undefined } | undefined;
  /** What the last action that failed threw, until it has been told. */
  #cause: unknown;

  constructor(options: ReceiverActionsOptions) {
    this.#options = options;
    this.#hash = options.hashEngine ?? new HashInPlace();
    this.#records = new Map(options.records.map((record) => [record.component, record]));
    this.#judge = new ImageJudge({
      platform: options.platform, trust: () => options.trust(), readStaging: (offset, into) => options.staging.read(offset, into),
    });
    this.#health = new HealthCheck({
      slotOf: (component, slot) => options.components().find(({ name }) => name === component)?.slots[slot],
      readFlash: (...args) => options.slots.read(...args),
      regionsOf: (component) => options.slots.regionsOf(component),
    });
  }

  respond(link: number, message: Uint8Array): void {
    this.#options.respond(link, message);
  }

  openStaging(digest: string, size: number): number {
    this.#cause = undefined;
    return this.#options.staging.open(digest, size);
  }

  writeStaging(offset: number, data: Uint8Array): void {
    this.#options.staging.write(offset, data);
  }

  readStaging(offset: number, into: Uint8Array): void {
    this.#options.staging.read(offset, into);
  }

  openPatched(digest: string, size: number): number {
    return this.#options.staging.openPatched(digest, size);
  }

  readPatch(offset: number, into: Uint8Array): void {
    this.#options.staging.readPatch(offset, into);
  }

  closeStaging(): void {
    this.#base = undefined;
    this.#options.staging.close();
  }

  discardStaging(digest: string): void {
    this.#options.staging.discard(digest);
  }

  selectFlash(component: string): FlashPart {
    return this.#options.slots.partOf(component);
  }

  readFlash(component: string, slot: number, offset: number, into: Uint8Array): void {
    this.#options.slots.read(component, slot, offset, into);
  }

  readBase(component: string, slot: number, offset: number, into: Uint8Array): void {
    this.#options.slots.read(component, slot, offset, into);
    const stored = this.#records.get(component)?.slots[slot];
    if (stored === undefined) return;
    asSigned(into, offset, {
      sha256: Buffer.from(stored.digest).toString('hex'), size: stored.size, regions: this.#options.slots.regionsOf(component), kept: (sha256) => this.#keptRegions(sha256),
    });
  }

  eraseFlash(component: string, slot: number, offset: number, size: number): void {
    this.#options.slots.erase(component, slot, offset, size);
  }

  programFlash(component: string, slot: number, offset: number, data: Uint8Array): void {
    this.#options.slots.program(component, slot, offset, data);
  }

  writeRecord(record: SlotRecord): void {
    const before = this.#records.get(record.component);
    if (before !== undefined && isBlockNote(before, record)) {
      this.#options.slotLog.append(record);
      this.#records.set(record.component, record);
      return;
    }
    // Before the record: a floor that is only in one of the two places is kept.
    this.#options.floors?.raise(record.component, record.floor ?? 0);
    this.#keepRegions(record);
    this.#options.slotLog.append(record);
    this.#records.set(record.component, record);
    this.#pruneSignatures();
    for (const event of recordEvents(before, record)) this.#options.say(event);
  }

  judge(offer: ImageOffer): ImageVerdict {
    this.#cause = undefined;
    const floor = Math.max(offer.floor, this.#options.floors?.of(offer.component) ?? 0);
    const judged = this.#judge.judge({ ...offer, floor });
    if (judged.signature !== undefined) this.#keepSignature(offer.sha256, judged.signature);
    return this.#judged(judged);
  }

  authenticate(offset: number, size: number): ImageVerdict {
    return this.#judged(this.#judge.authenticate(offset, size));
  }

  hash(offset: number, bytes: Uint8Array): void {
    this.#hash.take(offset, bytes);
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }

  checkHealth(component: string, slot: number): boolean {
    return this.#health.step(component, slot);
  }

  /** Before the first byte: whenever the image is stored, its signature is there. An image without one is stored all the same. */
  #keepSignature(sha256: string, signature: Uint8Array): void {
    try {
      this.#options.signatures?.keep(sha256, signature);
    } catch (error) {
      this.#options.say({ event: 'signature-not-kept', text: `the signature of the image can not be kept, so that it will not be donated to others: ${(error as Error).message}` });
    }
  }

  /** What has been stored lies in the staging still: its bytes for protected regions are nowhere else. */
  #keepRegions({ component, slots }: SlotRecord): void {
    const regions = this.#options.slots.regionsOf(component);
    const before = this.#records.get(component)?.slots;
    const stored = slots.find(({ state, digest }, index) => state === 'valid' && (before?.[index]?.state !== 'valid' || Buffer.compare(before[index].digest, digest) !== 0));
    if (this.#options.signatures === undefined || regions.length === 0 || stored === undefined) return;
    try {
      this.#options.signatures.keepRegions(Buffer.from(stored.digest).toString('hex'), bytesInRegions(stored.size, regions, (offset, into) => this.#options.staging.read(offset, into)));
    } catch (error) {
      this.#options.say({ event: 'signature-not-kept', text: `what the image has for protected regions can not be kept, so that it will not be donated to others: ${(error as Error).message}` });
    }
  }

  /** Read once for all of a patch, which may copy from anywhere any number of times. */
  #keptRegions(sha256: string): Uint8Array | undefined {
    if (this.#base?.sha256 !== sha256) this.#base = { sha256, bytes: this.#options.signatures?.readRegions(sha256) };
    return this.#base.bytes;
  }

  #pruneSignatures(): void {
    const slots = [...this.#records.values()].flatMap((record) => record.slots).filter(({ state }) => state !== 'empty');
    try {
      this.#options.signatures?.prune(new Set([...slots.map(({ digest }) => Buffer.from(digest).toString('hex')), ...this.#options.staging.kept()]));
    } catch {
      // What stays behind goes the next time.
    }
  }

  #judged({ verdict, refusal, note }: JudgedImage): ImageVerdict {
    if (refusal !== undefined) this.#cause = new Error(refusal);
    if (note !== undefined) this.#options.say({ event: 'taken-untrusted', text: note });
    return verdict;
  }

  note(note: string): void {
    const transfer = this.#options.transfer();
    const component = this.#options.components().find(({ name }) => name === transfer.component);
    const user = this.#options.userOf?.(transfer.session);
    this.#options.say(noteEvent(note, transfer, { cause: this.#cause, isWhole: component?.running !== undefined, user }));
  }

  failed(action: string, cause: unknown): void {
    this.#cause = cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#options.say({ event: 'action-failed', text: `${action} failed: ${reason}`, fields: { action } });
  }
}
