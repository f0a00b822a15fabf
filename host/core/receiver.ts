// The receiving end of core.wasm: carries messages in, performs its actions through a host, one at a time.
import { nameIn, readNumber } from './flash-globals.ts';
import { setGeometry } from './flash-plan.ts';
import {
  type ComponentSnapshot, DamagedSlot, type ImageOffer, type ImageVerdict, type ReceiverComponent, type ReceiverExports, type ReceiverHost,
  type ReceiverOptions, type TransferSnapshot,
} from './receiver-exports.ts';
import { readComponents, readTransfer } from './receiver-snapshot.ts';
import { readRecord, writeRecord, type SlotRecord } from './slot-record.ts';
import { namesOf, putText, readText, wordsOf } from './words.ts';

/** Performs one action and answers what the core is told: a number for OpenStaging and OpenPatched. */
type Perform = () => number | void;

/** One receiver, in one instance of core.wasm. Times are milliseconds of any clock that never goes back; they may wrap. */
export class Receiver {
  /** Where `deliver` takes messages from without copying: put one at its start and pass that part. */
  readonly inbox: Uint8Array;
  /** The protocol versions that this receiver speaks. */
  readonly versions: { readonly lowest: number; readonly highest: number };
  readonly #core: ReceiverExports;
  readonly #host: ReceiverHost;
  readonly #statuses: readonly string[];
  readonly #actions: readonly string[];
  readonly #notes: readonly string[];
  readonly #perform: Readonly<Record<string, Perform>>;
  #names: readonly string[] = [];

  constructor(core: ReceiverExports, host: ReceiverHost) {
    this.#core = core;
    this.#host = host;
    this.inbox = this.#bytes(readNumber(core.INBOX), readNumber(core.INBOX_SIZE));
    this.versions = { lowest: readNumber(core.LOWEST_VERSION), highest: readNumber(core.PROTOCOL_VERSION) };
    this.#statuses = namesOf(core.Status);
    this.#actions = namesOf(core.ReceiverAction);
    this.#notes = wordsOf(core.Note);
    this.#perform = this.#performers();
    const unknown = this.#actions.find((name) => name !== 'Idle' && this.#perform[name] === undefined);
    if (unknown !== undefined) throw new Error(`core.wasm has the action "${unknown}", which this host does not know: build both from one source`);
  }

  /** Starts with these components. Answers the components of records that have no place here; those records are not used. */
  start(options: ReceiverOptions): string[] {
    const core = this.#core;
    core.componentsClear();
    options.components.forEach((component, index) => {
      this.#add(component);
      for (const region of component.protectedRegions ?? []) this.#protect(component, index, region);
    });
    this.#names = options.components.map(({ name }) => name);
    const strangers = (options.records ?? []).filter((record) => !this.#load(record)).map(({ component }) => component);
    putText(this.#bytes(readNumber(core.PLATFORM), readNumber(core.NAME_SIZE)), options.platform);
    const { chunkSize, window, leaseMs, trialMs = 0, bootId, labMode = false } = options;
    const status = core.receiverStart(chunkSize, window, leaseMs, trialMs, bootId, labMode ? 1 : 0);
    this.#expect(status, 'starting the receiver');
    return strangers;
  }

  /** Whether a message may be delivered now. */
  ready(): boolean {
    return this.#core.receiverReady() !== 0;
  }

  /** How long the message is that starts with the bytes at the start of `inbox`; 0 when none can start like this. */
  messageSize(available: number): number {
    return this.#core.framePeekSize(readNumber(this.#core.INBOX), available) >>> 0;
  }

  /** Takes a message. Answers `Ok`, or the core's word for why it was dropped; `Full` when not ready. */
  deliver(link: number, message: Uint8Array, nowMs: number): string {
    if (message.length > this.inbox.length) return 'BadSize';
    // Before anything is overwritten: what is being written to staging may still lie in the inbox.
    if (!this.ready()) return 'Full';
    const isThere = message.buffer === this.inbox.buffer && message.byteOffset === this.inbox.byteOffset;
    if (!isThere) this.inbox.set(message);
    const status = this.#core.receiverMessage(link, message.length, nowMs >>> 0);
    return this.#statuses[status] ?? `unknown status ${status}`;
  }

  /** Performs one action. False when there is none. */
  step(nowMs: number): boolean {
    const name = this.#actions[this.#core.receiverNext(nowMs >>> 0)] ?? '';
    if (name === 'Idle') return false;
    let status = 'Ok';
    let value: number | void = 0;
    let cause: unknown;
    try {
      value = this.#perform[name]?.();
    } catch (error) {
      status = isNoRoom(error) ? 'NoRoom' : error instanceof DamagedSlot ? 'VerifyFailed' : 'DeviceFailed';
      cause = error;
    }
    this.#expect(this.#core.receiverDone(this.#statuses.indexOf(status), value ?? 0), `reporting the action ${name}`);
    if (status !== 'Ok') this.#host.failed(name, cause);
    return true;
  }

  /** After `step` was false: for how long there is nothing to do, unless a message comes in. */
  get waitMs(): number {
    return readNumber(this.#core.receiverWaitMs) >>> 0;
  }

  /** The status response as a whole message. A view that the next call overwrites. */
  status(nowMs: number): Uint8Array {
    const size = this.#core.receiverStatus(nowMs >>> 0);
    return this.#bytes(readNumber(this.#core.STATUS_OUT), size);
  }

  /** The host machine has been reset. Only while `ready`. */
  hostReset(): void {
    this.#core.receiverHostReset();
  }

  /** The host machine has lost its power, or its reset is on. Only while `ready`. */
  hostLost(): void {
    this.#core.receiverHostLost();
  }

  /** The host has come up, as its firmware says. Only while `ready`. */
  hostUp(): void {
    this.#core.receiverHostUp();
  }

  /** Makes the image in the slot that does not run the running one, on trial. `Ok`, `Full` (something is under way) or `WrongState` (there is none). */
  activate(component: string): string {
    return this.#statuses[this.#core.receiverActivate(this.#names.indexOf(component) >>> 0)] ?? 'unknown';
  }

  /** Takes a pending activation back, or runs the image before. Answers as `activate`. */
  revert(component: string): string {
    return this.#statuses[this.#core.receiverRevert(this.#names.indexOf(component) >>> 0)] ?? 'unknown';
  }

  /** Puts on record that the slot that a component runs from does not hold what its record says. Answers as `activate`. */
  condemn(component: string): string {
    return this.#statuses[this.#core.receiverCondemn(this.#names.indexOf(component) >>> 0)] ?? 'unknown';
  }

  /** A whole slot was read back: hosts are told no more that it holds an image when it differs from its record, until it is read or written again. */
  looked(component: string, slot: number, differs: boolean): void {
    this.#expect(this.#core.receiverLooked(this.#names.indexOf(component) >>> 0, slot, differs ? 1 : 0), `noting a look at slot ${slot} of "${component}"`);
  }

  /** Ends the open upgrade, whoever holds it; what was received is kept. Answers as `activate`. */
  abort(): string {
    return this.#statuses[this.#core.receiverAbort()] ?? 'unknown';
  }

  /** Whether a session that is alive holds the lock. */
  isHeld(nowMs: number): boolean {
    return this.#core.receiverIsHeld(nowMs >>> 0) !== 0;
  }

  components(nowMs: number): ComponentSnapshot[] {
    return readComponents(this.#core, nowMs >>> 0);
  }

  transfer(nowMs: number): TransferSnapshot {
    return readTransfer(this.#core, nowMs >>> 0);
  }

  #add({ name, slotCount, slotSize }: ReceiverComponent): void {
    const at = readNumber(this.#core.SCRATCH);
    putText(this.#bytes(at, readNumber(this.#core.NAME_SIZE)), name);
    this.#expect(this.#core.componentAdd(at, slotCount, slotSize), `adding the component "${name}" with ${slotCount} slots of ${slotSize} bytes`);
  }

  #protect({ name }: ReceiverComponent, index: number, { offset, size }: { offset: number; size: number }): void {
    this.#expect(this.#core.componentProtect(index, offset, offset + size), `protecting ${size} bytes at ${offset} of "${name}"`);
  }

  /** Gives the core a record. False when no component here is the record's. */
  #load(record: SlotRecord): boolean {
    const page = readNumber(this.#core.SCRATCH);
    writeRecord(this.#core, record);
    this.#expect(this.#core.recordEncode(page), `reading the slot record of "${record.component}"`);
    const status = this.#statuses[this.#core.componentLoad(page)];
    return status === 'Ok';
  }

  #performers(): Record<string, Perform> {
    const [core, host] = [this.#core, this.#host];
    const offset = (): number => readNumber(core.jobOffset) >>> 0;
    const size = (): number => readNumber(core.jobSize) >>> 0;
    const bytes = (): Uint8Array => this.#bytes(readNumber(core.jobPointer), size());
    const digest = (): string => Buffer.from(this.#bytes(readNumber(core.jobPointer), readNumber(core.DIGEST_SIZE))).toString('hex');
    const component = (): string => this.#names[readNumber(core.jobComponent)] ?? '';
    const slot = (): number => readNumber(core.jobSlot);
    return {
      Respond: () => host.respond(readNumber(core.receiverLink), bytes()),
      OpenStaging: () => host.openStaging(digest(), size()),
      WriteStaging: () => host.writeStaging(offset(), bytes()),
      OpenPatched: () => host.openPatched(digest(), size()),
      ReadPatch: () => host.readPatch(offset(), bytes()),
      ReadStaging: () => host.readStaging(offset(), bytes()),
      CloseStaging: () => host.closeStaging(),
      DiscardStaging: () => host.discardStaging(digest()),
      SelectFlash: () => setGeometry(core, host.selectFlash(component())),
      ReadFlash: () => host.readFlash(component(), slot(), offset(), bytes()),
      ReadBase: () => (host.readBase === undefined ? host.readFlash(component(), slot(), offset(), bytes()) : host.readBase(component(), slot(), offset(), bytes())),
      EraseFlash: () => host.eraseFlash(component(), slot(), offset(), size()),
      ProgramFlash: () => host.programFlash(component(), slot(), offset(), bytes()),
      WriteRecord: () => host.writeRecord(this.#record(readNumber(core.jobPointer))),
      JudgeImage: () => this.#verdict(host.judge(this.#offer(component(), bytes()))),
      AuthenticateStaging: () => this.#verdict(host.authenticate(offset(), size())),
      Hash: () => host.hash(offset(), bytes()),
      HashEnd: () => bytes().set(host.digest()),
      CheckHealth: () => (host.checkHealth(component(), slot()) ? 0 : 1),
      Note: () => host.note(this.#notes[readNumber(core.jobNote)] ?? 'unknown'),
    };
  }

  #offer(component: string, signature: Uint8Array): ImageOffer {
    const core = this.#core;
    return {
      component,
      version: readText(this.#bytes(readNumber(core.FILE_VERSION), readNumber(core.VERSION_SIZE))),
      size: readNumber(core.fileSize) >>> 0,
      sha256: Buffer.from(this.#bytes(readNumber(core.FILE_DIGEST), readNumber(core.DIGEST_SIZE))).toString('hex'),
      floor: core.componentFloor(readNumber(core.jobComponent)) >>> 0,
      signature: signature.length === 0 ? undefined : signature,
    };
  }

  #verdict({ completion, security }: ImageVerdict): void {
    const number = wordsOf(this.#core.Completion).indexOf(completion);
    if (number < 0) throw new Error(`a verdict on an image: expected a word of the core's Completion, got "${completion}"`);
    this.#core.receiverVerdict(number, security);
  }

  #record(page: number): SlotRecord {
    this.#expect(this.#core.recordDecode(page), 'reading the slot record to be written');
    return readRecord(this.#core);
  }

  #bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }

  #expect(status: number, what: string): void {
    if (status !== 0) throw new Error(`${what} failed: the core answers ${nameIn(this.#core.Status, status)}`);
  }
}

/** Whether this, or what caused it, is the operating system's "no space". */
function isNoRoom(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  }
  return false;
}
