// Other names for commands (UEFI Shell 2.2, section 3.6.1 and chapter 5, alias). What `alias` stores without -v is kept
// in a non-volatile variable of the firmware, as in the EDK II shell.
import type { RuntimeServices } from '../runtime-services.ts';
import { EfiError } from '../status.ts';
import { VariableAttribute } from '../variable-store.ts';

/** The namespace of the EDK II shell's aliases. */
const SHELL_ALIAS_VARIABLE = '0053D9D6-2659-4599-A26B-EF4536E631A9';
const KEPT = VariableAttribute.nonVolatile | VariableAttribute.bootServiceAccess;
/** The names that the shell itself has. Scripts rely on them: they can not be changed. */
const BUILT_IN: readonly (readonly [string, string])[] = [
  ['cat', 'type'], ['cd..', 'cd ..'], ['cd\\', 'cd \\'], ['copy', 'cp'], ['del', 'rm'], ['dir', 'ls'], ['md', 'mkdir'], ['mount', 'map'], ['move', 'mv'], ['ren', 'mv'],
];

/** One alias. */
export interface Alias {
  readonly name: string;
  readonly command: string;
  readonly isVolatile: boolean;
  readonly isBuiltIn: boolean;
}

/** The aliases of a shell. Names count whatever the case. */
export class Aliases {
  readonly #runtime: RuntimeServices;
  readonly #aliases = new Map<string, Alias>();

  constructor(runtime: RuntimeServices) {
    this.#runtime = runtime;
    for (const [name, command] of BUILT_IN) this.#put({ name, command, isVolatile: false, isBuiltIn: true });
    for (const { guid, name, data } of runtime.getNextVariableName()) {
      if (guid !== SHELL_ALIAS_VARIABLE || this.get(name)) continue;
      this.#put({ name, command: Buffer.from(data).toString('utf16le').replace(/\0$/, ''), isVolatile: false, isBuiltIn: false });
    }
  }

  get(name: string): Alias | undefined {
    return this.#aliases.get(name.toLowerCase());
  }

  /** All aliases: the shell's own, then the others, oldest first. */
  list(): Alias[] {
    return [...this.#aliases.values()];
  }

  /** EFI_ACCESS_DENIED for the shell's own. */
  set(name: string, command: string, options: { readonly isVolatile: boolean }): void {
    this.#refuseBuiltIn(name);
    if (this.get(name)) this.delete(name);
    if (!options.isVolatile) this.#runtime.setVariable(name.toLowerCase(), SHELL_ALIAS_VARIABLE, KEPT, Buffer.from(`${command}\0`, 'utf16le'));
    this.#put({ name, command, isVolatile: options.isVolatile, isBuiltIn: false });
  }

  /** EFI_NOT_FOUND when there is none. */
  delete(name: string): void {
    this.#refuseBuiltIn(name);
    const old = this.get(name);
    if (!old) throw new EfiError('NOT_FOUND', `there is no alias ${name}`);
    if (!old.isVolatile) this.#runtime.setVariable(name.toLowerCase(), SHELL_ALIAS_VARIABLE, 0, new Uint8Array(0));
    this.#aliases.delete(name.toLowerCase());
  }

  /** A line with its first word replaced when that is an alias. What replaces it is not looked up again. */
  expand(line: string): string {
    const name = /^\S+/.exec(line)?.[0] ?? '';
    const alias = this.get(name);
    return alias ? alias.command + line.slice(name.length) : line;
  }

  #put(alias: Alias): void {
    this.#aliases.set(alias.name.toLowerCase(), alias);
  }

  #refuseBuiltIn(name: string): void {
    if (this.get(name)?.isBuiltIn) throw new EfiError('ACCESS_DENIED', `${name} is an alias of the shell itself`);
  }
}
