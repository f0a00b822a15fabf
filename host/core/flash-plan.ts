import { nameIn, readNumber, type CoreEnum, type CoreGlobals } from './flash-globals.ts';

/** What the flash half of core.wasm needs to know of a part. A `FlashPart` of the model has these and more. */
export interface PlannedPart {
  readonly pageSize: number;
  readonly programTypicalMicroseconds: number;
  readonly erasers: readonly { readonly size: number; readonly typicalMicroseconds: number }[];
}

/** One operation of a plan; offsets count from the start of the block. */
export interface PlannedOperation {
  readonly kind: 'erase' | 'program';
  readonly offset: number;
  readonly size: number;
}

/** The cheapest way from one block's bytes to another's. */
export interface BlockPlan {
  readonly operations: readonly PlannedOperation[];
  readonly erases: number;
  readonly pages: number;
  readonly microseconds: number;
}

/** The exports of core.wasm that this file drives, as `@assemblyscript/loader` hands them out. */
export interface PlanExports
  extends CoreGlobals<
    'PLAN_ENTRIES' | 'PLAN_ENTRY_SIZE' | 'STORE_FLASH' | 'STORE_STAGED' | 'planCount' | 'planErases' | 'planPages' | 'planMicroseconds'
  > {
  readonly memory: WebAssembly.Memory;
  readonly Status: CoreEnum;
  readonly PlanOperation: CoreEnum;
  geometrySet(
    page: number, program: number, sector: number, sectorTime: number,
    half: number, halfTime: number, block: number, blockTime: number,
  ): number;
  planBlock(old: number, wanted: number, size: number, distrust: number): number;
}

const SECTOR = 4096;
const HALF = 32768;
const BLOCK = 65536;

/** Tells the core which part it plans for. One part an instance. */
export function setGeometry(core: PlanExports, part: PlannedPart): void {
  const timeOf = (size: number): number => part.erasers.find((one) => one.size === size)?.typicalMicroseconds ?? 0;
  const present = (size: number): number => (timeOf(size) === 0 ? 0 : size);
  const status = core.geometrySet(
    part.pageSize, part.programTypicalMicroseconds, present(SECTOR), timeOf(SECTOR),
    present(HALF), timeOf(HALF), present(BLOCK), timeOf(BLOCK),
  );
  if (status !== readNumber(core.Status['Ok'])) {
    throw new Error(
      `setting the flash geometry failed: expected 256-byte pages and 4 KiB erases, each with a time; ` +
        `got ${JSON.stringify(part)} (${nameIn(core.Status, status)})`,
    );
  }
}

/** Plans one block of up to 64 KiB. Uses the store machine's buffers: not while it runs. */
export function planBlock(core: PlanExports, old: Uint8Array, wanted: Uint8Array, distrust = false): BlockPlan {
  if (old.length !== wanted.length || old.length > BLOCK) {
    throw new RangeError(`planning a block failed: expected twice the same size up to ${BLOCK}, got ${old.length} and ${wanted.length}`);
  }
  const oldAt = readNumber(core.STORE_FLASH);
  const wantedAt = readNumber(core.STORE_STAGED);
  new Uint8Array(core.memory.buffer, oldAt, old.length).set(old);
  new Uint8Array(core.memory.buffer, wantedAt, wanted.length).set(wanted);
  const status = core.planBlock(oldAt, wantedAt, old.length, distrust ? 1 : 0);
  if (status !== readNumber(core.Status['Ok'])) {
    throw new Error(`planning a block of ${old.length} bytes failed: ${nameIn(core.Status, status)}`);
  }
  return {
    operations: readOperations(core),
    erases: readNumber(core.planErases),
    pages: readNumber(core.planPages),
    microseconds: readNumber(core.planMicroseconds),
  };
}

function readOperations(core: PlanExports): PlannedOperation[] {
  const entrySize = readNumber(core.PLAN_ENTRY_SIZE);
  const count = readNumber(core.planCount);
  const view = new DataView(core.memory.buffer, readNumber(core.PLAN_ENTRIES), count * entrySize);
  const erase = readNumber(core.PlanOperation['Erase']);
  return Array.from({ length: count }, (_, index) => ({
    kind: view.getUint32(index * entrySize, true) === erase ? 'erase' : 'program',
    offset: view.getUint32(index * entrySize + 4, true),
    size: view.getUint32(index * entrySize + 8, true),
  }));
}
