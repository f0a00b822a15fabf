import { nameIn, readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';
import { setGeometry, type PlanExports, type PlannedPart } from './flash-plan.ts';

/**
 * What the machine has done to staging and flash, synchronously. Offsets in the flash count from the start of the
 * slot, which lies at a multiple of 64 KiB of the part. A throw is a failure of that operation. Buffers are views of
 * the core's memory: fill or use them before returning.
 */
export interface StoreDevice {
  readStaging(offset: number, into: Uint8Array): void;
  readFlash(offset: number, into: Uint8Array): void;
  eraseFlash(offset: number, size: number): void;
  programFlash(offset: number, data: Uint8Array): void;
  /** Takes these bytes into the running SHA-256; at offset 0 a new one begins. */
  hash(offset: number, bytes: Uint8Array): void;
  /** Ends the running SHA-256: 32 bytes. */
  digest(): Uint8Array;
}

export type StorePhase = 'idle' | 'verifying' | 'writing' | 'reading-back' | 'ended';

/** How far the machine is. */
export interface StoreProgress {
  readonly phase: StorePhase;
  /** Bytes of the image that this phase is through with; each phase counts from 0. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Offset in the slot of the 64 KiB block that is being written: what a power cut may leave in doubt. */
  readonly block: number;
  readonly erases: number;
  readonly pages: number;
  /** Blocks that were right already. */
  readonly skipped: number;
  /** Blocks written again after they did not read back right. */
  readonly retries: number;
  /** Modelled time of the erases and programs so far. */
  readonly microseconds: number;
}

/** How it ended. Anything but a failed digest of staging may have changed the slot. */
export type StoreOutcome =
  | { readonly result: 'done' }
  | {
      readonly result: 'failed';
      /** The core's status: DigestMismatch, StagingFailed, DeviceFailed, VerifyFailed. */
      readonly status: string;
      /** What failed, in words. */
      readonly message: string;
      /** What the device threw. */
      readonly cause?: unknown;
    };

/** The exports of core.wasm that this file drives. */
export interface StoreExports
  extends PlanExports,
    CoreGlobals<
      | 'STORE_DIGEST' | 'storeOffset' | 'storeSize' | 'storePointer' | 'storeStatus' | 'storePhase' | 'storeBytesDone'
      | 'storeBytesTotal' | 'storeBlock' | 'storeErases' | 'storePages' | 'storeSkipped' | 'storeRetries'
      | 'storeMicroseconds' | 'storeWrongOffset' | 'storeWrongExpected' | 'storeWrongGot'
    > {
  readonly StoreAction: CoreEnum;
  storeBegin(imageSize: number, slotSize: number, digest: number): number;
  storeDistrust(from: number, to: number): number;
  storeNext(): number;
  storeDone(status: number): number;
}

const PHASES: readonly StorePhase[] = ['idle', 'verifying', 'writing', 'reading-back', 'ended'];

/** Writes one staged image into one slot: the core decides, the device does, this carries between them. */
export class FlashStore {
  readonly #core: StoreExports;
  readonly #ok: number;
  #cause: unknown;

  constructor(core: StoreExports, part: PlannedPart) {
    this.#core = core;
    this.#ok = readNumber(core.Status['Ok']);
    setGeometry(core, part);
  }

  /** Starts with an image of `imageSize` bytes and this SHA-256, for a slot of `slotSize` bytes. */
  begin(imageSize: number, slotSize: number, digest: Uint8Array): void {
    if (digest.length !== 32) throw new RangeError(`starting to store failed: expected a SHA-256 of 32 bytes, got ${digest.length}`);
    const at = readNumber(this.#core.STORE_DIGEST);
    this.#bytes(at, digest.length).set(digest);
    this.#cause = undefined;
    this.#expect(this.#core.storeBegin(imageSize, slotSize, at), `starting to store ${imageSize} bytes in a slot of ${slotSize}`);
  }

  /** Right after `begin`: power failed while these bytes of the slot were written, do not trust what their blocks read as. */
  distrust(from: number, to = from + 1): void {
    this.#expect(this.#core.storeDistrust(from, to), `distrusting the bytes from ${from} to ${to}`);
  }

  /** Does one action. Undefined while there is more to do. */
  step(device: StoreDevice): StoreOutcome | undefined {
    const action = nameIn(this.#core.StoreAction, this.#core.storeNext());
    if (action === 'Done') return { result: 'done' };
    if (action === 'Failed') return this.#failure();
    try {
      this.#perform(action, device);
    } catch (error) {
      this.#cause = error;
      this.#expect(this.#core.storeDone(readNumber(this.#core.Status['DeviceFailed'])), 'reporting a failed action');
      return undefined;
    }
    this.#expect(this.#core.storeDone(this.#ok), 'reporting an action');
    return undefined;
  }

  /** All actions up to the end. */
  run(device: StoreDevice): StoreOutcome {
    for (;;) {
      const outcome = this.step(device);
      if (outcome !== undefined) return outcome;
    }
  }

  progress(): StoreProgress {
    const core = this.#core;
    return {
      phase: PHASES[readNumber(core.storePhase)] ?? 'idle',
      bytesDone: readNumber(core.storeBytesDone) >>> 0,
      bytesTotal: readNumber(core.storeBytesTotal) >>> 0,
      block: readNumber(core.storeBlock) >>> 0,
      erases: readNumber(core.storeErases),
      pages: readNumber(core.storePages),
      skipped: readNumber(core.storeSkipped),
      retries: readNumber(core.storeRetries),
      microseconds: readNumber(core.storeMicroseconds),
    };
  }

  #perform(action: string, device: StoreDevice): void {
    const offset = readNumber(this.#core.storeOffset) >>> 0;
    const size = readNumber(this.#core.storeSize);
    if (action === 'EraseFlash') return device.eraseFlash(offset, size);
    const bytes = this.#bytes(readNumber(this.#core.storePointer), size);
    if (action === 'ReadStaging') return device.readStaging(offset, bytes);
    if (action === 'ReadFlash') return device.readFlash(offset, bytes);
    if (action === 'Hash') return device.hash(offset, bytes);
    if (action === 'HashEnd') return bytes.set(device.digest());
    if (action === 'ProgramFlash') return device.programFlash(offset, bytes);
    throw new Error(`core.wasm asks for "${action}", which this host does not know: build both from one source`);
  }

  #failure(): StoreOutcome {
    const status = nameIn(this.#core.Status, readNumber(this.#core.storeStatus));
    const failed = { result: 'failed', status, message: this.#message(status) } as const;
    return this.#cause === undefined ? failed : { ...failed, cause: this.#cause };
  }

  #message(status: string): string {
    const core = this.#core;
    const reason = this.#cause instanceof Error ? `: ${this.#cause.message}` : '';
    if (status === 'DigestMismatch') return 'the staged image does not have the promised SHA-256; the flash was not touched';
    if (status === 'StagingFailed') return `reading the staged image failed${reason}`;
    if (status === 'DeviceFailed') return `the flash failed${reason}`;
    if (status !== 'VerifyFailed') return `storing did not begin (${status})`;
    const [expected, got] = [readNumber(core.storeWrongExpected), readNumber(core.storeWrongGot)];
    if (expected === got) return 'the slot does not have the promised SHA-256 when it is read back';
    return `the flash does not hold what was written at ${hex(readNumber(core.storeWrongOffset) >>> 0)} of the slot: expected ${hex(expected)}, got ${hex(got)}`;
  }

  #bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.#core.memory.buffer, at, size);
  }

  #expect(status: number, what: string): void {
    if (status !== this.#ok) throw new Error(`${what} failed: the core answers ${nameIn(this.#core.Status, status)}`);
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
