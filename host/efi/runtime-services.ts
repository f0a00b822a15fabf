// EFI_RUNTIME_SERVICES (UEFI 2.10, section 8): variables, time, reset. What nothing here uses is null in the table. After
// ExitBootServices only the variables with runtime access are there.
import { FIRMWARE_VARIABLE } from './guid.ts';
import { PowerEvent, type ResetType } from './power-event.ts';
import type { Clock } from './platform.ts';
import { checkSecureVariable } from './secure-boot.ts';
import { EfiError } from './status.ts';
import { pointerTo, tableBytes } from './table-header.ts';
import { efiTime, type EfiTime } from './time.ts';
import { VariableAttribute, type Variable, type VariableInfo, type VariableStore } from './variable-store.ts';

const RUNTIME_SERVICES_SIGNATURE = 0x56524553544e5552n;

/** In the order of the table; the ones with a name are provided. */
const SERVICES = [
  'getTime', undefined, undefined, undefined, undefined, undefined, 'getVariable', 'getNextVariableName', 'setVariable',
  'getNextHighMonotonicCount', 'resetSystem', undefined, undefined, 'queryVariableInfo',
] as const;

const { nonVolatile, bootServiceAccess, runtimeAccess } = VariableAttribute;
/** Where the high half of the monotonic count is kept. */
const COUNT_VARIABLE = 'MonotonicCount';

/** The runtime services of one power-on. */
export class RuntimeServices {
  readonly #clock: Clock;
  readonly #variables: VariableStore;
  #isRuntime = false;
  #count: bigint | undefined;

  constructor(clock: Clock, variables: VariableStore) {
    this.#clock = clock;
    this.#variables = variables;
  }

  getTime(): EfiTime {
    return efiTime(this.#clock.now());
  }

  /** EFI_NOT_FOUND when there is none. */
  getVariable(name: string, guid: string): Variable {
    const found = this.#variables.get(guid, name);
    if (!found || !this.#isVisible(found)) throw new EfiError('NOT_FOUND', `there is no variable ${name}`);
    return found;
  }

  /** All variables, in the order in which GetNextVariableName goes through them. */
  getNextVariableName(): Iterable<Variable> {
    return this.#variables.list().filter((variable) => this.#isVisible(variable));
  }

  /** No data or no attributes delete the variable. At runtime only what is non-volatile and for the runtime can be set. */
  setVariable(name: string, guid: string, attributes: number, data: Uint8Array): void {
    const old = this.#variables.get(guid, name);
    if (this.#isRuntime && old && !this.#isVisible(old)) throw new EfiError('NOT_FOUND', `there is no variable ${name}`);
    if (this.#isRuntime && (((old?.attributes ?? attributes) & (nonVolatile | runtimeAccess)) !== (nonVolatile | runtimeAccess))) {
      throw new EfiError('INVALID_PARAMETER', `variable ${name} can not be set after ExitBootServices: it is volatile or not for the runtime`);
    }
    checkSecureVariable(this.#variables, name, guid, data);
    this.#variables.set(guid, name, attributes, data);
  }

  queryVariableInfo(attributes: number): VariableInfo {
    return this.#variables.info(attributes);
  }

  /** The high half of the monotonic count, which is kept, and which this call makes one larger. */
  getNextHighMonotonicCount(): number {
    const kept = this.#variables.get(FIRMWARE_VARIABLE, COUNT_VARIABLE)?.data;
    const next = ((kept ? Buffer.from(kept).readUInt32LE(0) : 0) + 1) >>> 0;
    this.#variables.set(FIRMWARE_VARIABLE, COUNT_VARIABLE, nonVolatile | bootServiceAccess, new Uint8Array(Uint32Array.of(next).buffer));
    this.#count = BigInt(next) << 32n;
    return next;
  }

  /** GetNextMonotonicCount of the boot services. The first call of a power-on makes the high half one larger. */
  nextMonotonicCount(): bigint {
    if (this.#count === undefined || (this.#count & 0xffffffffn) === 0xffffffffn) this.getNextHighMonotonicCount();
    this.#count = (this.#count as bigint) + 1n;
    return this.#count;
  }

  /** From now on an operating system calls. */
  exitBootServices(): void {
    this.#isRuntime = true;
  }

  #isVisible({ attributes }: Variable): boolean {
    return !this.#isRuntime || (attributes & runtimeAccess) !== 0;
  }

  /** Does not return. */
  resetSystem(type: ResetType): never {
    throw new PowerEvent(type === 'shutdown' ? { kind: 'shutdown', stopped: false } : { kind: 'reset', type });
  }

  /** The table as it would lie in memory. */
  tableBytes(): Uint8Array {
    return tableBytes(RUNTIME_SERVICES_SIGNATURE, SERVICES.map((name) => pointerTo(name && this[name])));
  }
}
