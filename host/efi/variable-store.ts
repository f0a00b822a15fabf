// The variables of UEFI 2.10, section 8.2: names in namespaces, with attributes. Non-volatile ones go to a medium if
// there is one; the others live as long as the power.
import { EfiError } from './status.ts';

/** EFI_VARIABLE_* attribute bits. Authenticated variables are not there. */
export const VariableAttribute = { nonVolatile: 0x01, bootServiceAccess: 0x02, runtimeAccess: 0x04, appendWrite: 0x40 } as const;

export interface Variable {
  readonly name: string;
  /** The namespace. */
  readonly guid: string;
  readonly attributes: number;
  readonly data: Uint8Array;
}

/** Where non-volatile variables are kept. */
export interface VariableMedium {
  /** Writes all of them. After a cut of power either these or the ones before are there. */
  write(variables: readonly Variable[]): void;
}

/** As generous as real firmware: a limit on everything. */
const MAXIMUM_VARIABLE_SIZE = 32 * 1024;
const MAXIMUM_STORE_SIZE = 256 * 1024;
const KNOWN_ATTRIBUTES = 0x47;

const key = (guid: string, name: string): string => `${guid} ${name}`;

/** The variable store of a machine; it outlives resets. */
export class VariableStore {
  readonly #medium: VariableMedium | undefined;
  #variables = new Map<string, Variable>();

  constructor(medium?: VariableMedium, kept: readonly Variable[] = []) {
    this.#medium = medium;
    for (const variable of kept) this.#variables.set(key(variable.guid, variable.name), variable);
  }

  /** What a reset leaves: the non-volatile variables. */
  reset(): void {
    for (const [place, variable] of this.#variables) {
      if ((variable.attributes & VariableAttribute.nonVolatile) === 0) this.#variables.delete(place);
    }
  }

  get(guid: string, name: string): Variable | undefined {
    return this.#variables.get(key(guid, name));
  }

  /** All variables, oldest first. */
  list(): Variable[] {
    return [...this.#variables.values()];
  }

  /** SetVariable. No data or no attributes delete the variable. The medium is written before anything changes here. */
  set(guid: string, name: string, attributes: number, data: Uint8Array): void {
    if (name === '') throw new EfiError('INVALID_PARAMETER', 'a variable needs a name');
    checkAttributes(name, attributes);
    const old = this.get(guid, name);
    const append = (attributes & VariableAttribute.appendWrite) !== 0;
    const kept = attributes & ~VariableAttribute.appendWrite;
    if (old && kept !== 0 && old.attributes !== kept) {
      throw new EfiError('INVALID_PARAMETER', `variable ${name} has attributes ${old.attributes}, expected the same, got ${kept}`);
    }
    if (kept === 0 || (data.length === 0 && !append)) return this.#delete(guid, name, old);
    const content = append && old ? Buffer.concat([old.data, data]) : data;
    this.#put({ name, guid, attributes: kept, data: Uint8Array.from(content) });
  }

  #delete(guid: string, name: string, old: Variable | undefined): void {
    if (!old) throw new EfiError('NOT_FOUND', `there is no variable ${name}`);
    const next = new Map(this.#variables);
    next.delete(key(guid, name));
    this.#become(next, old);
  }

  #put(variable: Variable): void {
    const next = new Map(this.#variables).set(key(variable.guid, variable.name), variable);
    const total = [...next.values()].reduce((sum, { name, data }) => sum + name.length * 2 + data.length, 0);
    if (variable.data.length > MAXIMUM_VARIABLE_SIZE || total > MAXIMUM_STORE_SIZE) {
      throw new EfiError('OUT_OF_RESOURCES', `variable ${variable.name} with ${variable.data.length} bytes does not fit into the store`);
    }
    this.#become(next, variable);
  }

  #become(next: Map<string, Variable>, changed: Variable): void {
    const nonVolatile = (variable: Variable): boolean => (variable.attributes & VariableAttribute.nonVolatile) !== 0;
    if (nonVolatile(changed)) this.#medium?.write([...next.values()].filter(nonVolatile));
    this.#variables = next;
  }
}

function checkAttributes(name: string, attributes: number): void {
  const { bootServiceAccess, runtimeAccess } = VariableAttribute;
  if ((attributes & ~KNOWN_ATTRIBUTES) !== 0) throw new EfiError('UNSUPPORTED', `attributes ${attributes} of variable ${name} are not provided`);
  if ((attributes & runtimeAccess) !== 0 && (attributes & bootServiceAccess) === 0) {
    throw new EfiError('INVALID_PARAMETER', `variable ${name}: runtime access needs boot service access`);
  }
}
