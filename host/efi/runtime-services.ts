// EFI_RUNTIME_SERVICES (UEFI 2.10, section 8): variables, time, reset. What nothing here uses is null in the table.
import { PowerEvent, type ResetType } from './power-event.ts';
import type { Clock } from './platform.ts';
import { EfiError } from './status.ts';
import { pointerTo, tableBytes } from './table-header.ts';
import { efiTime, type EfiTime } from './time.ts';
import type { Variable, VariableStore } from './variable-store.ts';

const RUNTIME_SERVICES_SIGNATURE = 0x56524553544e5552n;

/** In the order of the table; the ones with a name are provided. */
const SERVICES = [
  'getTime', undefined, undefined, undefined, undefined, undefined, 'getVariable', 'getNextVariableName', 'setVariable',
  undefined, 'resetSystem', undefined, undefined, undefined,
] as const;

/** The runtime services of one power-on. */
export class RuntimeServices {
  readonly #clock: Clock;
  readonly #variables: VariableStore;

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
    if (!found) throw new EfiError('NOT_FOUND', `there is no variable ${name}`);
    return found;
  }

  /** All variables, in the order in which GetNextVariableName goes through them. */
  getNextVariableName(): Iterable<Variable> {
    return this.#variables.list();
  }

  /** No data or no attributes delete the variable. */
  setVariable(name: string, guid: string, attributes: number, data: Uint8Array): void {
    this.#variables.set(guid, name, attributes, data);
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
