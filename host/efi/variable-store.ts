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
/** Who may read a variable; one of them at least. */
const ACCESS = VariableAttribute.bootServiceAccess | VariableAttribute.runtimeAccess;

/** QueryVariableInfo's answer, in bytes: names count with two a character. */
export interface VariableInfo {
  readonly maximumStorageSize: number;
  readonly remainingStorageSize: number;
  readonly maximumVariableSize: number;
}

const sizeOf = ({ name, data }: Variable): number => name.length * 2 + data.length;
const isNonVolatile = ({ attributes }: Pick<Variable, 'attributes'>): boolean => (attributes & VariableAttribute.nonVolatile) !== 0;

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
      if (!isNonVolatile(variable)) this.#variables.delete(place);
    }
  }

  get(guid: string, name: string): Variable | undefined {
    return this.#variables.get(key(guid, name));
  }

  /** All variables, oldest first. */
  list(): Variable[] {
    return [...this.#variables.values()];
  }

  /** QueryVariableInfo: non-volatile variables have a store of their own. */
  info(attributes: number): VariableInfo {
    checkAttributes('to ask for', attributes);
    if ((attributes & ACCESS) === 0) throw new EfiError('INVALID_PARAMETER', `attributes ${attributes} give nobody access`);
    const used = this.#used(this.#variables, isNonVolatile({ attributes }));
    return { maximumStorageSize: MAXIMUM_STORE_SIZE, remainingStorageSize: MAXIMUM_STORE_SIZE - used, maximumVariableSize: MAXIMUM_VARIABLE_SIZE };
  }

  /** SetVariable. No data or no access delete the variable; nothing appended is nothing done. The medium is written before anything changes here. */
  set(guid: string, name: string, attributes: number, data: Uint8Array): void {
    if (name === '') throw new EfiError('INVALID_PARAMETER', 'a variable needs a name');
    checkAttributes(name, attributes);
    const old = this.get(guid, name);
    const append = (attributes & VariableAttribute.appendWrite) !== 0;
    const kept = attributes & ~VariableAttribute.appendWrite;
    const hasAccess = (kept & ACCESS) !== 0;
    if (old && hasAccess && old.attributes !== kept) {
      throw new EfiError('INVALID_PARAMETER', `variable ${name} has attributes ${old.attributes}, expected the same, got ${kept}`);
    }
    if (append && data.length === 0) return;
    if (!hasAccess || data.length === 0) return this.#delete(guid, name, old);
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
    if (sizeOf(variable) > MAXIMUM_VARIABLE_SIZE || this.#used(next, isNonVolatile(variable)) > MAXIMUM_STORE_SIZE) {
      throw new EfiError('OUT_OF_RESOURCES', `variable ${variable.name} with ${variable.data.length} bytes does not fit into the store`);
    }
    this.#become(next, variable);
  }

  #become(next: Map<string, Variable>, changed: Variable): void {
    if (isNonVolatile(changed)) this.#medium?.write([...next.values()].filter(isNonVolatile));
    this.#variables = next;
  }

  #used(variables: ReadonlyMap<string, Variable>, ofNonVolatile: boolean): number {
    return [...variables.values()].filter((variable) => isNonVolatile(variable) === ofNonVolatile).reduce((sum, variable) => sum + sizeOf(variable), 0);
  }
}

function checkAttributes(name: string, attributes: number): void {
  const { bootServiceAccess, runtimeAccess } = VariableAttribute;
  if ((attributes & ~KNOWN_ATTRIBUTES) !== 0) throw new EfiError('UNSUPPORTED', `attributes ${attributes} of variable ${name} are not provided`);
  if ((attributes & runtimeAccess) !== 0 && (attributes & bootServiceAccess) === 0) {
    throw new EfiError('INVALID_PARAMETER', `variable ${name}: runtime access needs boot service access`);
  }
}
