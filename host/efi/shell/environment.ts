// The shell's environment variables (UEFI Shell 2.2, section 3.4.1). What `set` stores without -v is kept in a
// non-volatile variable of the firmware and is there again after a reset.
import { SHELL_VARIABLE } from '../guid.ts';
import type { RuntimeServices } from '../runtime-services.ts';
import { EfiError } from '../status.ts';
import { VariableAttribute } from '../variable-store.ts';

const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess;
/** Only the shell itself sets these. */
const READ_ONLY = ['cwd', 'lasterror', 'uefishellsupport', 'uefishellversion', 'uefiversion'];

/** Names and values. Names are case-sensitive, as in the EDK II shell. */
export class Environment {
  readonly #runtime: RuntimeServices;
  readonly #values = new Map<string, string>();
  readonly #kept = new Set<string>();

  constructor(runtime: RuntimeServices) {
    this.#runtime = runtime;
    for (const { guid, name, data } of runtime.getNextVariableName()) {
      if (guid !== SHELL_VARIABLE) continue;
      this.#values.set(name, Buffer.from(data).toString('utf16le').replace(/\0$/, ''));
      this.#kept.add(name);
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** All variables, oldest first. */
  list(): [string, string][] {
    return [...this.#values];
  }

  /** What `set` does. An empty value deletes. EFI_INVALID_PARAMETER for what only the shell sets. */
  set(name: string, value: string, options: { readonly isVolatile: boolean }): void {
    if (name === '' || READ_ONLY.includes(name.toLowerCase())) throw new EfiError('INVALID_PARAMETER', `the shell itself sets ${name}`);
    if (value === '') return this.delete(name);
    if (!options.isVolatile) this.#runtime.setVariable(name, SHELL_VARIABLE, KEPT, Buffer.from(`${value}\0`, 'utf16le'));
    else if (this.#kept.has(name)) this.#forget(name);
    if (!options.isVolatile) this.#kept.add(name);
    this.#values.set(name, value);
  }

  /** EFI_NOT_FOUND when there is none. */
  delete(name: string): void {
    if (READ_ONLY.includes(name.toLowerCase())) throw new EfiError('INVALID_PARAMETER', `the shell itself sets ${name}`);
    if (this.#kept.has(name)) this.#forget(name);
    if (!this.#values.delete(name)) throw new EfiError('NOT_FOUND', `there is no environment variable ${name}`);
  }

  /** Sets what only the shell sets. Undefined: there is no such variable now. */
  setInternal(name: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  #forget(name: string): void {
    this.#runtime.setVariable(name, SHELL_VARIABLE, 0, new Uint8Array(0));
    this.#kept.delete(name);
  }
}
